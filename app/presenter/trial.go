package presenter

import (
	"context"
	"slices"
	"time"

	"app.latchkey/auth/flow"
)

// FlowActions are what a person can do in the tab "How you signed in".
type FlowActions interface {
	ShowStep(id FlowID)                      // shows another step of how the person signed in
	StartTrial(kind TrialKind)               // shows for real what an attack comes to; demo mode only
	ShowTry(id string)                       // shows another try of it
	CloseTrial()                             // back to the steps
	SaveFlow(format Format, language string) // saves the record into the person's downloads
	OpenSaved()                              // shows the folder in which it was saved
}

// TrialKind is which demonstration it is.
type TrialKind string

// The demonstrations.
const (
	TrialCode     TrialKind = "code"     // "Try it with a stolen code"
	TrialCallback TrialKind = "callback" // "Forge a callback"
)

// TrialView is a demonstration: what was tried, and what really came of it.
type TrialView struct {
	Kind     TrialKind `json:"kind"`
	Running  bool      `json:"running,omitempty"`
	Failed   bool      `json:"failed,omitempty"` // a try could not be made: a pity, and no proof of anything
	Tries    []Try     `json:"tries,omitempty"`  // in the order in which they were made
	Selected string    `json:"selected,omitempty"`
}

// GotIn is how many attacks got what they wanted, of those that should not.
func (v TrialView) GotIn() int {
	n := 0
	for _, t := range v.Tries {
		if t.Outcome == TryTaken && !t.Honest && t.ID != TryBare {
			n++
		}
	}
	return n
}

// Try is one attempt of a demonstration. What was sent is masked.
type Try struct {
	ID      string        `json:"id"` // its words are the translations "flow.try.<id>.…"
	Request string        `json:"request"`
	Sent    []flow.Param  `json:"sent,omitempty"`
	Status  int           `json:"status,omitempty"` // of HTTP; 0: nothing was sent yet
	Got     []flow.Param  `json:"got,omitempty"`
	Outcome string        `json:"outcome"`
	Honest  bool          `json:"honest,omitempty"` // no attack: what must be taken
	Took    time.Duration `json:"took_ns,omitempty"`
}

// What became of a Try.
const (
	TryReady   = "ready"   // nothing was tried yet: what there is to attack
	TryRefused = "refused" // an answer that says no
	TryTaken   = "taken"   // it got what it wanted
	TryUnclear = "unclear" // neither
)

// TryBare is the one attack that gets in by design: at a server that doesn't
// compare the code verifier.
const TryBare = "without_pkce"

// Trials makes the demonstrations: for real, against a mock inside the program.
// Each try is reported as it ends; an error means that one could not be made.
type Trials interface {
	StolenCode(ctx context.Context, report func(Try)) error
	ForgeCallback(ctx context.Context, report func(Try)) error
}

// trialTimeout is how long a demonstration may take; it takes milliseconds.
const trialTimeout = 30 * time.Second

// trial is the demonstration that is shown.
type trial struct {
	shown  TrialView
	chosen bool // the person has chosen a try: the next one doesn't take its place
	stop   context.CancelFunc
}

// view is nil where there is none.
func (t *trial) view() *TrialView {
	if t == nil {
		return nil
	}
	v := t.shown
	v.Tries = slices.Clone(v.Tries)
	return &v
}

// StartTrial implements Actions. One runs at a time.
func (p *Presenter) StartTrial(kind TrialKind) {
	p.post(func() {
		if p.config.Trials == nil || p.session == nil || p.record == nil || p.trial != nil && p.trial.shown.Running {
			return
		}
		run := p.config.Trials.StolenCode
		if kind == TrialCallback {
			run = p.config.Trials.ForgeCallback
		}
		ctx, cancel := context.WithTimeout(p.life.ctx, trialTimeout)
		t := &trial{shown: TrialView{Kind: kind, Running: true}, stop: cancel}
		p.trial = t
		p.showFlow()
		p.work(func() {
			defer cancel()
			err := run(ctx, func(made Try) { p.onTrial(func() { t.add(made) }) })
			if err != nil && ctx.Err() == nil {
				p.config.Logger.Warn("a demonstration", "kind", string(kind), "error", err.Error())
			}
			p.onTrial(func() { t.shown.Running, t.shown.Failed = false, err != nil })
		})
	})
}

// onTrial queues an event of a demonstration. One that is no longer shown may go
// on adding to itself.
func (p *Presenter) onTrial(event func()) {
	p.post(func() {
		event()
		p.showFlow()
	})
}

func (t *trial) add(made Try) {
	t.shown.Tries = append(t.shown.Tries, made)
	if !t.chosen {
		t.shown.Selected = made.ID
	}
}

// ShowTry implements Actions.
func (p *Presenter) ShowTry(id string) {
	p.post(func() {
		t := p.trial
		if t == nil || !slices.ContainsFunc(t.shown.Tries, func(x Try) bool { return x.ID == id }) {
			return
		}
		t.shown.Selected, t.chosen = id, true
		p.showFlow()
	})
}

// CloseTrial implements Actions.
func (p *Presenter) CloseTrial() {
	p.post(func() {
		p.endTrial()
		p.showFlow()
	})
}

// endTrial ends the demonstration that is shown, if there is one.
func (p *Presenter) endTrial() {
	if p.trial != nil {
		p.trial.stop()
		p.trial = nil
	}
}
