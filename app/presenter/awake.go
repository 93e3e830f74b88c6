package presenter

import "time"

const (
	// lookAtClock is how often the clock is looked at.
	lookAtClock = 10 * time.Second
	// slept is by how much more the clock has moved on after a suspend, at least.
	// A busy computer is not that late.
	slept = 30 * time.Second
)

// watchClock notices that the computer was suspended, or that its clock was set:
// between two looks more wall time has passed than should have, or less than
// none. It asks no system for it, and so works on all of them; whether timers
// run on during a suspend makes no difference.
func (p *Presenter) watchClock() {
	ticks, stop := p.every(lookAtClock)
	defer stop()
	last := p.wall()
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-ticks:
		}
		now := p.wall()
		if passed := now.Sub(last); passed > lookAtClock+slept || passed < -slept {
			p.config.Logger.Info("the clock has jumped: this computer was suspended, or its clock was set", "by", passed.Round(time.Second).String())
			p.post(p.awake)
		}
		last = now
	}
}

// wall is the time without the monotonic clock, which some systems stop during a
// suspend. No test sees that: no time.Time can be made whose two clocks differ.
func (p *Presenter) wall() time.Time { return p.config.Now().Round(0) }

// every makes a ticker, and what stops it.
func (p *Presenter) every(d time.Duration) (<-chan time.Time, func()) {
	if p.config.Every != nil {
		return p.config.Every(d)
	}
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// awake loads the profile again, and so checks the session: the access token may
// have expired meanwhile, or the provider may have ended it all. Nobody has
// asked for it, so a provider that is being left alone goes on being left alone.
func (p *Presenter) awake() {
	p.refresh()
	p.lookAtSession() // the time that is left
}
