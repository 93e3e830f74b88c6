package vault_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"app.latchkey/auth/store"
	"app.latchkey/auth/store/vault"
)

const (
	passphrase = "correct horse"
	name       = "Latchkey sign-in: ada@example.com (Google) 0123abcd"
	token      = "1//0refresh-token"
)

func config(dir string) vault.Config { return vault.Config{Dir: dir, WorkFactor: 8} }

// made makes a vault with one item, and returns its folder too.
func made(t *testing.T) (*vault.Vault, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	v := vault.Open(config(dir))
	if err := v.Create(passphrase); err != nil {
		t.Fatal(err)
	}
	if err := v.Put(t.Context(), name, []byte(token), store.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	return v, dir
}

// again opens the vault as the next start of the program does.
func again(t *testing.T, dir string) *vault.Vault {
	t.Helper()
	v := vault.Open(config(dir))
	if err := v.OpenWith(passphrase); err != nil {
		t.Fatal(err)
	}
	return v
}

func want(t *testing.T, err error, outcome store.Outcome, reason store.Reason) {
	t.Helper()
	if store.OutcomeOf(err) != outcome || store.ReasonOf(err) != reason {
		t.Errorf("error %v: %v %q, want %v %q", err, store.OutcomeOf(err), store.ReasonOf(err), outcome, reason)
	}
}

func itemFile(dir, name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(dir, hex.EncodeToString(sum[:16])+".age")
}

func TestLife(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "vault")
	v := vault.Open(config(dir))
	if s := v.Status(ctx); s.Outcome != store.Unavailable || s.Reason != store.ReasonNoCollection || !s.Persistent || v.Exists() {
		t.Errorf("nothing yet: %+v", s)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("looking made a folder")
	}
	_, err := v.Get(ctx, name, store.Options{})
	want(t, err, store.Unavailable, store.ReasonNoCollection)
	if err := v.Create(passphrase); err != nil {
		t.Fatal(err)
	}
	if s := v.Status(ctx); s.Outcome != store.Found || !v.Exists() {
		t.Errorf("just made: %+v", s)
	}
	_, err = v.Get(ctx, name, store.Options{})
	want(t, err, store.Absent, "")
	for _, data := range [][]byte{[]byte(token), bytes.Repeat([]byte("x"), 100<<10), {}} {
		if err := v.Put(ctx, name, data, store.Options{Verify: true}); err != nil {
			t.Fatal(err)
		}
		if got, err := again(t, dir).Get(ctx, name, store.Options{}); err != nil || !bytes.Equal(got, data) {
			t.Errorf("after a restart: %d bytes, %v; want %d", len(got), err, len(data))
		}
	}
	if names, err := v.Names(ctx, store.Options{}); err != nil || len(names) != 1 || names[0] != name {
		t.Errorf("names %q, %v", names, err)
	}
	for range 2 {
		if err := v.Delete(ctx, name, store.Options{}); err != nil {
			t.Error(err)
		}
	}
	_, err = v.Get(ctx, name, store.Options{})
	want(t, err, store.Absent, "")
	want(t, v.Create(passphrase), store.Unavailable, "")
}

// Until the passphrase was given, nothing is read, written, removed or absent.
func TestLocked(t *testing.T) {
	ctx := t.Context()
	_, dir := made(t)
	v := vault.Open(config(dir))
	if s := v.Status(ctx); s.Outcome != store.Locked {
		t.Errorf("status %+v", s)
	}
	_, get := v.Get(ctx, "no such item", store.Options{})
	_, names := v.Names(ctx, store.Options{})
	for _, err := range []error{get, names, v.Put(ctx, name, nil, store.Options{}), v.Delete(ctx, name, store.Options{}),
		v.OpenWith("another passphrase"), v.OpenWith(""), v.ChangePassphrase("another", "yet another")} {
		want(t, err, store.Locked, "")
	}
	if err := v.OpenWith("another passphrase"); !errors.Is(err, vault.ErrPassphrase) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	if got, err := again(t, dir).Get(ctx, name, store.Options{}); string(got) != token {
		t.Errorf("afterwards: %q, %v", got, err)
	}
}

