package presenter

import (
	"context"
	"math/rand/v2"
	"time"
)

// refreshLater loads the profile again once the provider can be reached again.
// Await alone does not know that: with a token that is still good it returns at
// once. Where only the person can help it ends with an error: the load that
// follows says which, since "offline" is no longer true.
func (p *Presenter) refreshLater() {
	session, life := p.session, p.life
	if life.waiting {
		return
	}
	life.waiting = true
	after := offlinePause(life.offline, rand.Float64())
	life.offline++
	p.work(func() {
		if p.pause(life.ctx, after) == nil {
			_, _ = session.Await(life.ctx)
		}
		p.onSession(session, func() {
			life.waiting = false
			if life.ctx.Err() == nil {
				p.refresh()
			}
		})
	})
}

// offlinePause is how long to wait after n loads in a row, and one more, that
// did not reach the provider: 2 seconds at first, a minute at most. random, in
// [0,1), keeps many computers behind one broken network from coming back as one.
func offlinePause(n int, random float64) time.Duration {
	const first, last = 2 * time.Second, time.Minute
	d := min(first<<min(n, 5), last)
	return d - time.Duration(random*float64(d)/4)
}

// pause waits, unless ctx ends first.
func (p *Presenter) pause(ctx context.Context, d time.Duration) error {
	ticks, stop := p.every(d)
	defer stop()
	select {
	case <-ticks:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
