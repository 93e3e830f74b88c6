package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

// visit is one call's way to the library: the shelf on which pieces stand.
type visit struct {
	ctx context.Context
	s   *Store
	t   target
	o   store.Options
}

// get implements shelf: the item, or the proof that there is none.
func (v visit) get(name string) ([]byte, error) {
	if err := v.s.plat.admit(v.ctx, v.t, name, v.o); err != nil {
		return nil, err
	}
	item, err := onRing(v.ctx, v.s, v.t, v.o, func(r keyring.Keyring) (keyring.Item, error) { return r.Get(name) })
	if errors.Is(err, keyring.ErrKeyNotFound) {
		return nil, v.prove(name)
	}
	if err != nil {
		return nil, err
	}
	return bytes.Clone(item.Data), nil
}

func (v visit) prove(name string) error { return v.s.plat.prove(v.ctx, v.t, name, v.keys) }

func (v visit) keys() ([]string, error) {
	return onRing(v.ctx, v.s, v.t, v.o, func(r keyring.Keyring) ([]string, error) { return r.Keys() })
}

// set implements shelf.
func (v visit) set(name string, data []byte) error {
	if err := v.s.plat.admit(v.ctx, v.t, name, v.o); err != nil {
		return err
	}
	item := keyring.Item{
		Key:                       name,
		Label:                     name,
		Description:               v.s.cfg.Application + " sign-in",
		Data:                      data,
		KeychainNotSynchronizable: true,
	}
	_, err := onRing(v.ctx, v.s, v.t, v.o, func(r keyring.Keyring) (struct{}, error) {
		if err := v.s.plat.beforeWrite(); err != nil {
			return struct{}{}, fmt.Errorf("preparing to write: %w", err)
		}
		return struct{}{}, r.Set(item)
	})
	return err
}

// maxDuplicates is how many items of one name remove takes away before it
// calls the keychain's behaviour wrong.
const maxDuplicates = 8

// remove implements shelf.
func (v visit) remove(name string) error {
	for range maxDuplicates {
		if err := v.s.plat.admit(v.ctx, v.t, name, v.o); err != nil {
			return err
		}
		_, err := onRing(v.ctx, v.s, v.t, v.o, func(r keyring.Keyring) (struct{}, error) {
			if err := v.s.plat.beforeWrite(); err != nil {
				return struct{}{}, fmt.Errorf("preparing to delete: %w", err)
			}
			return struct{}{}, r.Remove(name)
		})
		if err != nil && !errors.Is(err, keyring.ErrKeyNotFound) {
			return err
		}
		switch _, err = v.get(name); {
		case store.OutcomeOf(err) == store.Absent:
			return nil
		case err != nil && !malformed(err): // a broken item is one that is there
			return err
		}
	}
	return &store.Error{
		Outcome: store.Unavailable, Reason: store.ReasonMismatch,
		Err: errors.New("still there after it was deleted"),
	}
}

// list implements shelf.
func (v visit) list() ([]string, error) { return v.s.plat.list(v.ctx, v.s.work, v.t, v.keys) }
