//go:build linux

package keychain

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"app.latchkey/auth/store"
)

func yes(f *fakeService) func(dbus.ObjectPath) {
	return func(p dbus.ObjectPath) { f.complete(p, false) }
}

func no(f *fakeService) func(dbus.ObjectPath) {
	return func(p dbus.ObjectPath) { f.complete(p, true) }
}

// KeePassXC: every write shows a prompt whose answer is broadcast. Without the
// match rule on the library's own connection this hangs though it was done.
func TestWriteThatIsAnsweredByBroadcast(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		f.own(t, "org.keepassxc.KeePassXC.MainWindow")
		f.set(func() { f.asks, f.answer = true, yes(f) })
		s := open(t)
		wantStatus(t, s, store.Found, "", "KeePassXC")
		within(t, 2*time.Second, func() {
			if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
				t.Errorf("put: %v", err)
			}
			if err := s.Delete(t.Context(), name, store.Options{}); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
		// A store that has only ever deleted needs the rule too.
		f.set(func() { f.items[name] = []byte(`{"Key":"x","Data":""}`) })
		if err := open(t).Delete(t.Context(), name, store.Options{}); err != nil {
			t.Errorf("delete alone: %v", err)
		}
	})
}

func TestRefusedWriteIsNoSuccess(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		f.set(func() { f.asks, f.answer = true, no(f) })
		s := open(t)
		if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); store.OutcomeOf(err) != store.Unavailable {
			t.Errorf("put: %v", err)
		}
		f.set(func() { f.items[name] = []byte(`{"Key":"x","Data":""}`) })
		if err := s.Delete(t.Context(), name, store.Options{}); err == nil {
			t.Error("delete said nil, the item is still there")
		}
	})
}

func TestUnlockDialog(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		f.set(func() { f.locked = true })
		s := open(t)
		ctx := t.Context()

		// In the background no dialog comes up.
		neverAbsent(t, s, store.Locked, "")
		if f.count("Unlock")+f.count("Prompt") > 0 {
			t.Error("background work raised a dialog")
		}

		f.set(func() { f.answer = no(f) })
		want(t, s.Unlock(ctx), "unlock", store.Locked, store.ReasonDismissed)

		// Nobody answers: the caller leaves, the dialog stays.
		f.set(func() { f.answer = nil })
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		within(t, time.Second, func() {
			want(t, s.Unlock(short), "unlock", store.Locked, store.ReasonTimeout)
		})
		click, abort := context.WithCancel(ctx)
		f.set(func() { f.answer = func(dbus.ObjectPath) { abort() } })
		err := s.Unlock(click)
		want(t, err, "unlock", store.Locked, store.ReasonTimeout)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not say that the caller left", err)
		}
		if f.count("Dismiss") > 0 {
			t.Error("Prompt.Dismiss was called: it crashes gnome-keyring")
		}

		// Answered: whatever wanted the item goes on.
		f.set(func() {
			f.answer = yes(f)
			f.items[name] = []byte(`{"Key":"k","Data":"` + "cmVmcmVzaC10b2tlbi1vZi1hZGE=" + `"}`)
		})
		got, err := s.Get(ctx, name, store.Options{Interact: true})
		if err != nil || !bytes.Equal(got, secret) {
			t.Errorf("get = %q, %v", got, err)
		}
		wantStatus(t, s, store.Found, "", "Secret Service")
	})
}

// KeePassXC as it comes asks about each item that another process wrote: at each
// of our starts. Background work gets Locked and no dialog comes up; the click on
// "unlock" asks, and then background work goes on.
func TestServiceThatAsksAboutItems(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		s := open(t)
		ctx := t.Context()
		if err := s.Put(ctx, name, secret, store.Options{Verify: true}); err != nil {
			t.Fatal(err)
		}
		guard := func(answer func(dbus.ObjectPath)) { f.set(func() { f.guarded, f.answer = true, answer }) }

		guard(nil)
		neverAbsent(t, s, store.Locked, "")
		if f.count("Unlock")+f.count("Prompt") > 0 {
			t.Error("background work raised a dialog")
		}
		wantStatus(t, s, store.Found, "", "Secret Service")
		if h := s.Health(ctx); h.Items != 1 {
			t.Errorf("%d items", h.Items)
		}

		guard(no(f))
		want(t, s.Unlock(ctx), "unlock", store.Locked, store.ReasonDismissed)
		_, err := s.Get(ctx, name, store.Options{Interact: true})
		want(t, err, "get", store.Locked, store.ReasonDismissed)
		guard(yes(f))
		f.set(func() { f.refuses = true })
		want(t, s.Unlock(ctx), "unlock", store.Locked, store.ReasonDenied)
		f.set(func() { f.refuses = false })

		guard(nil)
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		want(t, s.Unlock(short), "unlock", store.Locked, store.ReasonTimeout)

		guard(yes(f))
		if err := s.Unlock(ctx); err != nil {
			t.Errorf("unlock: %v", err)
		}
		if got, err := s.Get(ctx, name, store.Options{}); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("in the background afterwards: %q, %v", got, err)
		}
		guard(yes(f))
		if got, err := s.Get(ctx, name, store.Options{Interact: true}); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("with a click: %q, %v", got, err)
		}

		guard(func(dbus.ObjectPath) { f.conn.ReleaseName(serviceName) })
		want(t, s.Unlock(ctx), "unlock", store.Unavailable, "")
	})
}

