package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"filippo.io/age"

	"app.latchkey/auth/store"
)

// MinPassphrase is how many characters a new passphrase needs.
const MinPassphrase = 8

// Question is what a person is asked.
type Question struct {
	New   bool // there is no vault yet: a new passphrase, best typed twice
	Wrong bool // the one before was wrong
	Short bool // the one before had fewer than MinPassphrase characters
}

// Config says where a vault is and how to ask for its passphrase.
type Config struct {
	// Dir is the vault's own folder. It is made when the vault is.
	Dir string
	// Ask asks the person. It returns false when the person would rather not.
	// Without it Unlock says Locked/dismissed.
	Ask func(ctx context.Context, q Question) (passphrase string, ok bool)
	// WorkFactor is scrypt's, as a power of two; 0 means age's own, about a
	// second. Tests use less.
	WorkFactor int
	// Write replaces a file whole, readable by its owner only; nil is the
	// package's own. A test can make it die half-way.
	Write func(path string, data []byte) error
}

// Vault is a Store in files under a passphrase. Its methods are safe for
// concurrent use, and so are several processes over one folder, as long as two
// do not write one item at once: the last one counts then.
type Vault struct {
	config Config
	asking chan struct{} // one dialog at a time

	mu       sync.Mutex
	identity *age.X25519Identity // nil: locked
}

var (
	_ store.Lister = (*Vault)(nil)

	// ErrPassphrase: the passphrase is wrong (Locked).
	ErrPassphrase = errors.New("the passphrase is wrong")
	// ErrShort: a new passphrase has fewer than MinPassphrase characters (Locked).
	ErrShort = fmt.Errorf("a passphrase needs %d characters", MinPassphrase)

	errNoVault = errors.New("there is no vault yet")
	errOpen    = errors.New("the vault needs its passphrase")
)

// Open returns the vault in a folder. It does no I/O.
func Open(c Config) *Vault {
	if c.Write == nil {
		c.Write = WriteFile
	}
	return &Vault{config: c, asking: make(chan struct{}, 1)}
}

// Status implements store.Store. A folder without a vault is
// Unavailable/no_collection: Unlock offers to make one.
func (v *Vault) Status(context.Context) store.Status {
	s := store.Status{Kind: "vault", Name: "Passphrase vault", Persistent: true}
	if err := asError("status", v.look()); err != nil {
		s.Outcome, s.Reason, s.Detail = err.Outcome, err.Reason, err.Error()
	}
	return s
}

// Exists reports whether there is a vault, open or not, damaged or not.
func (v *Vault) Exists() bool {
	_, err := os.Lstat(v.keyPath())
	return err == nil
}

// look says how the vault stands: nil if it is open.
func (v *Vault) look() error {
	_, err := v.opened()
	return err
}

// opened returns the identity, if the vault on disk is still the one that it
// opens. Whatever is found there proves that the folder can be read.
func (v *Vault) opened() (*age.X25519Identity, error) {
	id, _, err := v.readKeyFile()
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.identity == nil || idOf(v.identity) != id { // another process has made the vault anew
		v.identity = nil
		return nil, &store.Error{Outcome: store.Locked, Err: errOpen}
	}
	return v.identity, nil
}

// readKeyFile returns the vault's id and the encrypted identity.
func (v *Vault) readKeyFile() (id string, sealed []byte, err error) {
	id, sealed, err = readFile(v.keyPath(), keyMagic)
	if !errors.Is(err, fs.ErrNotExist) {
		return id, sealed, err
	}
	items, err := v.itemFiles()
	switch {
	case err != nil:
		return "", nil, unavailable(store.ReasonNone, fmt.Errorf("reading the vault's folder: %w", err))
	case len(items) > 0:
		return "", nil, unavailable(store.ReasonCorrupt, errors.New("the vault's key file is missing, and without it nobody can open its items"))
	}
	return "", nil, &store.Error{Outcome: store.Unavailable, Reason: store.ReasonNoCollection, Err: errNoVault}
}

// Lock forgets the key: the next call needs the passphrase.
func (v *Vault) Lock() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.identity = nil
}

func (v *Vault) keyPath() string { return filepath.Join(v.config.Dir, "identity.age") }

func unavailable(reason store.Reason, err error) error {
	return &store.Error{Outcome: store.Unavailable, Reason: reason, Err: err}
}

// asError makes every error a *store.Error of an operation; nil stays nil.
func asError(op string, err error) *store.Error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*store.Error](err); ok {
		e := *known
		e.Op = op
		return &e
	}
	e := &store.Error{Op: op, Outcome: store.Unavailable, Err: err}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		e.Reason = store.ReasonTimeout
	}
	return e
}

// fail is asError for a result of type error.
func fail(op string, err error) error {
	if e := asError(op, err); e != nil {
		return e
	}
	return nil
}
