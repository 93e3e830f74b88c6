package presenter_test

import (
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
)

// clock is a computer's clock and its tickers, moved by hand.
type clock struct {
	ahead atomic.Int64
	ticks chan time.Time
}

func newClock() *clock { return &clock{ticks: make(chan time.Time)} }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) move(d time.Duration) { c.ahead.Add(int64(d)) }

// look lets the presenter look at the clock, and returns when it has: it takes
// the second tick after it has dealt with the first.
func (c *clock) look() {
	c.ticks <- c.now()
	c.ticks <- c.now()
}

// sleeper is a stage whose computer can be put to sleep.
func sleeper(t *testing.T) (*stage, *clock) {
	c := newClock()
	s := newStage(t) // the provider does not sleep
	s.now = c.now
	s.configure = func(config *presenter.Config) {
		config.Now = c.now
		config.Every = func(time.Duration) (<-chan time.Time, func()) { return c.ticks, func() {} }
	}
	return s, c
}

func TestAfterASuspend(t *testing.T) {
	for name, by := range map[string]time.Duration{"three hours": 3 * time.Hour, "a night": 10 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			s, c := sleeper(t)
			s.start()
			s.signIn()
			exchanges, loads := s.count("token"), s.count("userinfo")
			c.move(by)
			c.look()
			s.until("a fresh profile", func(st presenter.State) bool { return loaded(st) && s.count("userinfo") > loads })
			if n := s.count("token"); n != exchanges+1 {
				t.Errorf("%d token requests after it, want 1: the access token had expired", n-exchanges)
			}
		})
	}
	t.Run("the provider has ended the session meanwhile", func(t *testing.T) {
		s, c := sleeper(t)
		s.start()
		s.signIn()
		s.server.RevokeAll()
		c.move(8 * time.Hour)
		c.look()
		s.until("the problem", hasProblem(auth.CodeRefreshRevoked))
	})
	t.Run("the clock was set back", func(t *testing.T) {
		s, c := sleeper(t)
		s.start()
		s.signIn()
		before := s.count("userinfo")
		c.move(-10 * time.Minute)
		c.look()
		s.until("a fresh profile", func(presenter.State) bool { return s.count("userinfo") > before })
	})
}

func TestAnAwakeComputerIsLeftAlone(t *testing.T) {
	s, c := sleeper(t)
	s.start()
	s.signIn()
	before := s.count("userinfo")
	for range 20 { // a busy computer's looks are late
		c.move(25 * time.Second)
		c.look()
	}
	s.stop() // waits for all that was begun
	if n := s.count("userinfo"); n != before {
		t.Errorf("the profile was loaded %d times", n-before)
	}
}

func TestNobodySignedInSleepsWell(t *testing.T) {
	s, c := sleeper(t)
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	c.move(8 * time.Hour)
	c.look()
	s.stop()
	if n := len(s.server.Journal().Entries()); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
}
