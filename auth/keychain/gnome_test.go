//go:build linux

package keychain

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/auth/store"
)

func TestGnomeKeyringUnlocked(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		ctx := t.Context()
		s := open(t)
		wantStatus(t, s, store.Found, "", "GNOME Keyring")
		if st := s.Status(ctx); !st.Persistent {
			t.Error("not persistent")
		}
		if err := s.Unlock(ctx); err != nil {
			t.Errorf("unlock of an unlocked one: %v", err)
		}
		_, err := s.Get(ctx, name, store.Options{})
		want(t, err, "get", store.Absent, "")
		big := bytes.Repeat([]byte("0123456789abcdef"), 4096)
		for _, data := range [][]byte{secret, big, secret, {}} {
			if err := s.Put(ctx, name, data, store.Options{Verify: true}); err != nil {
				t.Fatal(err)
			}
			got, err := s.Get(ctx, name, store.Options{})
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("get = %d bytes, %v; want %d", len(got), err, len(data))
			}
		}
		if out, err := exec.Command("secret-tool", "search", "profile", name).CombinedOutput(); err == nil && !strings.Contains(string(out), "label = "+name) {
			t.Errorf("other programs see\n%s", out)
		}
		for range 2 {
			if err := s.Delete(ctx, name, store.Options{}); err != nil {
				t.Errorf("delete: %v", err)
			}
			_, err = s.Get(ctx, name, store.Options{})
			want(t, err, "get", store.Absent, "")
		}
	})
}

func lock(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	place, err := defaultCollection(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Object(serviceName, servicePath).Call(ifaceService+".Lock", 0, []dbus.ObjectPath{place}).Err; err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the lock", func() bool {
		locked, err := isLocked(t.Context(), conn, place)
		return err == nil && locked
	})
}

func TestGnomeKeyringLocked(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		s := open(t)
		if err := s.Put(t.Context(), name, secret, store.Options{}); err != nil {
			t.Fatal(err)
		}
		lock(t, admin(t))
		wantStatus(t, s, store.Locked, "", "GNOME Keyring")
		neverAbsent(t, s, store.Locked, "")
		// With no display the dialog is gone at once.
		within(t, 5*time.Second, func() {
			want(t, s.Unlock(t.Context()), "unlock", store.Locked, store.ReasonDismissed)
			_, err := s.Get(t.Context(), name, store.Options{Interact: true})
			want(t, err, "get", store.Locked, store.ReasonDismissed)
			want(t, s.Delete(t.Context(), name, store.Options{Interact: true}), "delete", store.Locked, store.ReasonDismissed)
		})
		wantStatus(t, s, store.Locked, "", "GNOME Keyring")
	})
}

// killService kills the owner of the name, as a crash would.
func killService(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	endService(t, conn, syscall.SIGKILL)
}

func endService(t *testing.T, conn *dbus.Conn, signal syscall.Signal) {
	t.Helper()
	pid, owner := servicePID(t, conn)
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the end of the service", func() bool {
		_, err := nameOwner(t.Context(), conn, owner)
		return err != nil
	})
}

func servicePID(t *testing.T, conn *dbus.Conn) (pid int, owner string) {
	t.Helper()
	owner, err := nameOwner(t.Context(), conn, serviceName)
	if err != nil {
		t.Fatal(err)
	}
	var id uint32
	if err := conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, owner).Store(&id); err != nil {
		t.Fatal(err)
	}
	return int(id), owner
}

func TestGnomeKeyringKilled(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		s := open(t)
		if err := s.Put(t.Context(), name, secret, store.Options{}); err != nil {
			t.Fatal(err)
		}
		killService(t, admin(t))
		wantStatus(t, s, store.Unavailable, store.ReasonNoService, "Secret Service")
		neverAbsent(t, s, store.Unavailable, store.ReasonNoService)
	})
}

