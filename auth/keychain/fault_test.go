package keychain

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/keyring"
)

// faultRing is the library's in-memory keyring with faults put in.
type faultRing struct {
	keyring.ArrayKeyring
	before func(op string)                 // runs inside the library: may block or panic
	get    func(keyring.Item) keyring.Item // changes what is read
	fail   func(op string) error
	sets   atomic.Int32
	inside atomic.Int32
	crowd  atomic.Bool // two calls were inside at once
}

func (r *faultRing) enter(op string) (leave func(), err error) {
	if r.inside.Add(1) > 1 {
		r.crowd.Store(true)
	}
	leave = func() { r.inside.Add(-1) }
	if r.before != nil {
		func() {
			defer func() {
				if p := recover(); p != nil {
					leave()
					panic(p)
				}
			}()
			r.before(op)
		}()
	}
	if r.fail != nil {
		err = r.fail(op)
	}
	return leave, err
}

func (r *faultRing) Get(key string) (keyring.Item, error) {
	leave, err := r.enter("get")
	defer leave()
	if err != nil {
		return keyring.Item{}, err
	}
	item, err := r.ArrayKeyring.Get(key)
	if err == nil && r.get != nil {
		item = r.get(item)
	}
	return item, err
}

func (r *faultRing) Set(item keyring.Item) error {
	leave, err := r.enter("set")
	defer leave()
	if err != nil {
		return err
	}
	r.sets.Add(1)
	return r.ArrayKeyring.Set(item)
}

func (r *faultRing) Remove(key string) error {
	leave, err := r.enter("remove")
	defer leave()
	if err != nil {
		return err
	}
	return r.ArrayKeyring.Remove(key)
}

func (r *faultRing) Keys() ([]string, error) {
	leave, err := r.enter("keys")
	defer leave()
	if err != nil {
		return nil, err
	}
	return r.ArrayKeyring.Keys()
}

// quick are limits that differ enough to be told apart.
var quick = Config{ProbeTimeout: 2 * time.Second, OpTimeout: 5 * time.Second, PromptTimeout: 120 * time.Second}

// onWindows is a Store as on Windows, over r.
func onWindows(t *testing.T, r keyring.Keyring) *Store {
	t.Helper()
	c := quick.withDefaults()
	p := newCredentialManager(c)
	p.openRing = func() (keyring.Keyring, error) { return r, nil }
	s := newStore(c, p)
	t.Cleanup(func() { s.Close() })
	return s
}

// onMac is a Store as on macOS, over r.
func onMac(t *testing.T, r keyring.Keyring) *Store {
	t.Helper()
	c := quick.withDefaults()
	p := newMacKeychain(c, func() bool { return true })
	p.openRing = func(bool) (keyring.Keyring, error) { return r, nil }
	s := newStore(c, p)
	t.Cleanup(func() { s.Close() })
	return s
}
