package auth_test

import (
	"context"
	"net"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

func TestTryRedirect(t *testing.T) {
	c := examiner(t, nil)
	for name, r := range map[string]auth.Redirect{"any port": {}, "by name": {Host: "localhost", Path: "/x"}} {
		if err := c.TryRedirect(t.Context(), r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = c.TryRedirect(t.Context(), auth.Redirect{Host: "127.0.0.1", Ports: []int{taken.Addr().(*net.TCPAddr).Port}})
	wantCode(t, err, auth.CodeLoopbackPortsTaken)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantCode(t, c.TryRedirect(ctx, auth.Redirect{}), auth.CodeLoopbackUnavailable)
}

// odd is a store that is as a test says.
type odd struct {
	*store.Memory
	status store.Status
	bend   func([]byte) []byte
	fail   error
	puts   int
}

func (o *odd) Status(context.Context) store.Status { return o.status }
func (o *odd) Put(ctx context.Context, name string, data []byte, opt store.Options) error {
	o.puts++
	if opt.Interact {
		return &store.Error{Op: "put", Outcome: store.Unavailable} // a self-test shows no dialog
	}
	if o.bend != nil {
		data = o.bend(data)
	}
	if err := o.Memory.Put(ctx, name, data, store.Options{}); err != nil {
		return err
	}
	return o.fail
}

func TestTryStores(t *testing.T) {
	open := store.Status{Kind: "test", Name: "Keyring", Persistent: true, Outcome: store.Found}
	is := func(outcome store.Outcome, reason store.Reason) store.Status {
		return store.Status{Kind: "test", Name: "Keyring", Outcome: outcome, Reason: reason}
	}
	failing := func(reason store.Reason) error {
		return &store.Error{Op: "put", Outcome: store.Unavailable, Reason: reason}
	}
	for _, c := range []struct {
		name  string
		store odd
		want  auth.StoreState
	}{
		{"works", odd{status: open}, auth.StoreWorks},
		{"locked", odd{status: is(store.Locked, "")}, auth.StoreLocked},
		{"denied", odd{status: is(store.Locked, store.ReasonDenied)}, auth.StoreDenied},
		{"none", odd{status: is(store.Unavailable, store.ReasonNoService)}, auth.StoreMissing},
		{"nothing in it", odd{status: is(store.Unavailable, store.ReasonNoCollection)}, auth.StoreUnmade},
		{"mute", odd{status: is(store.Unavailable, store.ReasonTimeout)}, auth.StoreMute},
		{"came late", odd{status: is(store.Unavailable, store.ReasonLost)}, auth.StoreRestart},
		{"away", odd{status: is(store.Unavailable, "")}, auth.StoreFails},
		{"other bytes", odd{status: open, bend: func(b []byte) []byte { return b[1:] }}, auth.StoreBroken},
		{"mute while writing", odd{status: open, fail: failing(store.ReasonTimeout)}, auth.StoreMute},
		{"fails while writing", odd{status: open, fail: failing("")}, auth.StoreFails},
		{"locked meanwhile", odd{status: open, fail: &store.Error{Op: "put", Outcome: store.Locked}}, auth.StoreLocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.store.Memory = store.NewMemory()
			client, err := auth.New(auth.Config{Store: &c.store})
			if err != nil {
				t.Fatal(err)
			}
			trials := client.TryStores(t.Context())
			if len(trials) != 1 || trials[0].State != c.want || trials[0].Name != "Keyring" {
				t.Errorf("%+v", trials)
			}
			if c.store.status.Outcome != store.Found && c.store.puts > 0 {
				t.Error("something was written to a store that is not open")
			}
			if left, _ := c.store.Names(t.Context(), store.Options{}); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			client.SetFallback(&c.store)
			if len(client.TryStores(t.Context())) != 2 {
				t.Error("the fallback was not tried")
			}
		})
	}
}
