package presenter_test

import (
	"testing"
	"time"

	"app.latchkey/app/presenter"
)

// TestOfflineIsLeftAlone: with an access token that is still good nothing but a
// pause keeps the presenter from asking a provider that can't be reached again
// and again, as fast as it can.
func TestOfflineIsLeftAlone(t *testing.T) {
	pauses, over := make(chan time.Duration, 100), make(chan time.Time)
	s := newStage(t)
	s.configure = func(c *presenter.Config) {
		c.Every = func(d time.Duration) (<-chan time.Time, func()) {
			if d == 10*time.Second { // the look at the clock
				return nil, func() {}
			}
			pauses <- d
			return over, func() {}
		}
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
