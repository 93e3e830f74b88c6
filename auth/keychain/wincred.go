package keychain

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

// maxCredential is CRED_MAX_CREDENTIAL_BLOB_SIZE, 5*512 bytes. Beyond it
// Windows says "The stub received bad data" (1783), after the browser part of
// a sign-in went well.
const maxCredential = 2560

// pieceSize is what we put into one item: a little less than fits.
const pieceSize = 2400

// Errors of the Windows credential API.
const (
	errnoAccessDenied  = syscall.Errno(5)
	errnoNoSuchSession = syscall.Errno(1312) // a network or SSH log-on has no credentials
	errnoBadStubData   = syscall.Errno(1783)
)

// credentialManager is the keychain of Windows. It has neither locks nor
// dialogs. It compiles everywhere; only Windows has the library's part.
type credentialManager struct {
	cfg Config
	// openRing opens the library; a test puts another in its place.
	openRing func() (keyring.Keyring, error)
	// listed lists the names that begin with a prefix, without it. It is nil
	// where there is no Credential Manager.
	listed func(prefix string) ([]string, error)
}

func newCredentialManager(c Config) *credentialManager {
	return &credentialManager{cfg: c, openRing: func() (keyring.Keyring, error) {
		return keyring.Open(keyring.Config{
			AllowedBackends: []keyring.BackendType{keyring.WinCredBackend},
			ServiceName:     c.Application,
			// Users find their items under it; the library's default is
			// "keyring", which tells nobody anything.
			WinCredPrefix: c.Application,
		})
	}}
}

func (p *credentialManager) names() (kind, name string)           { return "wincred", "Credential Manager" }
func (p *credentialManager) maxItem() int                         { return pieceSize }
func (p *credentialManager) close()                               {}
func (p *credentialManager) beforeWrite() error                   { return nil }
func (p *credentialManager) open(target) (keyring.Keyring, error) { return p.openRing() }

func (p *credentialManager) status(o store.Outcome) store.Status {
	kind, name := p.names()
	return store.Status{Kind: kind, Name: name, Persistent: true, Outcome: o}
}

// look implements platform. Reading a name that nobody uses is the cheapest
// question that a log-on without credentials fails; listing hides errors.
func (p *credentialManager) look(ctx context.Context, w *worker) (target, store.Status) {
	if w.wedged() {
		return target{}, p.status(store.Found) // the store adds "busy"
	}
	_, err := do(ctx, w, p.cfg.ProbeTimeout, func() (struct{}, error) {
		ring, err := p.openRing()
		if err == nil {
			_, err = ring.Get(p.cfg.Application + " is there a keychain")
		}
		return struct{}{}, err
	})
	if err == nil || errors.Is(err, keyring.ErrKeyNotFound) {
		return target{}, p.status(store.Found)
	}
	return target{cause: err}, failedStatus(p, p.status(store.Unavailable), err)
}

// list implements platform. The library's own list hides errors, and then
// looks empty.
func (p *credentialManager) list(ctx context.Context, w *worker, _ target, keys func() ([]string, error)) ([]string, error) {
	if p.listed == nil {
		return keys()
	}
	return do(ctx, w, p.cfg.OpTimeout, func() ([]string, error) {
		return p.listed(p.cfg.Application + ":" + p.cfg.Application + ":") // as the library names them
	})
}

// unlock implements platform. There is nothing to unlock.
func (p *credentialManager) unlock(ctx context.Context, w *worker) error {
	t, st := p.look(ctx, w)
	return statusError(st, t.cause)
}

// prove implements platform: the library says "not found" for error 1168
// (ERROR_NOT_FOUND) alone.
func (p *credentialManager) prove(context.Context, target, string, func() ([]string, error)) error {
	return &store.Error{Outcome: store.Absent}
}

// code implements platform.
func (p *credentialManager) code(err error) string {
	if n, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Sprintf("errno %d", uint(n))
	}
	return ""
}

// explain implements platform.
func (p *credentialManager) explain(err error) (store.Outcome, store.Reason) {
	var n syscall.Errno
	if errors.As(err, &n) {
		switch n {
		case errnoNoSuchSession:
			return store.Unavailable, store.ReasonNoService
		case errnoAccessDenied:
			return store.Locked, store.ReasonDenied
		case errnoBadStubData:
			return store.Unavailable, store.ReasonTooBig
		}
	}
	if errors.Is(err, keyring.ErrNoAvailImpl) {
		return store.Unavailable, store.ReasonNoService
	}
	return store.Unavailable, store.ReasonNone
}

// admit implements platform. There are no dialogs.
func (p *credentialManager) admit(context.Context, target, string, store.Options) error { return nil }
