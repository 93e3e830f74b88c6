package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/natefinch/atomic"

	"app.latchkey/auth/flow"
)

// index is the file of accounts. It holds no secrets; without it nobody could
// be found in a keychain, so the previous copy is kept beside it.
type index struct {
	dir     string
	between *between

	mu       sync.Mutex
	volatile []Account // signed in until the program ends
}

type indexFile struct {
	V        int       `json:"v"`
	Accounts []Account `json:"accounts"`
}

func newIndex(dir string, b *between) *index { return &index{dir: dir, between: b} }

func (x *index) path() string { return filepath.Join(x.dir, "accounts.json") }

func (x *index) list() ([]Account, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	stored, err := x.read()
	stored = slices.DeleteFunc(stored, func(a Account) bool { return slices.ContainsFunc(x.volatile, a.same) })
	return append(slices.Clone(x.volatile), stored...), err
}

func (x *index) read() ([]Account, error) {
	if x.dir == "" {
		return nil, nil
	}
	accounts, err := readIndex(x.path())
	if err != nil && !errors.Is(err, errNewerIndex) {
		if before, backupErr := readIndex(x.path() + ".bak"); backupErr == nil && len(before) > 0 {
			return before, nil
		}
	}
	return accounts, err
}

var (
	errNewerIndex  = errors.New("it was written by a newer version of this program")
	errBrokenIndex = errors.New("it is broken")
)

func readIndex(path string) ([]Account, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the index of accounts: %w", err)
	}
	var f indexFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("reading the index of accounts: %s: %w: %w", filepath.Base(path), errBrokenIndex, err)
	}
	if f.V > 1 {
		return nil, fmt.Errorf("reading the index of accounts: %w", errNewerIndex)
	}
	return slices.DeleteFunc(f.Accounts, func(a Account) bool {
		return a.Key != accountKey(a.Issuer, a.Subject) || a.Item == ""
	}), nil
}

// alone keeps other processes from changing the index between our reading and
// our writing it. They hold it for a few milliseconds; one that does not let go
// is not waited for.
func (x *index) alone() (release func()) {
	release, err := x.between.lock(context.Background(), "accounts", indexPatience)
	if err != nil {
		return func() {}
	}
	return release
}

const indexPatience = 5 * time.Second

// put enters an account, first in the list, in place of its older entry.
func (x *index) put(a Account) error {
	defer x.alone()()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.volatile = slices.DeleteFunc(x.volatile, a.same)
	if x.dir == "" {
		x.volatile = append([]Account{a}, x.volatile...)
		return nil
	}
	stored, err := x.read()
	if errors.Is(err, errBrokenIndex) {
		// Nothing in it can be read, here or by any version; whoever wants to
		// mend it by hand finds it beside the new one.
		err = os.Rename(x.path(), x.path()+".broken")
	}
	if err != nil {
		return err
	}
	return x.write(append([]Account{a}, slices.DeleteFunc(stored, a.same)...))
}

// find returns an account's entry; false if the account is new.
func (x *index) find(a Account) (Account, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	stored, _ := x.read()
	for _, old := range stored {
		if old.same(a) {
			return old, true
		}
	}
	return Account{}, false
}

// has reports whether the account is signed in.
func (x *index) has(a Account) bool {
	old, stored := x.find(a)
	return stored && !old.Leaving || x.isVolatile(a)
}

// leave notes that an account's sign-out has begun: should it be cut off, the
// next start goes on with it.
func (x *index) leave(a Account) error {
	if x.dir == "" || x.isVolatile(a) {
		return nil
	}
	defer x.alone()()
	x.mu.Lock()
	defer x.mu.Unlock()
	stored, err := x.read()
	i := slices.IndexFunc(stored, a.same)
	if err != nil || i < 0 || stored[i].Leaving {
		return err
	}
	stored[i].Leaving = true
	return x.write(stored)
}

func (x *index) addVolatile(a Account) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.volatile = append([]Account{a}, slices.DeleteFunc(x.volatile, a.same)...)
}

func (x *index) isVolatile(a Account) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.ContainsFunc(x.volatile, a.same)
}

// remove takes an account out, from the previous copy too.
func (x *index) remove(a Account) error {
	defer x.alone()()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.volatile = slices.DeleteFunc(x.volatile, a.same)
	if x.dir == "" {
		return nil
	}
	stored, err := x.read()
	if err != nil || !slices.ContainsFunc(stored, a.same) {
		return err
	}
	stored = slices.DeleteFunc(stored, a.same)
	if err := x.write(stored); err != nil {
		return err
	}
	err = removeFile(x.path() + ".bak")
	if len(stored) == 0 {
		err = errors.Join(err, removeFile(x.path()+".broken"))
	}
	return err
}

func (x *index) write(accounts []Account) error {
	b, err := json.MarshalIndent(indexFile{V: 1, Accounts: accounts}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the index of accounts: %w", err)
	}
	// A broken one must not take the place of the good copy that it was read from.
	old, err := os.ReadFile(x.path())
	if _, broken := readIndex(x.path()); err == nil && broken == nil {
		if err := writePrivate(x.path()+".bak", old); err != nil {
			return fmt.Errorf("writing the index of accounts: %w", err)
		}
	}
	if err := writePrivate(x.path(), b); err != nil {
		return fmt.Errorf("writing the index of accounts: %w", err)
	}
	return nil
}

// flowPath is where the record of an account's last sign-in lies.
func (x *index) flowPath(a Account) string { return filepath.Join(x.dir, "flows", a.Key+".json") }

func (x *index) putFlow(a Account, f flow.Flow) error {
	if x.dir == "" {
		return nil
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the record of a sign-in: %w", err)
	}
	return writePrivate(x.flowPath(a), b)
}

func (x *index) removeFlow(a Account) error {
	if x.dir == "" {
		return nil
	}
	return removeFile(x.flowPath(a))
}

// writePrivate replaces a file atomically; it and its folder are the user's alone.
func writePrivate(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomic.WriteFile(path, bytes.NewReader(data)) // by a temporary file of mode 0600
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
