package presenter_test

import (
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

// TestNextRestart: what can be mended by a new start only offers one, and the
// button does it.
func TestNextRestart(t *testing.T) {
	s := newStage(t)
	keychain := newScripted()
	s.store = keychain
	s.start()
	s.signIn()
	s.stop()
	restarted := make(chan struct{})
	s.restart = func() { close(restarted) }
	keychain.when("get", func() error {
		return &store.Error{Op: "get", Outcome: store.Unavailable, Reason: store.ReasonLost}
	})
	s.start()
	st := s.until("the problem", hasProblem(auth.CodeStoreRestart))
	if st.Problem.Next != presenter.NextRestart || st.Screen != presenter.ScreenProfile {
		t.Errorf("%+v on %s", st.Problem, st.Screen)
	}
	s.p.Next()
	<-restarted
}