func TestUnlockAsks(t *testing.T) {
	type answer struct {
		q    vault.Question
		text string
		ok   bool
	}
	for _, c := range []struct {
		name    string
		exists  bool
		script  []answer
		outcome store.Outcome
		reason  store.Reason
	}{
		{"right", true, []answer{{vault.Question{}, passphrase, true}}, store.Found, ""},
		{"wrong, then right", true, []answer{{vault.Question{}, "wrong", true}, {vault.Question{Wrong: true}, passphrase, true}}, store.Found, ""},
		{"wrong, then enough", true, []answer{{vault.Question{}, "wrong", true}, {vault.Question{Wrong: true}, "", false}}, store.Locked, store.ReasonDismissed},
		{"a new one", false, []answer{{vault.Question{New: true}, "short", true}, {vault.Question{New: true, Short: true}, "long enough", true}}, store.Found, ""},
		{"no new one", false, []answer{{vault.Question{New: true}, "", false}}, store.Locked, store.ReasonDismissed},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "vault")
			if c.exists {
				_, dir = made(t)
			}
			config, asked := config(dir), 0
			config.Ask = func(_ context.Context, q vault.Question) (string, bool) {
				if asked >= len(c.script) || q != c.script[asked].q {
					t.Errorf("question %d: %+v", asked, q)
					return "", false
				}
				asked++
				return c.script[asked-1].text, c.script[asked-1].ok
			}
			v := vault.Open(config)
			want(t, v.Unlock(t.Context()), c.outcome, c.reason)
			if asked != len(c.script) {
				t.Errorf("asked %d times, want %d", asked, len(c.script))
			}
			if c.outcome != store.Found && !c.exists && v.Exists() {
				t.Error("a vault was made although nobody wanted one")
			}
		})
	}
}

// Two that need the vault at once raise one dialog; background work raises none.
func TestOneDialog(t *testing.T) {
	_, dir := made(t)
	config := config(dir)
	var mu sync.Mutex
	asked := 0
	config.Ask = func(context.Context, vault.Question) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return passphrase, true
	}
	v := vault.Open(config)
	if _, err := v.Get(t.Context(), name, store.Options{}); store.OutcomeOf(err) != store.Locked || asked != 0 {
		t.Errorf("background work: %v, asked %d times", err, asked)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := v.Get(t.Context(), name, store.Options{Interact: true}); string(got) != token {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}

func TestUnlockEndsWithItsContext(t *testing.T) {
	_, dir := made(t)
	config := config(dir)
	ctx, cancel := context.WithCancel(t.Context())
	config.Ask = func(ctx context.Context, _ vault.Question) (string, bool) { cancel(); <-ctx.Done(); return "", false }
	want(t, vault.Open(config).Unlock(ctx), store.Locked, store.ReasonTimeout)
}

// The passphrase guards the key, not the items: changing it writes one file,
// and who has the vault open goes on.
func TestChangePassphrase(t *testing.T) {
	open, dir := made(t)
	before, err := os.ReadFile(itemFile(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	v := vault.Open(config(dir))
	want(t, v.ChangePassphrase(passphrase, "short"), store.Locked, "")
	if err := v.ChangePassphrase(passphrase, "battery staple"); err != nil {
		t.Fatal(err)
	}
	if err := v.OpenWith(passphrase); !errors.Is(err, vault.ErrPassphrase) {
		t.Errorf("the old passphrase: %v", err)
	}
	if err := v.OpenWith("battery staple"); err != nil {
		t.Errorf("the new passphrase: %v", err)
	}
	for _, each := range []*vault.Vault{v, open} {
		if got, err := each.Get(t.Context(), name, store.Options{}); string(got) != token {
			t.Errorf("%q, %v", got, err)
		}
	}
	if after, _ := os.ReadFile(itemFile(dir, name)); !bytes.Equal(before, after) {
		t.Error("an item was rewritten")
	}
}

// What cannot be read is never absent, never written over if it is newer, and
// never made anew.
func TestDamage(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other")
	o := vault.Open(config(other))
	if err := errors.Join(o.Create(passphrase), o.Put(t.Context(), name, []byte("another's"), store.Options{})); err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(itemFile(other, name))
	if err != nil {
		t.Fatal(err)
	}
	change := func(path string, how func([]byte) []byte) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, how(b), 0o600)
	}
	truncate := func(b []byte) []byte { return b[:len(b)-10] }
	empty := func([]byte) []byte { return nil }
	newer := func(b []byte) []byte { return bytes.Replace(b, []byte("/1 "), []byte("/2 "), 1) }
	flip := func(b []byte) []byte { b[len(b)-20] ^= 1; return b }
	for _, c := range []struct {
		name   string
		key    bool // the key file, else the item's
		how    func([]byte) []byte
		reason store.Reason
	}{
		{"item truncated", false, truncate, store.ReasonCorrupt},
		{"item empty", false, empty, store.ReasonCorrupt},
		{"item changed", false, flip, store.ReasonCorrupt},
		{"item newer", false, newer, store.ReasonNewer},
		{"item of another vault", false, func([]byte) []byte { return foreign }, store.ReasonForeign},
		{"key truncated", true, truncate, store.ReasonCorrupt},
		{"key empty", true, empty, store.ReasonCorrupt},
		{"key newer", true, newer, store.ReasonNewer},
		{"key that costs hours", true, func(b []byte) []byte { return bytes.Replace(b, []byte(" 8\n"), []byte(" 30\n"), 1) }, store.ReasonCorrupt},
		{"key for no passphrase", true, func(b []byte) []byte {
			_, item, _ := bytes.Cut(foreign, []byte("\n"))
			line, _, _ := bytes.Cut(b, []byte("\n"))
			return append(append(line, '\n'), item...)
		}, store.ReasonCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			open, dir := made(t)
			path := itemFile(dir, name)
			if c.key {
				path = filepath.Join(dir, "identity.age")
			}
			if err := change(path, c.how); err != nil {
				t.Fatal(err)
			}
			if c.key {
				v := vault.Open(config(dir))
				want(t, v.OpenWith(passphrase), store.Unavailable, c.reason)
				if err := v.Create(passphrase); store.OutcomeOf(err) != store.Unavailable {
					t.Errorf("a new vault over the damaged one: %v", err)
				}
				return
			}
			_, err := open.Get(t.Context(), name, store.Options{})
			want(t, err, store.Unavailable, c.reason)
			_, err = open.Names(t.Context(), store.Options{})
			want(t, err, store.Unavailable, c.reason)
			err = open.Put(t.Context(), name, []byte("new"), store.Options{})
			if c.reason == store.ReasonNewer {
				want(t, err, store.Unavailable, store.ReasonNewer)
			} else if got, getErr := open.Get(t.Context(), name, store.Options{}); err != nil || string(got) != "new" {
				t.Errorf("a new sign-in: %v, %q, %v", err, got, getErr)
			}
		})
	}
}

