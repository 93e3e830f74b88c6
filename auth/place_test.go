package auth_test

import (
	"context"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

// newFallbackWorld is a computer without a keychain, and with a vault.
func newFallbackWorld(t *testing.T, options ...mockprovider.Option) (*world, *flaky) {
	t.Helper()
	vault := &flaky{Memory: store.NewMemory()}
	w := newWorld(t, func(c *auth.Config) { c.Fallback = vault }, options...)
	w.store.fail("status", store.Unavailable, store.ReasonNoService)
	return w, vault
}

func has(t *testing.T, s *flaky, item string) bool {
	t.Helper()
	_, err := s.Memory.Get(t.Context(), item, store.Options{})
	return err == nil
}

func TestFallbackKeepsWhatTheKeychainCannot(t *testing.T) {
	w, vault := newFallbackWorld(t)
	if k := w.client.Keeping(t.Context()); !k.Persistent {
		t.Errorf("Keeping: %+v", k)
	}
	session := w.session()
	item := session.Account().Item
	if session.Kept(t.Context()).UntilQuit() || !has(t, vault, item) || has(t, w.store, item) {
		t.Errorf("kept until the end: %v", session.Kept(t.Context()).UntilQuit())
	}
	mustToken(t, w.again())
	// A start without the vault: unknown is not signed out.
	w.config.Fallback = nil
	_, err := w.again().Token(t.Context())
	wantCode(t, err, auth.CodeStoreUnavailable)
	if list, _ := w.client.Accounts(); len(list) != 1 {
		t.Errorf("%d accounts", len(list))
	}
	w.client.SetFallback(vault)
	if err := resumeOnly(t, w.client, w.provider).SignOut(t.Context()); err == nil && has(t, vault, item) {
		t.Error("the sign-out left the record")
	}
}

// A fallback that takes nothing new still has what is in it.
func TestFallbackThatIsNotUsedAnyMore(t *testing.T) {
	w, vault := newFallbackWorld(t)
	old := w.session()
	w.client.UseFallback(false)
	if k := w.client.Keeping(t.Context()); k.Persistent || k.Fallback || k.Usable {
		t.Errorf("Keeping: %+v", k)
	}
	mustToken(t, old)
	if !has(t, vault, old.Account().Item) {
		t.Error("what was in it is gone")
	}
	if fresh := w.session(); !fresh.Kept(t.Context()).UntilQuit() {
		t.Error("a new sign-in is kept in it")
	}
	w.client.UseFallback(true)
	if k := w.client.Keeping(t.Context()); !k.Persistent || !k.Fallback {
		t.Errorf("in use again: %+v", k)
	}
}

// Who does not give the passphrase is not signed in some other way.
func TestFallbackThatIsNotOpened(t *testing.T) {
	w, vault := newFallbackWorld(t)
	vault.fail("unlock", store.Locked, store.ReasonDismissed)
	vault.onUnlock = func(context.Context) error {
		vault.status = store.Status{Kind: "vault", Name: "Vault", Persistent: true, Outcome: store.Locked}
		return nil
	}
	_, err := w.client.Begin(t.Context(), w.provider, auth.SignInOptions{})
	wantCode(t, err, auth.CodeStoreDismissed)
}

func TestMoveToABetterPlace(t *testing.T) {
	t.Run("from the vault to a keychain", func(t *testing.T) {
		w, vault := newFallbackWorld(t)
		session := w.session()
		item := session.Account().Item
		if session.CanMove(t.Context()) {
			t.Error("there is nothing better")
		}
		w.store.mend() // a keychain appears
		if !session.CanMove(t.Context()) {
			t.Fatal("the keychain is not seen")
		}
		if err := session.Move(t.Context()); err != nil {
			t.Fatal(err)
		}
		if has(t, vault, item) || !has(t, w.store, item) || session.CanMove(t.Context()) {
			t.Error("the record is not where it should be")
		}
		session.Expire(mustToken(t, session))
		mustToken(t, session)
		mustToken(t, w.again())
	})
	t.Run("from memory to the vault", func(t *testing.T) {
		w, vault := newFallbackWorld(t)
		w.client.SetFallback(nil)
		session := w.session()
		if !session.Kept(t.Context()).UntilQuit() {
			t.Fatal("not until the end")
		}
		w.client.SetFallback(vault)
		if err := session.Move(t.Context()); err != nil {
			t.Fatal(err)
		}
		if kept := session.Kept(t.Context()); kept.UntilQuit() || !has(t, vault, session.Account().Item) {
			t.Errorf("Kept %+v", kept)
		}
		mustToken(t, w.again())
	})
	t.Run("the keychain lies", func(t *testing.T) {
		w, vault := newFallbackWorld(t)
		session := w.session()
		w.store.mend()
		w.store.fail("put", store.Unavailable, store.ReasonMismatch)
		wantCode(t, session.Move(t.Context()), auth.CodeStoreUnavailable)
		if !has(t, vault, session.Account().Item) {
			t.Error("the record is gone")
		}
		mustToken(t, w.again())
	})
	t.Run("a new sign-in takes the better place", func(t *testing.T) {
		w, vault := newFallbackWorld(t)
		item := w.session().Account().Item
		w.store.mend()
		w.session()
		if has(t, vault, item) || !has(t, w.store, item) {
			t.Error("the old record is left, or the new one is not there")
		}
		mustToken(t, w.again())
	})
	t.Run("what a move that was cut off left behind goes", func(t *testing.T) {
		w, vault := newFallbackWorld(t)
		session := w.session()
		item := session.Account().Item
		w.store.mend()
		vault.fail("delete", store.Unavailable, store.ReasonBusy)
		if err := session.Move(t.Context()); err != nil {
			t.Fatal(err)
		}
		vault.mend()
		mustToken(t, w.again())
		if has(t, vault, item) {
			t.Error("the old record is still there")
		}
	})
}

// While a newer program has the record, this one neither uses what it remembers
// nor writes over it.
func TestNewerRecordAppearsMeanwhile(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	session.Expire(mustToken(t, session))
	w.store.fail("get", store.Unavailable, store.ReasonNewer)
	puts := len(w.store.options("put"))
	if _, err := session.Token(t.Context()); err == nil {
		t.Error("the remembered token was used")
	}
	if w.count("token", "refresh_token") != 0 || len(w.store.options("put")) != puts {
		t.Error("something was sent or written")
	}
}

// A rotated token is read back: a keychain may say "written" and not do it.
func TestRotatedTokenIsReadBack(t *testing.T) {
	w := newWorld(t, nil)
	mustToken(t, w.resumed())
	calls := w.store.options("put")
	if last := calls[len(calls)-1]; !last.Verify || last.Interact {
		t.Errorf("the rotated token was written with %+v", last)
	}
}
