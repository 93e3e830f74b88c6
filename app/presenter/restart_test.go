package presenter_test

import (
	"sync/atomic"
	"testing"

	"app.latchkey/app/presenter"
)

// A keychain that comes up after the program is told of, on whatever screen,
// and the person decides.
func TestRestartIsOffered(t *testing.T) {
	s := newStage(t)
	var looked, restarted atomic.Int32
	s.late = func() bool { looked.Add(1); return true }
	done := make(chan struct{})
	s.restart = func() { restarted.Add(1); close(done) }
	s.start()
	s.until("the offer", func(st presenter.State) bool { return st.Restart })
	st := s.signIn()
	if !st.Restart {
		t.Error("the next screen has lost the offer")
	}
	if restarted.Load() != 0 {
		t.Error("it was restarted without a word")
	}
	s.p.Restart()
	<-done
	s.stop()
	if restarted.Load() != 1 || looked.Load() != 1 {
		t.Errorf("%d restarts, looked %d times", restarted.Load(), looked.Load())
	}
}

func TestNoRestartWithoutReason(t *testing.T) {
	for name, late := range map[string]func() bool{"no bus to wait for": nil, "still none": func() bool { return false }} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.late, s.restart = late, func() { t.Error("restarted") }
			s.start()
			if st := s.signIn(); st.Restart {
				t.Error("a restart is offered")
			}
			s.p.Restart()
			s.stop()
		})
	}
}
