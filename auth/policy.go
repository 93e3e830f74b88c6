package auth

import "time"

// The refresh policy: when a client may ask the provider for a token again. It
// is made for the provider's worst hour: everybody's request failed, and
// everybody tries again. Figures are in docs/sessions.md, from the simulation in
// fleet_test.go, which runs this very function.
const (
	wakeSpread  = 35 * time.Second // the first refresh after a sleep comes anywhere in it, if nobody waits for it
	retryFirst  = 35 * time.Second // the first try again comes no sooner: who slept is through by then,
	retrySteady = 50 * time.Second // a later one no sooner than this,
	retryLatest = 57 * time.Second // and both no later: within a minute of the provider's return everybody has a token
	retryOthers = 55 * time.Second // after what the provider asked for, anywhere in it
	retryLocal  = 4 * time.Second  // the network of this computer was away: nobody else is burdened
	retryAtMost = time.Hour        // whatever a server asks for: a person would have given up
)

// need is all that the decision rests on.
type need struct {
	since      time.Time     // when it was noticed that the token is not fresh
	expiry     time.Time     // of the token in memory; zero: there is none
	failures   int           // of requests in a row
	failed     time.Time     // the last of them
	local      bool          // that one never left this computer
	retryAfter time.Duration // how long the provider then asked to be left alone; 0: it did not say
	background bool          // nobody waits for the answer
	random     float64       // in [0,1), drawn anew after each request
}

// next is when the refresh may be sent: a pure function. A moment that has
// passed means at once.
func (n need) next() time.Time {
	part := func(d time.Duration) time.Duration { return time.Duration(n.random * float64(d)) }
	switch {
	case n.failures > 0 && n.since.Before(n.failed): // the clock was set back: the failure is no guide
		return n.since
	case n.failures > 0 && n.retryAfter > 0: // never before, and then not all at once
		return n.failed.Add(min(n.retryAfter, retryAtMost) + part(retryOthers))
	case n.failures > 0 && n.local:
		return n.failed.Add(time.Second + part(retryLocal))
	case n.failures == 1:
		return n.failed.Add(retryFirst + part(retryLatest-retryFirst))
	case n.failures > 1:
		return n.failed.Add(retrySteady + part(retryLatest-retrySteady))
	case n.background && !n.expiry.IsZero() && n.since.After(n.expiry): // the computer slept, as many others did
		return n.since.Add(part(wakeSpread))
	default:
		return n.since
	}
}