func TestGnomeKeyringKilledAndStartedAnew(t *testing.T) {
	onBus(t, setup{gnome: true, activatable: true}, func(t *testing.T, _ string) {
		s := Open(Config{}) // the true limits: starting takes its time
		defer s.Close()
		if err := s.Put(t.Context(), name, secret, store.Options{}); err != nil {
			t.Fatal(err)
		}
		killService(t, admin(t))
		// The new one has the collection, locked.
		neverAbsent(t, s, store.Locked, "")
		wantStatus(t, s, store.Locked, "", "GNOME Keyring")
	})
}

// A service that dies between our look and the library's search.
func TestServiceGoneBeforeTheProof(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		s := open(t)
		tgt, st := s.look(t.Context())
		if st.Outcome != store.Found {
			t.Fatalf("%+v", st)
		}
		killService(t, admin(t))
		_, err := visit{t.Context(), s, tgt, store.Options{}}.get(name)
		want(t, s.fail("get", err), "get", store.Unavailable, "")
		err = visit{t.Context(), s, tgt, store.Options{}}.prove(name)
		want(t, s.fail("get", err), "get", store.Unavailable, "")
	})
}

func TestTwoStores(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		a, b := open(t), open(t)
		var wg sync.WaitGroup
		for i, s := range []*Store{a, b, a, b} {
			wg.Go(func() {
				key := name + string(rune('0'+i))
				for range 10 {
					if err := s.Put(t.Context(), key, secret, store.Options{Verify: true}); err != nil {
						t.Error(err)
					}
					if got, err := s.Get(t.Context(), key, store.Options{}); err != nil || !bytes.Equal(got, secret) {
						t.Errorf("%q, %v", got, err)
					}
					if err := s.Delete(t.Context(), key, store.Options{}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestNoGoroutineLeft(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		before := runtime.NumGoroutine()
		for range 3 {
			s := Open(Config{})
			if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
				t.Fatal(err)
			}
			if err := s.Unlock(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Close()
		}
		waitFor(t, "goroutines to end", func() bool {
			return runtime.NumGoroutine() <= before
		})
	})
}

func TestBusWithoutService(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		s := open(t)
		within(t, time.Second, func() {
			wantStatus(t, s, store.Unavailable, store.ReasonNoService, "Secret Service")
			neverAbsent(t, s, store.Unavailable, store.ReasonNoService)
			want(t, s.Unlock(t.Context()), "unlock", store.Unavailable, store.ReasonNoService)
		})
	})
}

func TestServiceThatNeverStarts(t *testing.T) {
	onBus(t, setup{hangs: true}, func(t *testing.T, _ string) {
		s := Open(Config{ProbeTimeout: time.Second, OpTimeout: time.Second})
		defer s.Close()
		within(t, 4*time.Second, func() { // D-Bus would wait for 120 s
			wantStatus(t, s, store.Unavailable, store.ReasonTimeout, "Secret Service")
		})
	})
}

func TestDeadBus(t *testing.T) {
	onBus(t, setup{noBus: true}, func(t *testing.T, _ string) {
		s := open(t)
		within(t, time.Second, func() {
			wantStatus(t, s, store.Unavailable, store.ReasonNoService, "Secret Service")
			neverAbsent(t, s, store.Unavailable, store.ReasonNoService)
		})
	})
}

func TestMuteBus(t *testing.T) {
	onBus(t, setup{mute: true}, func(t *testing.T, _ string) {
		s := open(t)
		within(t, time.Second, func() {
			wantStatus(t, s, store.Unavailable, store.ReasonNoService, "Secret Service")
			neverAbsent(t, s, store.Unavailable, store.ReasonNoService)
		})
		if st := s.Status(t.Context()); !strings.Contains(st.Detail, "mute") {
			t.Errorf("detail %q does not say so", st.Detail)
		}
	})
}

// A bus that is mute when the program starts and works a little later: a
// restart would help, and only that.
func TestMuteBusThatWakesUp(t *testing.T) {
	onBus(t, setup{mute: true}, func(t *testing.T, dir string) {
		wantStatus(t, open(t), store.Unavailable, store.ReasonNoService, "Secret Service")
		if err := os.Remove(dir + "/bus"); err != nil {
			t.Fatal(err)
		}
		startBus(t, dir, setup{})
		s := open(t)
		wantStatus(t, s, store.Unavailable, store.ReasonLost, "Secret Service")
		neverAbsent(t, s, store.Unavailable, store.ReasonLost)
		if st := s.Status(t.Context()); !strings.Contains(st.Detail, "started anew") {
			t.Errorf("detail %q does not say what helps", st.Detail)
		}
	})
}

func TestGnomeKeyringNames(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		ctx := t.Context()
		s := open(t)
		foreign := Open(Config{Application: "Elsewhere"})
		defer foreign.Close()
		other := "Latchkey sign-in: bob@example.com (Google) 99999999"
		for _, item := range []string{name, other, "Elsewhere sign-in: x"} {
			if err := s.Put(ctx, item, secret, store.Options{Verify: true}); err != nil {
				t.Fatal(err)
			}
		}
		h := s.Health(ctx)
		if h.Items != 2 || h.Outcome != store.Found || h.Name != "GNOME Keyring" || h.Last != nil {
			t.Errorf("health %+v", h)
		}
		if n, err := foreign.Names(ctx, store.Options{}); err != nil || len(n) != 1 {
			t.Errorf("names of another program: %q, %v", n, err)
		}
		conn := admin(t)
		lock(t, conn)
		_, err := s.Names(ctx, store.Options{})
		want(t, err, "names", store.Locked, "")
		h = s.Health(ctx)
		if h.Items != -1 || h.Outcome != store.Locked || h.Last == nil || h.Last.Op != "names" || h.Last.Outcome != store.Locked {
			t.Errorf("health of a locked one %+v, %+v", h, h.Last)
		}
		r := store.Wipe(ctx, s, []string{name}, store.Options{})
		if r.Complete() || len(r.Left) != 1 || len(r.Removed) != 0 || store.OutcomeOf(r.Unlisted) != store.Locked {
			t.Errorf("wipe of a locked one: %v", r)
		}
	})
}

