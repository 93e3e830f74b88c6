package mockprovider

import "fmt"

// refusal is the outcome of a check that failed: what the client is told, and
// what the journal keeps.
type refusal struct {
	// check and spec name the check and the section that demands it.
	check, spec string
	// code is the OAuth error code.
	code string
	// description is what the client is told.
	description string
	// status is the HTTP status; 0 means 400.
	status int
	// expected, got and detail are for the journal only.
	expected, got, detail string
}

// refuse makes a refusal; check and spec are filled in by the pipeline.
func refuse(code, format string, args ...any) *refusal {
	return &refusal{code: code, description: fmt.Sprintf(format, args...)}
}

// at gives the refusal its check, unless it has one.
func (f *refusal) at(check, spec string) *refusal {
	if f != nil && f.check == "" {
		f.check, f.spec = check, spec
	}
	return f
}

// withStatus sets the HTTP status.
func (f *refusal) withStatus(status int) *refusal {
	f.status = status
	return f
}

// wanted sets what the journal says about expected and got.
func (f *refusal) wanted(expected, got string) *refusal {
	f.expected, f.got = expected, got
	if f.detail == "" {
		f.detail = fmt.Sprintf("expected %q, got %q", expected, got)
	}
	return f
}

// withDetail sets what the journal says in words.
func (f *refusal) withDetail(format string, args ...any) *refusal {
	f.detail = fmt.Sprintf(format, args...)
	return f
}

// inPersona replaces code, words and status by the persona's own. What was
// wrong remains in the journal.
func (p *Provider) inPersona(f *refusal) *refusal {
	own, ok := p.persona.Errors[f.check]
	if !ok {
		return f
	}
	out := *f
	if out.detail == "" {
		out.detail = f.description
	}
	if own.Code != "" {
		out.code = own.Code
	}
	if own.Description != "" {
		out.description = own.Description
	}
	if own.Status != 0 {
		out.status = own.Status
	}
	return &out
}

// check is one named rule over a request of type T. It returns nil if the
// request passes.
type check[T any] struct {
	name, spec string
	run        func(p *Provider, t T) *refusal
}

// runChecks runs checks in order and returns the first refusal.
func runChecks[T any](p *Provider, t T, checks []check[T]) *refusal {
	for _, c := range checks {
		if f := c.run(p, t); f != nil {
			return p.inPersona(f.at(c.name, c.spec))
		}
	}
	return nil
}
