package presenter

import (
	"context"
	"sync"
	"time"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

// Inspection looks at everything that a sign-in needs. It shows no dialog, opens
// no browser and changes nothing.
type Inspection struct {
	Auth      *auth.Client
	Providers []auth.Provider
	// Browser names the program that would open a web page, "" if there is one
	// whose name is not known. Nil: it is not looked for.
	Browser func(ctx context.Context) (string, error)
	// Files looks at the program's own files; nil: they are not looked at.
	Files func() []settings.Finding
	// Facts are told in the report as they are.
	Facts []Fact
	// Home is the person's own folder, which the report calls ~.
	Home string
	Now  func() time.Time
}

// Fact is a line of the report that is neither right nor wrong.
type Fact struct{ Name, Value string }

// DiagnosticLine is one thing that was looked at.
type DiagnosticLine struct {
	ID    DiagnosticID `json:"id"`
	State LineState    `json:"state"`
	// Result says what was found: its words are "diagnostics.<ID>.<Result>", and
	// the next step, unless all is well, those with ".next" behind. Of a provider
	// that can't be used it is an auth.Fault, with the words of IssuerCheck.
	Result string            `json:"result,omitempty"`
	Values map[string]string `json:"values,omitempty"`
	Detail string            `json:"detail,omitempty"` // for the report
}

// DiagnosticID says what a line is about.
type DiagnosticID string

// What is looked at, in the order of the lines.
const (
	DiagnosticLoopback DiagnosticID = "loopback" // can a browser come back?
	DiagnosticBrowser  DiagnosticID = "browser"
	DiagnosticStore    DiagnosticID = "store"
	DiagnosticNetwork  DiagnosticID = "network"
	DiagnosticClock    DiagnosticID = "clock"
	DiagnosticProvider DiagnosticID = "provider"
	DiagnosticFiles    DiagnosticID = "files"
)

// LineState is how it stands with what a line is about.
type LineState string

// The states of a line.
const (
	LineRunning LineState = "running"
	LineOK      LineState = "ok"
	LineWarning LineState = "warning" // it works, and could be better
	LineFailed  LineState = "failed"
	LineSkipped LineState = "skipped" // it can't be told
)

// probeTimeout limits each thing that is looked at.
const probeTimeout = 20 * time.Second

// probing is an inspection under way.
type probing struct {
	Inspection
	progress func([]DiagnosticLine)

	mu     sync.Mutex
	groups [][]DiagnosticLine // in the order in which they are shown
}

// The groups of lines.
const (
	groupLoopback = iota
	groupBrowser
	groupStore
	groupNetwork
	groupClock
	groupProviders
	groupFiles
	groupCount
)

// Run looks at everything and returns what it found. progress, which may be nil,
// is told of each change, one at a time. When ctx ends, what is not known yet is
// skipped.
func (i Inspection) Run(ctx context.Context, progress func([]DiagnosticLine)) []DiagnosticLine {
	r := &probing{Inspection: i, progress: progress, groups: make([][]DiagnosticLine, groupCount)}
	r.prepare()
	var all sync.WaitGroup
	for _, probe := range []func(context.Context){r.loopback, r.browser, r.stores, r.providers, r.files} {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, probeTimeout)
			defer cancel()
			probe(ctx)
		})
	}
	all.Wait()
	return r.lines()
}

// prepare puts a running line where each will be.
func (r *probing) prepare() {
	for group, id := range map[int]DiagnosticID{groupLoopback: DiagnosticLoopback, groupBrowser: DiagnosticBrowser, groupStore: DiagnosticStore,
		groupNetwork: DiagnosticNetwork, groupClock: DiagnosticClock, groupFiles: DiagnosticFiles} {
		r.groups[group] = []DiagnosticLine{{ID: id, State: LineRunning}}
	}
	for _, p := range r.Inspection.Providers {
		r.groups[groupProviders] = append(r.groups[groupProviders], providerLine(p, LineRunning, "", ""))
	}
	if r.Inspection.Browser == nil {
		r.groups[groupBrowser] = nil
	}
	if r.Inspection.Files == nil {
		r.groups[groupFiles] = nil
	}
	r.put(func() {})
}

// put changes the lines.
func (r *probing) put(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	if r.progress != nil {
		r.progress(r.flat())
	}
}

func (r *probing) set(group int, lines ...DiagnosticLine) {
	r.put(func() { r.groups[group] = lines })
}

func (r *probing) lines() []DiagnosticLine {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.flat()
}

func (r *probing) flat() []DiagnosticLine {
	var out []DiagnosticLine
	for _, g := range r.groups {
		out = append(out, g...)
	}
	return out
}
