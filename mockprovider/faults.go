package mockprovider

import (
	"fmt"

	"app.latchkey/mockprovider/fault"
)

// AddFault makes a fault active and returns its id: from now on the provider
// misbehaves as the spec says. Package fault has the table of all faults. A
// wrong spec, and one that bends the same place for the same requests as
// another, is an error that says what to do.
func (p *Provider) AddFault(s fault.Spec) (string, error) {
	id, err := p.faults.Add(s)
	if err != nil {
		return "", fmt.Errorf("mock provider: %w", err)
	}
	return id, nil
}

// RemoveFault ends a fault. It says whether there was one with that id.
func (p *Provider) RemoveFault(id string) bool { return p.faults.Remove(id) }

// ClearFaults ends all faults and returns how many there were.
func (p *Provider) ClearFaults() int { return p.faults.Clear() }

// Faults returns the faults that were added and not removed, in the order in
// which they apply, with how often they did.
func (p *Provider) Faults() []fault.Active { return p.faults.Active() }

// WithFault makes a fault active from the start. It may be given several
// times. A tenant starts with its own faults, not with its parent's.
func WithFault(s fault.Spec) Option {
	return func(c *config) error {
		if err := s.Check(); err != nil {
			return err
		}
		c.faults = append(c.faults, s)
		return nil
	}
}

// WithMisbehaveMenu adds a menu to the login page by which the person makes
// the provider misbehave in this one sign-in. It is meant for the program of
// its own, not for a demo inside a product.
func WithMisbehaveMenu() Option {
	return func(c *config) error {
		c.misbehave = true
		return nil
	}
}

// startFaults adds the faults of the options.
func (p *Provider) startFaults(specs []fault.Spec) error {
	p.faults.SameUser = func(match, subject string) bool {
		u, ok := p.findUser(match)
		return ok && u.Subject == subject || match == subject
	}
	for _, s := range specs {
		if _, err := p.AddFault(s); err != nil {
			return err
		}
	}
	return nil
}

// bending says whether anything may change responses on their way.
func (p *Provider) bending() bool { return len(p.hooks) > 0 || !p.faults.Idle() }

// bendParams lets faults and hooks change a request's parameters before they
// are checked.
func (p *Provider) bendParams(x *exchange, stage Stage, q params) params {
	if !p.bending() {
		return q
	}
	e := &Event{Stage: stage, Params: &Params{}}
	for _, param := range q.list {
		e.Params.Add(param.Name, param.Value)
	}
	p.stage(x, e)
	return newParams(e.Params.All())
}
