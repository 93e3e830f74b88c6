package auth

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// A fleet is the clients of one provider on a simulated clock. Each keeps a
// token fresh, as Session.Await does; what decides when it asks is the policy.
type fleet struct {
	clients  int
	lifetime time.Duration
	opened   time.Duration            // before, every laptop is closed
	down     func(time.Duration) bool // the provider refuses
	after    time.Duration            // the Retry-After that it refuses with
	from, to time.Duration            // what is looked at
	back     time.Duration            // from here on nobody should be without a token for long
	policy   func(need) time.Time
}

// result is what the provider and the people saw.
type result struct {
	peak     int           // requests in the busiest second
	peakAt   time.Duration //
	affected int           // clients that were ever refused, or asleep when their token ended
	without  time.Duration // the longest time without a token after back
	requests int
}

// diary holds which client acts when, to the hundredth of a second.
type diary [][]int32

const page = 10 * time.Millisecond

func (d diary) note(at time.Duration, client int32) {
	if i := int(at / page); i < len(d) {
		d[i] = append(d[i], client)
	}
}

// run plays it. The simulated clock counts from epoch.
func (f fleet) run(seed uint64) result {
	epoch := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	rnd := rand.New(rand.NewPCG(seed, 0))
	needs, touched := make([]need, f.clients), make([]bool, f.clients)
	early := min(time.Minute, f.lifetime/10)
	d := make(diary, f.to/page)
	for i := range needs { // they signed in at any time of the hour before
		end := time.Duration(rnd.Int64N(int64(f.lifetime - early)))
		needs[i].expiry = epoch.Add(end + early)
		d.note(end, int32(i))
	}
	var r result
	seconds := make([]int, f.to/time.Second+1)
	for i := 0; i < len(d); i++ {
		at := time.Duration(i) * page
		now := epoch.Add(at)
		for k := 0; k < len(d[i]); k++ { // what is done at once comes to the same page
			client := d[i][k]
			n := &needs[client]
			if at < f.opened {
				touched[client] = true
				d.note(f.opened, client)
				continue
			}
			if n.since.IsZero() {
				n.since, n.background, n.random = now, true, rnd.Float64()
			}
			if next := f.policy(*n).Sub(epoch); next >= at+page {
				d.note(next, client)
				continue
			}
			r.requests++
			if at >= f.from {
				seconds[at/time.Second]++
			}
			if f.down(at) {
				touched[client] = true
				n.since, n.failed, n.failures, n.retryAfter, n.random = now, now, n.failures+1, f.after, rnd.Float64()
				d.note(f.policy(*n).Sub(epoch), client)
				continue
			}
			if now.After(n.expiry) && at >= f.back {
				r.without = max(r.without, min(now.Sub(n.expiry), at-f.back))
			}
			*n = need{expiry: now.Add(f.lifetime)}
			d.note(at+f.lifetime-early, client)
		}
		d[i] = nil
	}
	for second, count := range seconds {
		if count > r.peak {
			r.peak, r.peakAt = count, time.Duration(second)*time.Second
		}
	}
	for _, t := range touched {
		if t {
			r.affected++
		}
	}
	return r
}

// naive is what is often found: at once when a token is needed, and after a
// failure again after five seconds.
func naive(n need) time.Time {
	if n.failures > 0 {
		return n.failed.Add(5 * time.Second)
	}
	return n.since
}

// TestFleet says what a provider with 100,000 clients sees of the policy. The
// figures are in docs/sessions.md.
func TestFleet(t *testing.T) {
	t.Parallel()
	never := func(time.Duration) bool { return false }
	between := func(from, to time.Duration) func(time.Duration) bool {
		return func(at time.Duration) bool { return at >= from && at < to }
	}
	for _, c := range []struct {
		name  string
		naive bool // compared with the naive policy, which costs far more requests
		f     fleet
	}{
		{"a ten-minute outage", true, fleet{down: between(20*time.Minute, 30*time.Minute), from: 20 * time.Minute, back: 30 * time.Minute}},
		{"a ten-minute outage, Retry-After: 30", false, fleet{down: between(20*time.Minute, 30*time.Minute), after: 30 * time.Second,
			from: 20 * time.Minute, back: 30*time.Minute + 30*time.Second}},
		{"every laptop opened at 9:00", true, fleet{down: never, opened: time.Hour, from: time.Hour, back: time.Hour}},
		{"opened at 9:00 into an outage until 9:10", false, fleet{down: between(55*time.Minute, 70*time.Minute), opened: time.Hour,
			from: time.Hour, back: 70 * time.Minute}},
		{"opened at 9:00 into an outage of 5 seconds", false, fleet{down: between(time.Hour, time.Hour+5*time.Second), opened: time.Hour,
			from: time.Hour, back: time.Hour + 5*time.Second}},
	} {
		c.f.clients, c.f.lifetime, c.f.to = 100_000, time.Hour, 85*time.Minute
		c.f.policy = need.next
		ours := c.f.run(1)
		aim := 2 * float64(ours.affected) / 60
		line := fmt.Sprintf("%-42s affected %6d: peak %5d/s (aim at most %.0f); longest without a token %v",
			c.name, ours.affected, ours.peak, aim, ours.without.Round(time.Second))
		if c.naive {
			c.f.policy = naive
			theirs := c.f.run(1)
			line += fmt.Sprintf("; naive: peak %d/s", theirs.peak)
			if theirs.peak < 3*ours.peak {
				t.Errorf("%s: naive clients do about as well (%d/s): the simulation shows nothing", c.name, theirs.peak)
			}
		}
		t.Log(line)
		if float64(ours.peak) > aim {
			t.Errorf("%s: the peak is too high", c.name)
		}
		if ours.without > time.Minute {
			t.Errorf("%s: somebody was without a token for %v", c.name, ours.without)
		}
	}
}