// An item's file under another's name is noticed.
func TestSwappedFiles(t *testing.T) {
	v, dir := made(t)
	if err := os.Rename(itemFile(dir, name), itemFile(dir, "another")); err != nil {
		t.Fatal(err)
	}
	_, err := v.Get(t.Context(), "another", store.Options{})
	want(t, err, store.Unavailable, store.ReasonForeign)
}

// A folder that has gone proves nothing about its items.
func TestFolderThatHasGone(t *testing.T) {
	v, dir := made(t)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	_, err := v.Get(t.Context(), name, store.Options{})
	want(t, err, store.Unavailable, store.ReasonNoCollection)
	want(t, v.Delete(t.Context(), name, store.Options{}), store.Unavailable, store.ReasonNoCollection)
	// Items without their key are not covered up by a new one.
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "identity.age")); err != nil {
		t.Fatal(err)
	}
	want(t, vault.Open(config(dir)).Create(passphrase), store.Unavailable, store.ReasonCorrupt)
}

// A vault that another process has made anew is not written with the old key.
func TestVaultMadeAnew(t *testing.T) {
	old, dir := made(t)
	if r := vault.Open(config(dir)).Destroy(t.Context()); !r.Complete() || len(r.Removed) != 2 {
		t.Errorf("Destroy: %+v", r)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder is left")
	}
	if err := vault.Open(config(dir)).Create(passphrase); err != nil {
		t.Fatal(err)
	}
	want(t, old.Put(t.Context(), name, []byte(token), store.Options{}), store.Locked, "")
}

// Neither tokens nor names stand in a file, and nobody else can read one.
func TestFiles(t *testing.T) {
	v, dir := made(t)
	if err := v.Put(t.Context(), name, []byte(token), store.Options{}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d files, %v; want 2", len(entries), err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{token, passphrase, "ada@example.com", "AGE-SECRET-KEY"} {
			if bytes.Contains(b, []byte(secret)) || strings.Contains(e.Name(), secret) {
				t.Errorf("%s holds %q", e.Name(), secret)
			}
		}
		if info, _ := e.Info(); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the rights %v", e.Name(), info.Mode())
		}
	}
}

// A disk that is full leaves what was there.
func TestWriteThatFails(t *testing.T) {
	_, dir := made(t)
	config := config(dir)
	full := errors.New("no space left on device")
	config.Write = func(string, []byte) error { return full }
	v := vault.Open(config)
	if err := v.OpenWith(passphrase); err != nil {
		t.Fatal(err)
	}
	if err := v.Put(t.Context(), name, []byte("new"), store.Options{}); !errors.Is(err, full) || store.OutcomeOf(err) != store.Unavailable {
		t.Errorf("Put: %v", err)
	}
	if err := v.ChangePassphrase(passphrase, "battery staple"); !errors.Is(err, full) {
		t.Errorf("ChangePassphrase: %v", err)
	}
	if got, err := again(t, dir).Get(t.Context(), name, store.Options{}); string(got) != token {
		t.Errorf("%q, %v", got, err)
	}
	config.Write = func(string, []byte) error { return nil } // a disk that lies
	v = vault.Open(config)
	if err := v.OpenWith(passphrase); err != nil {
		t.Fatal(err)
	}
	want(t, v.Put(t.Context(), name, []byte("new"), store.Options{Verify: true}), store.Unavailable, store.ReasonMismatch)
}
