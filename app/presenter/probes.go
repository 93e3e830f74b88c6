package presenter

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

// stopped is a line about which nothing is known since nobody waited.
func stopped(id DiagnosticID) DiagnosticLine {
	return DiagnosticLine{ID: id, State: LineSkipped, Result: "stopped"}
}

// loopback listens as each provider's sign-in would.
func (r *probing) loopback(ctx context.Context) {
	tried := map[string]bool{}
	for _, p := range append([]auth.Provider{{}}, r.Inspection.Providers...) {
		if key := p.Redirect.Host + p.Redirect.Path + portTexts(p.Redirect.Ports); tried[key] {
			continue
		} else {
			tried[key] = true
		}
		err := r.Auth.TryRedirect(ctx, p.Redirect)
		if ctx.Err() != nil {
			r.set(groupLoopback, stopped(DiagnosticLoopback))
			return
		}
		if err == nil {
			continue
		}
		problem := auth.AsProblem(err)
		line := DiagnosticLine{ID: DiagnosticLoopback, State: LineFailed, Result: "blocked", Detail: problem.Detail()}
		if problem.Code == auth.CodeLoopbackPortsTaken {
			line.Result = "ports"
			line.Values = map[string]string{"Provider": p.Name, "Ports": problem.Values["Ports"]}
		}
		r.set(groupLoopback, line)
		return
	}
	r.set(groupLoopback, DiagnosticLine{ID: DiagnosticLoopback, State: LineOK, Result: "works"})
}

func portTexts(ports []int) string {
	var s string
	for _, p := range ports {
		s += ":" + strconv.Itoa(p)
	}
	return s
}

func (r *probing) browser(ctx context.Context) {
	if r.Inspection.Browser == nil {
		return
	}
	name, err := r.Inspection.Browser(ctx)
	line := DiagnosticLine{ID: DiagnosticBrowser, State: LineOK, Result: "default"}
	switch {
	case ctx.Err() != nil:
		line = stopped(DiagnosticBrowser)
	case err != nil:
		line.State, line.Result, line.Detail = LineFailed, "none", auth.CleanText(err.Error(), 300)
	case name != "":
		line.Result, line.Values = "found", map[string]string{"Browser": auth.CleanText(name, 100)}
	}
	r.set(groupBrowser, line)
}

// storeLines says of each state of a store how bad it is.
var storeLines = map[auth.StoreState]LineState{
	auth.StoreWorks: LineOK, auth.StoreLocked: LineWarning, auth.StoreMissing: LineWarning, auth.StoreUnmade: LineWarning,
}

func (r *probing) stores(ctx context.Context) {
	var lines []DiagnosticLine
	trials := r.Auth.TryStores(ctx)
	for _, t := range trials {
		line := DiagnosticLine{ID: DiagnosticStore, State: LineFailed, Result: string(t.State), Values: map[string]string{"Store": t.Name},
			Detail: joinNonEmpty(", ", t.Kind, itemsText(t.Items), t.Took.Round(time.Millisecond).String(), t.Detail)}
		if state, ok := storeLines[t.State]; ok {
			line.State = state
		}
		if t.State == auth.StoreMissing && len(trials) > 1 { // a vault was chosen in its place
			line.State = LineSkipped
		}
		if ctx.Err() != nil && t.State != auth.StoreWorks {
			line = stopped(DiagnosticStore)
		}
		lines = append(lines, line)
	}
	r.set(groupStore, lines...)
}

func itemsText(n int) string {
	if n < 0 {
		return ""
	}
	return strconv.Itoa(n) + " items"
}

// providers asks each, and draws from all answers whether there is a network
// and whether the clock is right.
func (r *probing) providers(ctx context.Context) {
	found := make([]auth.Examination, len(r.Inspection.Providers))
	errs := make([]error, len(r.Inspection.Providers))
	var all sync.WaitGroup
	for i, p := range r.Inspection.Providers {
		all.Go(func() {
			found[i], errs[i] = r.Auth.Examine(ctx, p)
			line := examined(p, found[i], errs[i])
			r.put(func() { r.groups[groupProviders][i] = line })
		})
	}
	all.Wait()
	if errors.Is(ctx.Err(), context.Canceled) {
		r.set(groupNetwork, stopped(DiagnosticNetwork))
		r.set(groupClock, stopped(DiagnosticClock))
		return
	}
	r.set(groupNetwork, networkLine(r.Inspection.Providers, errs))
	r.set(groupClock, clockLine(found, errs))
}

