package presenter_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"app.latchkey/app/presenter"
)

func TestACrashIsTold(t *testing.T) {
	for _, c := range []struct {
		name string
		show bool
		want []string
	}{{"and its folder shown", true, []string{"/state/latchkey"}}, {"and put away", false, nil}} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.configure = func(config *presenter.Config) { config.CrashDir = "/state/latchkey" }
			s.start()
			if st := s.signIn(); !st.Crashed {
				t.Error("another screen has lost it")
			}
			before := len(s.opened)
			s.p.CloseCrash(c.show)
			s.p.CloseCrash(true) // there is nothing any more
			s.until("its end", func(st presenter.State) bool { return !st.Crashed && st.Screen == presenter.ScreenProfile })
			s.stop()
			if got := s.opened[before:]; !slices.Equal(got, c.want) {
				t.Errorf("opened %q, want %q", got, c.want)
			}
		})
	}
}

func TestNoCrashNoWord(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	for _, st := range s.all() {
		if st.Crashed {
			t.Fatal("a crash is told of")
		}
	}
}

// Each goroutine of the presenter's is guarded, so that none tells a secret when
// it breaks down.
func TestAPanicIsGuarded(t *testing.T) {
	s := newStage(t)
	var guarded atomic.Int32
	s.configure = func(config *presenter.Config) {
		config.Guard = func() {
			if recover() != nil {
				guarded.Add(1)
			}
		}
	}
	s.late = func() bool { panic("in the background") }
	s.start()
	s.signIn()
	s.stop()
	if guarded.Load() != 1 {
		t.Errorf("%d panics were guarded, want 1", guarded.Load())
	}
}