// A person who answers after the program stopped waiting has answered.
func TestLateAnswerCounts(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		shown := make(chan dbus.ObjectPath, 1)
		f.set(func() { f.locked, f.answer = true, func(p dbus.ObjectPath) { shown <- p } })
		s := open(t)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		want(t, s.Unlock(ctx), "unlock", store.Locked, store.ReasonTimeout)
		f.complete(<-shown, false)
		wantStatus(t, s, store.Found, "", "Secret Service")
	})
}

func TestTwoUnlocksShareOneDialog(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		shown := make(chan dbus.ObjectPath, 9)
		f.set(func() { f.locked, f.answer = true, func(p dbus.ObjectPath) { shown <- p } })
		s := open(t)
		first, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { want(t, s.Unlock(first), "unlock", store.Locked, store.ReasonTimeout) })
		p := <-shown
		wg.Go(func() {
			if err := s.Unlock(t.Context()); err != nil {
				t.Errorf("the one who stayed: %v", err)
			}
		})
		flights := &s.plat.(*secretService).unlocks
		waitFor(t, "the second caller", func() bool {
			flights.mu.Lock()
			defer flights.mu.Unlock()
			return flights.current != nil && flights.current.waiting == 2
		})
		leave()
		waitFor(t, "the first caller to leave", func() bool {
			flights.mu.Lock()
			defer flights.mu.Unlock()
			return flights.current != nil && flights.current.waiting == 1
		})
		f.complete(p, false)
		wg.Wait()
		if n := f.count("Prompt"); n != 1 {
			t.Errorf("%d dialogs, want 1", n)
		}
	})
}

func TestServiceDiesUnderItsDialog(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		f.set(func() {
			f.locked = true
			f.answer = func(dbus.ObjectPath) { f.conn.ReleaseName(serviceName) }
		})
		within(t, 2*time.Second, func() {
			want(t, open(t).Unlock(t.Context()), "unlock", store.Unavailable, "")
		})
	})
}

// KeePassXC locked between our look and the library's search: the search finds
// nothing and says no error.
func TestLockedDuringTheCall(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		s := open(t)
		if err := s.Put(t.Context(), name, secret, store.Options{}); err != nil {
			t.Fatal(err)
		}
		lockAtSearch := func(method string) {
			if method == "SearchItems" {
				f.set(func() { f.locked = true })
			}
		}
		f.set(func() { f.hook = lockAtSearch })
		_, err := s.Get(t.Context(), name, store.Options{})
		want(t, err, "get", store.Locked, "")

		f.set(func() { f.locked = false })
		want(t, s.Delete(t.Context(), name, store.Options{}), "delete", store.Locked, "")
		f.set(func() {
			if len(f.items) != 1 {
				t.Error("the item is gone")
			}
		})
	})
}

func TestStalledOwner(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		gate := make(chan struct{})
		defer close(gate)
		f.set(func() { f.stall["ReadAlias"] = gate })
		s := openImpatient(t)
		within(t, 1500*time.Millisecond, func() {
			wantStatus(t, s, store.Unavailable, store.ReasonTimeout, "Secret Service")
		})
		within(t, 4*time.Second, func() {
			neverAbsent(t, s, store.Unavailable, store.ReasonTimeout)
		})
		within(t, 1500*time.Millisecond, func() {
			want(t, s.Unlock(t.Context()), "unlock", store.Unavailable, store.ReasonTimeout)
		})
	})
}

// The look is answered, then the library's call is not.
func TestStallInsideTheLibrary(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		gate := make(chan struct{})
		f.set(func() { f.stall["OpenSession"] = gate })
		s := openImpatient(t)
		within(t, 3*time.Second, func() {
			want(t, s.Put(t.Context(), name, secret, store.Options{}), "put", store.Unavailable, store.ReasonTimeout)
		})
		within(t, 500*time.Millisecond, func() {
			wantStatus(t, s, store.Unavailable, store.ReasonBusy, "Secret Service")
			neverAbsent(t, s, store.Unavailable, store.ReasonBusy)
		})
		f.set(func() { delete(f.stall, "OpenSession") })
		close(gate)
		waitFor(t, "the worker", func() bool { return !s.work.wedged() })
		if got, err := s.Get(t.Context(), name, store.Options{}); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("the late write: %q, %v", got, err)
		}
	})
}

