package auth_test

import (
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

// TestTwoProgramsOnOneKeychain is about two programs made from this source, with
// one name, which one person signs in to with one account.
func TestTwoProgramsOnOneKeychain(t *testing.T) {
	w := newWorld(t, func(c *auth.Config) { c.Application, c.KeychainName = "Sign On", "Sign On (com.example.A)" })
	ours := w.session()
	w.config.Dir, w.config.CacheDir, w.config.KeychainName = t.TempDir(), t.TempDir(), "Sign On (org.example.B)"
	w.restart()
	if list, err := w.client.Accounts(); err != nil || len(list) != 0 {
		t.Errorf("the second program begins with %v, %v", list, err)
	}
	theirs := w.session()
	if ours.Account().Item == theirs.Account().Item {
		t.Fatalf("both keep their sign-in as %q", ours.Account().Item)
	}
	if err := theirs.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.Get(t.Context(), ours.Account().Item, store.Options{}); err != nil {
		t.Errorf("one program's sign-out took the other's sign-in: %v", err)
	}
}