func TestGnomeKeyringWipe(t *testing.T) {
	onBus(t, setup{gnome: true}, func(t *testing.T, _ string) {
		ctx := t.Context()
		s := open(t)
		mine := []string{name, "Latchkey sign-in: bob@example.com (Google) 99999999"}
		for _, item := range append(mine, "Elsewhere sign-in: x") {
			if err := s.Put(ctx, item, secret, store.Options{Verify: true}); err != nil {
				t.Fatal(err)
			}
		}
		r := store.Wipe(ctx, s, []string{name, "Latchkey sign-in: never was"}, store.Options{})
		if want := append(mine, "Latchkey sign-in: never was"); !r.Complete() || !slices.Equal(r.Removed, want) {
			t.Errorf("wipe: %v", r)
		}
		if n, err := s.Names(ctx, store.Options{}); err != nil || len(n) != 0 {
			t.Errorf("left: %q, %v", n, err)
		}
		if _, err := s.Get(ctx, "Elsewhere sign-in: x", store.Options{}); err != nil {
			t.Errorf("another program's item: %v", err)
		}
	})
}

// TestBrokenItems: what another program or a fault left under our name. It
// never counts as absent, and a new sign-in mends it.
func TestBrokenItems(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		s := open(t)
		for what, value := range map[string]string{
			"empty": "", "another program's": "hunter2", "cut short": `{"Key":"x","Da`, "other JSON": `[1,2]`, "no base64": `{"Data":"%%"}`,
		} {
			f.set(func() { f.items[name] = []byte(value) })
			_, err := s.Get(t.Context(), name, store.Options{})
			want(t, err, "get", store.Unavailable, store.ReasonCorrupt)
			if len(value) > 3 && strings.Contains(err.Error(), value) {
				t.Errorf("%s: the error tells it: %v", what, err)
			}
			f.set(func() {
				if string(f.items[name]) != value {
					t.Errorf("%s: reading changed it", what)
				}
			})
			if err := s.Delete(t.Context(), name, store.Options{}); err != nil {
				t.Errorf("%s: delete: %v", what, err)
			}
			f.set(func() { f.items[name] = []byte(value) })
			if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
				t.Errorf("%s: put: %v", what, err)
			}
		}
	})
}
