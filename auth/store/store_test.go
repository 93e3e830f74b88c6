package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"app.latchkey/auth/store"
)

func TestOutcomeOf(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		outcome store.Outcome
		reason  store.Reason
	}{
		"nil":            {nil, store.Found, ""},
		"absent":         {&store.Error{Outcome: store.Absent}, store.Absent, ""},
		"wrapped":        {fmt.Errorf("reading: %w", &store.Error{Outcome: store.Locked, Reason: store.ReasonDenied}), store.Locked, store.ReasonDenied},
		"foreign":        {fs.ErrNotExist, store.Unavailable, ""},
		"foreign joined": {errors.Join(fs.ErrNotExist, &store.Error{Outcome: store.Locked}), store.Locked, ""},
	} {
		if o, r := store.OutcomeOf(c.err), store.ReasonOf(c.err); o != c.outcome || r != c.reason {
			t.Errorf("%s: %v %q, want %v %q", name, o, r, c.outcome, c.reason)
		}
	}
}

func TestErrorText(t *testing.T) {
	err := &store.Error{Op: "put", Outcome: store.Unavailable, Reason: store.ReasonTimeout, Err: context.DeadlineExceeded}
	if got, want := err.Error(), "store: put: unavailable (timeout): context deadline exceeded"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the cause can't be seen")
	}
	for o, text := range map[store.Outcome]string{store.Found: "found", store.Absent: "absent", store.Locked: "locked", store.Unavailable: "unavailable", 99: "unavailable"} {
		if o.String() != text {
			t.Errorf("%d is %q, want %q", int(o), o, text)
		}
	}
}

func TestMemory(t *testing.T) {
	ctx := context.Background()
	m := store.NewMemory()
	if st := m.Status(ctx); st.Outcome != store.Found || st.Persistent || st.Kind != "memory" {
		t.Errorf("status %+v", st)
	}
	if err := m.Unlock(ctx); err != nil {
		t.Errorf("unlock: %v", err)
	}
	if _, err := m.Get(ctx, "a", store.Options{}); store.OutcomeOf(err) != store.Absent {
		t.Errorf("get of nothing: %v", err)
	}
	data := []byte("token")
	if err := m.Put(ctx, "a", data, store.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	data[0] = 'X' // the caller's own again
	got, err := m.Get(ctx, "a", store.Options{})
	if err != nil || string(got) != "token" {
		t.Errorf("get = %q, %v", got, err)
	}
	got[0] = 'Y'
	if again, _ := m.Get(ctx, "a", store.Options{}); !bytes.Equal(again, []byte("token")) {
		t.Errorf("the store shares its bytes: %q", again)
	}
	for range 2 {
		if err := m.Delete(ctx, "a", store.Options{}); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := m.Get(ctx, "a", store.Options{}); store.OutcomeOf(err) != store.Absent {
		t.Errorf("after delete: %v", err)
	}
}

func TestMemoryKeepsToContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := store.NewMemory()
	_, get := m.Get(ctx, "a", store.Options{})
	for op, err := range map[string]error{
		"get": get, "put": m.Put(ctx, "a", nil, store.Options{}),
		"delete": m.Delete(ctx, "a", store.Options{}), "unlock": m.Unlock(ctx),
	} {
		if store.OutcomeOf(err) != store.Unavailable || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), op) {
			t.Errorf("%s: %v", op, err)
		}
	}
}

func TestMemoryConcurrently(t *testing.T) {
	m := store.NewMemory()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				_ = m.Put(context.Background(), "a", []byte("x"), store.Options{})
				_, _ = m.Get(context.Background(), "a", store.Options{})
				_ = m.Delete(context.Background(), "a", store.Options{})
			}
		})
	}
	wg.Wait()
}
