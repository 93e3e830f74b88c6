package mockprovider

import "time"

// clock is what codes, tokens, sessions and the journal go by: a source that
// ticks, moved by an offset or stopped. It is guarded by Provider.mu.
type clock struct {
	source func() time.Time
	offset time.Duration
	frozen bool
	at     time.Time // while frozen
}

// The clock shows no time outside these: others cannot be written in JSON, or
// give negative numbers of seconds.
var (
	earliest = time.Unix(0, 0).UTC()
	latest   = time.Date(9900, 1, 1, 0, 0, 0, 0, time.UTC)
)

func (c *clock) now() time.Time {
	t := c.at
	if !c.frozen {
		t = c.source().Add(c.offset)
	}
	switch {
	case t.Before(earliest):
		return earliest
	case t.After(latest):
		return latest
	}
	return t
}

// set makes the clock show t, whether it runs or is frozen.
func (c *clock) set(t time.Time) {
	// Without its monotonic reading: two times of one clock differ by what
	// they show, also when the clock was set in between.
	t = t.Round(0)
	c.at, c.offset = t, t.Sub(c.source().Round(0))
}

// Now returns the time by the provider's clock.
func (p *Provider) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.nowLocked()
}

func (p *Provider) nowLocked() time.Time { return p.clock.now() }

// Advance moves the provider's clock by d, which may be negative. Codes,
// tokens and sessions expire accordingly. A frozen clock stays frozen.
func (p *Provider) Advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock.at = p.clock.at.Add(d)
	sum := p.clock.offset + d
	if (sum > p.clock.offset) == (d > 0) { // else it overflowed: 292 years are as far as it goes
		p.clock.offset = sum
	}
}

// SetTime makes the provider's clock show t, between 1970 and 9900 and at most
// 292 years from the source's time if the clock runs. A running clock goes on from
// there; a frozen one stays at t.
func (p *Provider) SetTime(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock.set(t)
}

// FreezeTime stops the provider's clock where it is; Advance and SetTime still
// move it.
func (p *Provider) FreezeTime() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock.at = p.clock.now()
	p.clock.frozen = true
}

// ResumeTime lets a frozen clock run on from the time it shows.
func (p *Provider) ResumeTime() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clock.frozen {
		p.clock.frozen = false
		p.clock.set(p.clock.at)
	}
}

// ResetTime makes the clock run and show real time again, or that of
// WithClock.
func (p *Provider) ResetTime() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock = clock{source: p.clock.source}
}

// TimeFrozen says whether the clock stands still.
func (p *Provider) TimeFrozen() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock.frozen
}
