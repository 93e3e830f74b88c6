package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/app"
	"app.latchkey/app/instance"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/auth/store/vault"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/settings"
)

// ring is a keychain in memory that lists what is in it, as keychains do.
type ring struct {
	*store.Memory
	stuck bool // nothing can be removed
}

func (ring) Status(context.Context) store.Status {
	return store.Status{Kind: "test", Name: "Test Keyring", Persistent: true, Outcome: store.Found}
}

func (r ring) Delete(ctx context.Context, name string, o store.Options) error {
	if r.stuck {
		return &store.Error{Op: "delete", Outcome: store.Locked, Err: errors.New("locked")}
	}
	return r.Memory.Delete(ctx, name, o)
}

// signedIn is an installation with one account, and an item in the keychain that
// its index does not know.
func signedIn(t *testing.T, r *ring) (*eraser, *mocktest.Server) {
	t.Helper()
	server, person := mocktest.Start(t), mocktest.NewPerson("ada")
	dirs, err := settings.Open(filepath.Join(t.TempDir(), "config"))
	if err != nil {
		t.Fatal(err)
	}
	r.Memory = store.NewMemory()
	client, err := auth.New(auth.Config{Store: r, Dir: dirs.ConfigDir(), CacheDir: dirs.CacheDir(),
		OpenBrowser: func(ctx context.Context, address string) error {
			go func() { _, _ = person.Open(t.Context(), address) }()
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	provider := auth.GoogleAt(server.Issuer(), server.PeopleAPI(), server.ClientID(), server.ClientSecret())
	provider.Quirks.RevocationEndsGrant = false
	pending, err := client.SignIn(t.Context(), provider, auth.SignInOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pending.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.Put(t.Context(), "Latchkey sign-in: somebody's", []byte("x"), store.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := dirs.ChangePreferences(func(p *settings.Preferences) { p.Demo = true }); err != nil {
		t.Fatal(err)
	}
	return &eraser{dirs: dirs, client: client, secrets: r, vault: vault.Open(vault.Config{Dir: dirs.VaultDir()}),
		providers: []auth.Provider{provider}, own: true}, server
}

func items(t *testing.T, r *ring) []string {
	t.Helper()
	names, err := r.Names(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestErasing: the provider is told, and neither keychain nor files are left.
func TestErasing(t *testing.T) {
	r := &ring{}
	e, server := signedIn(t, r)
	if left := e.Erase(t.Context()); len(left) > 0 {
		t.Errorf("left is %q", left)
	}
	if got := items(t, r); len(got) > 0 {
		t.Errorf("the keychain holds %q", got)
	}
	told := false
	for _, entry := range server.Journal().Entries() {
		told = told || entry.Endpoint == "revoke"
	}
	if !told {
		t.Error("the provider was not told")
	}
	// What is written while the program ends goes too.
	if err := os.WriteFile(e.dirs.DemoStatePath(), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	e.finish()
	if _, err := os.Stat(e.dirs.ConfigDir()); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}

// TestErasingOneOfSeveral: with a folder of its own, an installation knows its own
// items only, for the rest may be another's.
func TestErasingOneOfSeveral(t *testing.T) {
	r := &ring{}
	e, _ := signedIn(t, r)
	e.own = false
	if left := e.Erase(t.Context()); len(left) > 0 {
		t.Errorf("left is %q", left)
	}
	if got := items(t, r); len(got) != 1 || !strings.Contains(got[0], "somebody's") {
		t.Errorf("the keychain holds %q", got)
	}
}

// TestErasingThatFails: what is left is said, and all else goes all the same.
func TestErasingThatFails(t *testing.T) {
	r := &ring{}
	e, _ := signedIn(t, r)
	r.stuck = true
	left := fmt.Sprint(e.Erase(t.Context()))
	if !strings.Contains(left, "somebody's in Test Keyring") || !strings.Contains(left, "ada@example.com") {
		t.Errorf("said is %q", left)
	}
	if _, err := os.Stat(e.dirs.PreferencesPath()); !os.IsNotExist(err) {
		t.Errorf("the settings are left: %v", err)
	}
}

func TestNothingIsFinishedThatWasNotAskedFor(t *testing.T) {
	e, _ := signedIn(t, &ring{})
	e.finish()
	if _, err := os.Stat(e.dirs.IndexPath()); err != nil {
		t.Errorf("the index is gone: %v", err)
	}
	(*eraser)(nil).finish()
}

// TestDeleteData is the command line's: an installation without an account is
// cleaned up as well, and not while the program runs.
func TestDeleteData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "config")
	v := vendor{Identity: app.Identity{ID: ourID, Name: "Latchkey", Version: "1.0.0"}}
	dirs, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := dirs.ChangePreferences(func(p *settings.Preferences) { p.Demo = true }); err != nil {
		t.Fatal(err)
	}
	running, err := instance.Claim(t.Context(), dirs.ConfigDir(), func() {})
	if err != nil {
		t.Fatal(err)
	}
	if err := deleteData(options{config: dir}, v, &bytes.Buffer{}); !errors.Is(err, errRunning) {
		t.Errorf("while it runs: %v", err)
	}
	running.Release()
	var said bytes.Buffer
	if err := deleteData(options{config: dir}, v, &said); err != nil || said.String() != "deleted\n" {
		t.Errorf("said is %q, %v", said.String(), err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}
