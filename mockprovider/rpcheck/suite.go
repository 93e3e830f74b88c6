package rpcheck

import (
	"context"
	"fmt"
	"sync"
)

// Suite runs cases against one client. It is safe for concurrent use.
type Suite struct {
	client Client

	mu       sync.Mutex
	controls map[string]*control
}

// control is a run of a case's steps at a provider that behaves well.
type control struct {
	once    sync.Once
	outcome Outcome
}

// NewSuite returns a Suite.
func NewSuite(client Client) *Suite {
	return &Suite{client: client, controls: map[string]*control{}}
}

// Run plays a case and judges the client. First, once for all cases that need the
// same, it lets the client do the same at a provider that behaves well.
func (s *Suite) Run(ctx context.Context, c Case) Result {
	if o := s.control(ctx, c); o.Did != Accepted {
		if o.Did != Unable {
			o.Did = Unfit
		}
		return Result{c, o}
	}
	return Result{c, s.play(ctx, c, true)}
}

// control returns how the client fares without the case's faults and script.
func (s *Suite) control(ctx context.Context, c Case) Outcome {
	key := fmt.Sprint(orPlain(c.Persona), c.Steps)
	if len(c.Options) > 0 || c.Change != nil {
		key += " " + c.Name
	}
	s.mu.Lock()
	known, ok := s.controls[key]
	if !ok {
		known = &control{}
		s.controls[key] = known
	}
	s.mu.Unlock()
	known.once.Do(func() {
		honest := c
		honest.Play, honest.Faults, honest.Second = nil, nil, false
		known.outcome = s.play(ctx, honest, false)
	})
	return known.outcome
}

// play plays a case at a stand of its own.
func (s *Suite) play(ctx context.Context, c Case, faults bool) Outcome {
	stand, err := newStand(ctx, s.client, c, faults)
	if err != nil {
		return Outcome{Did: Unfit, Text: "the case itself is broken: " + err.Error()}
	}
	defer stand.close()
	script := c.Play
	if script == nil {
		script = c.signIn
	}
	o := script(ctx, stand)
	if o.Did == Accepted && faults && len(c.Faults) > 0 && !stand.met() {
		o.Did = Unmet
	}
	return o
}

// met says whether a fault bent anything.
func (s *Stand) met() bool {
	for _, f := range s.Provider.Faults() {
		if f.Applied > 0 {
			return true
		}
	}
	return false
}
