package presenter_test

import (
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/mockprovider/fault"
)

// pausesOnly makes tickers for pauses; the looks at the clock never come.
func pausesOnly(make func(time.Duration) <-chan time.Time) func(time.Duration) (<-chan time.Time, func()) {
	return func(d time.Duration) (<-chan time.Time, func()) {
		if d == 10*time.Second {
			return nil, func() {}
		}
		return make(d), func() {}
	}
}

// TestOfflineIsLeftAlone: with an access token that is still good nothing but a
// pause keeps the presenter from asking a provider that can't be reached again
// and again, as fast as it can.
func TestOfflineIsLeftAlone(t *testing.T) {
	pauses, over := make(chan time.Duration, 100), make(chan time.Time)
	s := newStage(t)
	s.configure = func(c *presenter.Config) {
		c.Every = pausesOnly(func(d time.Duration) <-chan time.Time {
			pauses <- d
			return over
		})
	}
	s.start()
	s.signIn()
	_ = s.server.Close()
	s.p.Refresh()
	var last time.Duration
	for n := range 3 {
		var pause time.Duration
		select {
		case pause = <-pauses:
		case <-time.After(20 * time.Second):
			t.Fatal("a provider that can't be reached is asked again without a pause")
		}
		if pause < time.Second || pause < last || pause > time.Minute {
			t.Errorf("pause %d is of %v, after one of %v", n, pause, last)
		}
		last = pause
		s.until("the offline notice", func(st presenter.State) bool { return st.Profile.Offline && !st.Profile.Refreshing })
		over <- time.Now()
	}
}

// TestOfflineEndsWithWhatIsWrong: the provider is back, and has ended the session
// meanwhile; "You are offline" is no longer true.
func TestOfflineEndsWithWhatIsWrong(t *testing.T) {
	s, c := sleeper(t)
	s.configure = func(config *presenter.Config) {
		config.Now, config.Every = c.now, pausesOnly(func(time.Duration) <-chan time.Time { return c.ticks })
	}
	s.start()
	s.signIn()
	s.stop()
	if _, err := s.server.AddFault(fault.Spec{Name: "drop"}); err != nil {
		t.Fatal(err)
	}
	s.start() // there is no access token
	s.until("the offline notice", func(st presenter.State) bool { return st.Profile.Offline && !st.Profile.Refreshing })
	s.server.ClearFaults()
	s.server.RevokeAll()
	c.move(2 * time.Minute) // the provider has been left alone for long enough
	select {
	case c.ticks <- c.now():
	case <-time.After(20 * time.Second):
		t.Fatal("nobody waits")
	}
	s.until("what is wrong", hasProblem(auth.CodeRefreshRevoked))
}
