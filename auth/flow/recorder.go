package flow

import (
	"sync"
	"time"
)

// Observer is told of each step when it starts and again when it ends. It is
// called on the goroutine of the sign-in and must return quickly.
type Observer func(Step)

// Recorder collects the steps of one sign-in. Its methods may be called from
// several goroutines. A nil *Recorder records nothing, so that code under it
// needs no conditions.
type Recorder struct {
	mu      sync.Mutex
	now     func() time.Time
	observe Observer
	flow    Flow
	veil    *Veil // behind a pointer, so that printing a Recorder prints no secret
}

// NewRecorder returns a Recorder for a sign-in at a provider. observe may be
// nil; now nil means time.Now.
func NewRecorder(provider, issuer string, now func() time.Time, observe Observer) *Recorder {
	if now == nil {
		now = time.Now
	}
	if observe == nil {
		observe = func(Step) {}
	}
	return &Recorder{now: now, observe: observe, veil: new(Veil),
		flow: Flow{Provider: provider, Issuer: issuer, Started: now()}}
}

// Veil is told the secrets of this sign-in, and takes them out of whatever is
// recorded after that. It is nil for a nil Recorder.
func (r *Recorder) Veil() *Veil {
	if r == nil {
		return nil
	}
	return r.veil
}

// Start begins a step and returns its handle.
func (r *Recorder) Start(kind Kind, from, to Role) *Active {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	s := Step{Kind: kind, From: from, To: to, Status: StatusRunning, Started: r.now()}
	r.flow.Steps = append(r.flow.Steps, s)
	a := &Active{r: r, index: len(r.flow.Steps) - 1}
	r.mu.Unlock()
	r.observe(s)
	return a
}

// Flow returns a copy of what has been recorded so far.
func (r *Recorder) Flow() Flow {
	if r == nil {
		return Flow{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.flow
	f.Steps = make([]Step, len(r.flow.Steps))
	for i, s := range r.flow.Steps {
		f.Steps[i] = s.clone()
	}
	return f
}

// Active is a step that has started. A nil *Active ignores everything.
type Active struct {
	r     *Recorder
	index int
}

// Params adds parameters to the step.
func (a *Active) Params(p ...Param) {
	if a == nil {
		return
	}
	a.r.mu.Lock()
	defer a.r.mu.Unlock()
	s := &a.r.flow.Steps[a.index]
	for _, param := range p {
		if !param.Secret { // else it is masked already
			param.Value = a.r.veil.Clean(param.Value)
		}
		s.Params = append(s.Params, param)
	}
}

// Checks adds checks to the step.
func (a *Active) Checks(c ...Check) {
	if a == nil {
		return
	}
	a.r.mu.Lock()
	defer a.r.mu.Unlock()
	s := &a.r.flow.Steps[a.index]
	for _, check := range c {
		check.Expected, check.Got = a.r.veil.Clean(check.Expected), a.r.veil.Clean(check.Got)
		s.Checks = append(s.Checks, check)
	}
}

// Done ends the step well.
func (a *Active) Done() { a.end(StatusDone, "") }

// Fail ends the step with the stable code of the problem.
func (a *Active) Fail(code string) { a.end(StatusFailed, code) }

func (a *Active) end(status Status, problem string) {
	if a == nil {
		return
	}
	a.r.mu.Lock()
	s := &a.r.flow.Steps[a.index]
	if s.Status != StatusRunning {
		a.r.mu.Unlock()
		return
	}
	s.Status, s.Problem = status, problem
	s.Took = max(a.r.now().Sub(s.Started), 1)
	seen := s.clone()
	a.r.mu.Unlock()
	a.r.observe(seen)
}

func (s Step) clone() Step {
	s.Params = append([]Param(nil), s.Params...)
	s.Checks = append([]Check(nil), s.Checks...)
	return s
}
