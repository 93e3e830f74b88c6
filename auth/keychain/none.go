package keychain

import (
	"context"
	"errors"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

// noKeychain stands for the keychain of a system or build that has none the
// library knows.
type noKeychain struct{ kind, name, why string }

func (p noKeychain) err() error {
	return &store.Error{Outcome: store.Unavailable, Reason: store.ReasonNoService, Err: errors.New(p.why)}
}

func (p noKeychain) names() (kind, name string) { return p.kind, p.name }

func (p noKeychain) look(context.Context, *worker) (target, store.Status) {
	return target{}, store.Status{
		Kind: p.kind, Name: p.name, Persistent: true,
		Outcome: store.Unavailable, Reason: store.ReasonNoService, Detail: p.why,
	}
}

func (p noKeychain) unlock(context.Context, *worker) error { return p.err() }
func (p noKeychain) open(target) (keyring.Keyring, error)  { return nil, p.err() }
func (p noKeychain) beforeWrite() error                    { return p.err() }
func (p noKeychain) maxItem() int                          { return 0 }
func (p noKeychain) code(error) string                     { return "" }
func (p noKeychain) close()                                {}
func (p noKeychain) explain(error) (store.Outcome, store.Reason) {
	return store.Unavailable, store.ReasonNoService
}

func (p noKeychain) prove(context.Context, target, string, func() ([]string, error)) error {
	return p.err()
}

func (p noKeychain) list(context.Context, *worker, target, func() ([]string, error)) ([]string, error) {
	return nil, p.err()
}

func (p noKeychain) admit(context.Context, target, string, store.Options) error { return p.err() }
