package keychain

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

func TestHealth(t *testing.T) {
	for _, c := range []struct {
		name string
		open func(*testing.T, keyring.Keyring) *Store
		err  error
		code string
	}{
		{"windows", onWindows, syscall.Errno(1312), "errno 1312"},
		{"macos", onMac, osStatusError(-25308), "OSStatus -25308"},
		{"windows: of no kind", onWindows, errors.New("who knows"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			r := &faultRing{}
			s := c.open(t, r)
			if err := s.Put(ctx, name, secret, store.Options{}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Get(ctx, "nothing", store.Options{}); store.OutcomeOf(err) != store.Absent {
				t.Fatal(err)
			}
			if h := s.Health(ctx); h.Items != 1 || h.Last != nil || h.Outcome != store.Found {
				t.Errorf("%+v; an absent item is no error", h)
			}
			r.fail = func(op string) error {
				if op == "set" {
					return c.err
				}
				return nil
			}
			err := s.Put(ctx, name, secret, store.Options{})
			h := s.Health(ctx)
			if h.Last == nil || h.Last.Op != "put" || h.Last.Code != c.code || h.Last.Outcome != store.OutcomeOf(err) || h.Last.When.IsZero() {
				t.Errorf("last %+v", h.Last)
			}
			// The look itself fails: its code is kept as well.
			r.fail = func(string) error { return c.err }
			if _, err := s.Get(ctx, name, store.Options{}); err == nil || strings.Contains(err.Error(), string(secret)) {
				t.Error(err)
			}
			if h := s.Health(ctx); h.Items != -1 || h.Outcome == store.Found || h.Last.Op != "get" || h.Last.Code != c.code {
				t.Errorf("%+v %+v", h, h.Last)
			}
		})
	}
}
