package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"app.latchkey/app/instance"
)

// place is that of the one running program. A second start raises the window of
// the first instead of opening its own.
type place struct {
	one   *instance.Instance
	front atomic.Pointer[func()] // raises the window; nil until there is one
}

// takePlace makes this the one program on dir. The error is instance.ErrRaised
// if there is one already. Where the two can't be told apart, the program starts
// all the same: several on one folder do each other no harm.
func takePlace(ctx context.Context, dir string) (*place, error) {
	p := &place{}
	var err error
	p.one, err = instance.Claim(ctx, dir, func() {
		if raise := p.front.Load(); raise != nil {
			(*raise)()
		}
	})
	if errors.Is(err, instance.ErrUnsupported) {
		slog.Warn("a second start will open a window of its own", "error", err.Error())
		return p, nil
	}
	return p, err
}

// raises says what brings the window to the front.
func (p *place) raises(f func()) { p.front.Store(&f) }

// windowGone lets a start from now on wait for this program's end.
func (p *place) windowGone() { p.one.Deaf() }

func (p *place) leave() { p.one.Release() }