func TestNoDefaultCollection(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		f.set(func() { f.place, f.listed = "/", nil })
		s := open(t)
		wantStatus(t, s, store.Unavailable, store.ReasonNoCollection, "Secret Service")
		neverAbsent(t, s, store.Unavailable, store.ReasonNoCollection)
		want(t, s.Put(t.Context(), name, secret, store.Options{Interact: true}), "put", store.Unavailable, store.ReasonNoCollection)
		if f.count("CreateCollection") > 0 {
			t.Error("a collection was made without being asked for")
		}
		f.set(func() { f.answer = no(f) })
		want(t, s.Unlock(t.Context()), "unlock", store.Unavailable, store.ReasonNoCollection)
		f.set(func() { f.answer = yes(f) })
		if err := s.Unlock(t.Context()); err != nil {
			t.Errorf("unlock: %v", err)
		}
		if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
			t.Errorf("put: %v", err)
		}
	})
}

// The library would make a new collection, with a dialog, for a path that it
// does not find in the list.
func TestAliasOfAnUnlistedCollection(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		f.set(func() { f.place = "/org/freedesktop/secrets/aliases/default" })
		s := open(t)
		neverAbsent(t, s, store.Unavailable, store.ReasonNoCollection)
		want(t, s.Unlock(t.Context()), "unlock", store.Unavailable, store.ReasonNoCollection)
		if f.count("CreateCollection") > 0 {
			t.Error("the library was let in")
		}
	})
}

func TestSessionCollectionIsNotPersistent(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, _ string) {
		f := fakeOn(t)
		f.set(func() { f.place, f.listed = sessionPlace, []dbus.ObjectPath{sessionPlace} })
		if st := open(t).Status(t.Context()); st.Outcome != store.Found || st.Persistent {
			t.Errorf("status %+v", st)
		}
	})
}

// The bus dies while the library waits for a dialog: the library panics.
func TestBusDiesUnderADialogOfTheLibrary(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, dir string) {
		f := fakeOn(t)
		f.set(func() {
			f.asks = true
			f.answer = func(dbus.ObjectPath) { syscall.Kill(busPID(t, dir), syscall.SIGKILL) }
		})
		s := open(t)
		err := s.Put(t.Context(), name, secret, store.Options{Interact: true})
		if store.OutcomeOf(err) != store.Unavailable {
			t.Errorf("put: %v", err)
		}
		neverAbsent(t, s, store.Unavailable, store.ReasonLost)
	})
}

func TestBusDiesAndComesBack(t *testing.T) {
	onBus(t, setup{}, func(t *testing.T, dir string) {
		fakeOn(t)
		s := open(t)
		if err := s.Put(t.Context(), name, secret, store.Options{Verify: true}); err != nil {
			t.Fatal(err)
		}
		died := s.plat.(*secretService).link.conn.Context()
		syscall.Kill(busPID(t, dir), syscall.SIGKILL)
		<-died.Done()
		wantStatus(t, s, store.Unavailable, store.ReasonLost, "Secret Service")
		neverAbsent(t, s, store.Unavailable, store.ReasonLost)

		// A new bus at the same address, with the service and without the
		// item. We can connect again, the library can't.
		if err := os.Remove(dir + "/bus"); err != nil {
			t.Fatal(err)
		}
		startBus(t, dir, setup{})
		fakeOn(t)
		wantStatus(t, s, store.Unavailable, store.ReasonLost, "Secret Service")
		neverAbsent(t, s, store.Unavailable, store.ReasonLost)
		if st := s.Status(t.Context()); !strings.Contains(st.Detail, "started anew") {
			t.Errorf("detail %q does not say what helps", st.Detail)
		}
		fresh := open(t) // another Store of the same process is no better off
		neverAbsent(t, fresh, store.Unavailable, store.ReasonLost)
	})
}

func TestCollectionName(t *testing.T) {
	for place, name := range map[string]string{
		collectionPrefix + "login":             "login",
		collectionPrefix + "Default_5fkeyring": "Default_keyring",
		collectionPrefix + "My_20keys":         "My keys",
		collectionPrefix + "a_zz":              "a_zz",
		collectionPrefix + "a_":                "a_",
	} {
		if got := collectionName(place); got != name {
			t.Errorf("collectionName(%q) = %q, want %q", place, got, name)
		}
	}
}