func providerLine(p auth.Provider, state LineState, result, detail string) DiagnosticLine {
	return DiagnosticLine{ID: DiagnosticProvider, State: state, Result: result, Detail: detail,
		Values: map[string]string{"Provider": p.Name, "Host": p.Host()}}
}

func examined(p auth.Provider, found auth.Examination, err error) DiagnosticLine {
	var wrong *auth.IssuerError
	switch {
	case errors.As(err, &wrong):
		line := providerLine(p, LineFailed, string(wrong.Fault), wrong.Detail())
		line.Values["Got"] = wrong.Got
		return line
	case err != nil:
		return providerLine(p, LineSkipped, "stopped", "")
	}
	detail := found.Took.Round(time.Millisecond).String()
	if found.Keys >= 0 {
		detail = strconv.Itoa(found.Keys) + " keys, " + detail
		if !found.S256Listed() {
			detail += ", PKCE not mentioned"
		}
	}
	return providerLine(p, LineOK, "works", detail)
}

// networkLine: whoever answered anything at all was reached.
func networkLine(providers []auth.Provider, errs []error) DiagnosticLine {
	if len(providers) == 0 {
		return DiagnosticLine{ID: DiagnosticNetwork, State: LineSkipped, Result: "unknown"}
	}
	line := DiagnosticLine{ID: DiagnosticNetwork, State: LineOK, Result: "local"}
	for i, p := range providers {
		if auth.IsLoopbackURL(p.Issuer) {
			continue
		}
		var wrong *auth.IssuerError
		if !errors.As(errs[i], &wrong) {
			line.State, line.Result = LineOK, "works"
			return line
		}
		switch wrong.Fault {
		case auth.FaultUnknownHost, auth.FaultUnreachable, auth.FaultTimeout:
			line.State, line.Result = LineFailed, "none"
		default:
			line.State, line.Result = LineOK, "works"
			return line
		}
	}
	return line
}

// clockLine compares with whoever answered; a clock that is wrong is wrong for
// all of them.
func clockLine(found []auth.Examination, errs []error) DiagnosticLine {
	line := DiagnosticLine{ID: DiagnosticClock, State: LineSkipped, Result: "unknown"}
	for i, e := range found {
		var wrong *auth.IssuerError
		bad := errors.As(errs[i], &wrong) && wrong.Fault == auth.FaultClock
		switch {
		case clockOff(e.Skew) != 0 || bad:
			return DiagnosticLine{ID: DiagnosticClock, State: LineWarning, Result: "off",
				Values: map[string]string{"Skew": strconv.Itoa(int(e.Skew / time.Second))}}
		case errs[i] == nil && e.Keys >= 0:
			line.State, line.Result = LineOK, "right"
		}
	}
	return line
}

func (r *probing) files(ctx context.Context) {
	if r.Inspection.Files == nil {
		return
	}
	line := func(state LineState, result, path string, err error) DiagnosticLine {
		l := DiagnosticLine{ID: DiagnosticFiles, State: state, Result: result, Values: map[string]string{"File": r.redact(path)}}
		if err != nil {
			l.Detail = auth.CleanText(err.Error(), 400)
		}
		return l
	}
	var lines []DiagnosticLine
	for _, f := range r.Inspection.Files() {
		state := LineFailed
		if f.Trouble == settings.TroubleOpen {
			state = LineWarning
		}
		lines = append(lines, line(state, string(f.Trouble), f.Path, f.Err))
	}
	d := r.Auth.Diagnose(ctx)
	if d.Index != nil {
		lines = append(lines, line(LineFailed, "index", "", d.Index))
	}
	if d.Locks != nil {
		lines = append(lines, line(LineWarning, "locks", "", d.Locks))
	}
	const most = 6 // the rest is told when these are mended
	if len(lines) > most {
		lines = lines[:most]
	}
	if len(lines) == 0 {
		lines = append(lines, DiagnosticLine{ID: DiagnosticFiles, State: LineOK, Result: "works"})
	}
	r.set(groupFiles, lines...)
}
