package presenter_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/auth/store/vault"
)

// noKeychain is what a computer without one has.
type noKeychain struct{ *store.Memory }

func (noKeychain) Status(context.Context) store.Status {
	return store.Status{Kind: "none", Name: "none", Outcome: store.Unavailable, Reason: store.ReasonNoService}
}

// chooser is the remembered choice.
type chooser struct {
	mu     sync.Mutex
	stage  *stage
	vault  *vault.Vault
	choice []bool
}

func (c *chooser) Asked() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.choice) > 0 }

func (c *chooser) Choose(vault bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.choice = append(c.choice, vault)
	if vault {
		c.stage.client.SetFallback(c.vault)
	}
	c.stage.client.UseFallback(vault)
	return nil
}

// newVaultStage is a program on a computer without a keychain.
func newVaultStage(t *testing.T) (*stage, *chooser) {
	t.Helper()
	s := newStage(t)
	s.store = noKeychain{store.NewMemory()}
	c := &chooser{stage: s}
	c.vault = vault.Open(vault.Config{Dir: t.TempDir() + "/vault", WorkFactor: 1,
		Ask: func(ctx context.Context, q vault.Question) (string, bool) {
			return s.p.AskPassphrase(ctx, presenter.PassphraseQuestion(q))
		}})
	s.fallback = c
	return s, c
}

func asksFor(kind presenter.ConfirmKind) func(presenter.State) bool {
	return func(s presenter.State) bool { return s.Confirm != nil && s.Confirm.Kind == kind }
}

func asksPassphrase(v presenter.PassphraseView) func(presenter.State) bool {
	return func(s presenter.State) bool {
		return s.Passphrase != nil && s.Passphrase.New == v.New && s.Passphrase.Wrong == v.Wrong && s.Passphrase.Short == v.Short
	}
}

func TestVaultIsChosenOnce(t *testing.T) {
	s, c := newVaultStage(t)
	s.begin()
	s.until("the question", asksFor(presenter.ConfirmVault))
	s.p.Confirm(true)
	s.until("a new passphrase", asksPassphrase(presenter.PassphraseView{New: true}))
	s.p.Passphrase("short", true)
	s.until("a longer one", asksPassphrase(presenter.PassphraseView{New: true, Short: true}))
	s.p.Passphrase("correct horse", true)
	state := s.until("the profile", func(st presenter.State) bool {
		return st.Screen == presenter.ScreenProfile && !st.Profile.Updated.IsZero()
	})
	if state.Profile.Until != "" || state.Passphrase != nil || state.Confirm != nil {
		t.Errorf("afterwards: %+v", state)
	}
	for _, st := range s.all() {
		if b, err := json.Marshal(st); err != nil || strings.Contains(string(b), "correct horse") {
			t.Fatalf("a State holds the passphrase (%v)", err)
		}
	}
	// The next start asks for it at the click on "Unlock", not before.
	s.stop()
	c.vault.Lock()
	s.vault = c.vault
	s.start()
	s.until("the locked vault", hasProblem(auth.CodeStoreLocked))
	s.p.Next()
	s.until("the question", asksPassphrase(presenter.PassphraseView{}))
	s.p.Passphrase("wrong", true)
	s.until("the question again", asksPassphrase(presenter.PassphraseView{Wrong: true}))
	s.p.Passphrase("correct horse", true)
	s.until("the fresh profile", func(st presenter.State) bool {
		return st.Screen == presenter.ScreenProfile && st.Problem == nil && st.Passphrase == nil && !st.Profile.Refreshing && !st.Profile.Offline
	})
}

func TestUntilIQuitIsChosenOnce(t *testing.T) {
	s, c := newVaultStage(t)
	s.begin()
	s.until("the question", asksFor(presenter.ConfirmVault))
	s.p.Confirm(false)
	s.until("the words “until you quit”", func(st presenter.State) bool { return st.Profile.Until == presenter.UntilNoPlace })
	if c.vault.Exists() {
		t.Error("a vault was made")
	}
	s.p.SignOut()
	s.until("the sign-in screen again", on(presenter.ScreenSignIn))
	s.p.SignIn("google")
	s.until("the profile again", on(presenter.ScreenProfile))
	if len(c.choice) != 1 {
		t.Errorf("asked %d times", len(c.choice))
	}
}

// Who gives no passphrase is not signed in in some other way.
func TestNoPassphraseNoSignIn(t *testing.T) {
	s, _ := newVaultStage(t)
	s.begin()
	s.until("the question", asksFor(presenter.ConfirmVault))
	s.p.Confirm(true)
	s.until("a new passphrase", asksPassphrase(presenter.PassphraseView{New: true}))
	s.p.Passphrase("", false)
	s.until("the problem", hasProblem(auth.CodeStoreDismissed))
}
