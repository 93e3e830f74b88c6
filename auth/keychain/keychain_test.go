package keychain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

const name = "Latchkey sign-in: ada@example.com (Google) 1a2b3c4d"

var secret = []byte("refresh-token-of-ada")

// want fails unless err is an *store.Error of this outcome and reason that
// names op.
func want(t *testing.T, err error, op string, o store.Outcome, r store.Reason) {
	t.Helper()
	var e *store.Error
	if !errors.As(err, &e) || e.Outcome != o || e.Reason != r || e.Op != op {
		t.Errorf("error %q, want %s: %s (%s)", err, op, o, r)
	}
}

func TestRoundTrip(t *testing.T) {
	for system, open := range map[string]func(*testing.T, keyring.Keyring) *Store{"windows": onWindows, "macos": onMac} {
		t.Run(system, func(t *testing.T) {
			ctx := context.Background()
			r := &faultRing{}
			s := open(t, r)
			if st := s.Status(ctx); st.Outcome != store.Found || !st.Persistent {
				t.Errorf("status %+v", st)
			}
			if err := s.Unlock(ctx); err != nil {
				t.Errorf("unlock: %v", err)
			}
			_, err := s.Get(ctx, name, store.Options{})
			want(t, err, "get", store.Absent, "")
			if err := s.Put(ctx, name, secret, store.Options{Verify: true}); err != nil {
				t.Fatal(err)
			}
			got, err := s.Get(ctx, name, store.Options{})
			if err != nil || !bytes.Equal(got, secret) {
				t.Errorf("get = %q, %v", got, err)
			}
			item, _ := r.ArrayKeyring.Get(name)
			if item.Label != name || !item.KeychainNotSynchronizable {
				t.Errorf("item %+v", item)
			}
			for range 2 {
				if err := s.Delete(ctx, name, store.Options{}); err != nil {
					t.Errorf("delete: %v", err)
				}
			}
		})
	}
}

// hold is a ring whose operation op hangs until release is called.
func hold(op string) (r *faultRing, release func()) {
	gate := make(chan struct{})
	r = &faultRing{before: func(o string) {
		if o == op {
			<-gate
		}
	}}
	return r, sync.OnceFunc(func() { close(gate) })
}

func TestHangingWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		r, release := hold("set")
		s := onWindows(t, r)
		begin := time.Now()
		err := s.Put(ctx, name, secret, store.Options{})
		want(t, err, "put", store.Unavailable, store.ReasonTimeout)
		if d := time.Since(begin); d != quick.OpTimeout {
			t.Errorf("gave up after %v, want %v", d, quick.OpTimeout)
		}

		begin = time.Now()
		_, err = s.Get(ctx, name, store.Options{})
		want(t, err, "get", store.Unavailable, store.ReasonBusy)
		want(t, s.Put(ctx, name, nil, store.Options{}), "put", store.Unavailable, store.ReasonBusy)
		want(t, s.Delete(ctx, name, store.Options{}), "delete", store.Unavailable, store.ReasonBusy)
		want(t, s.Unlock(ctx), "unlock", store.Unavailable, store.ReasonBusy)
		if st := s.Status(ctx); st.Outcome != store.Unavailable || st.Reason != store.ReasonBusy {
			t.Errorf("status %+v", st)
		}
		if d := time.Since(begin); d != 0 {
			t.Errorf("calls to a wedged store took %v", d)
		}

		release()
		synctest.Wait()
		got, err := s.Get(ctx, name, store.Options{})
		if err != nil || !bytes.Equal(got, secret) {
			t.Errorf("after the late success: %q, %v", got, err)
		}
	})
}

func TestCallerWaitingBehindAHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, release := hold("set")
		defer release()
		s := onWindows(t, r)
		go s.Put(context.Background(), name, secret, store.Options{})
		time.Sleep(time.Second) // virtual
		begin := time.Now()
		err := s.Delete(context.Background(), name, store.Options{})
		want(t, err, "delete", store.Unavailable, store.ReasonBusy)
		if d := time.Since(begin); d > quick.OpTimeout-time.Second {
			t.Errorf("waited %v, longer than the hanging call was given", d)
		}
	})
}

func TestCancelDoesNotWedge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, release := hold("set")
		s := onWindows(t, r)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		begin := time.Now()
		err := s.Put(ctx, name, secret, store.Options{})
		want(t, err, "put", store.Unavailable, store.ReasonTimeout)
		if !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
			t.Errorf("after %v: %v", time.Since(begin), err)
		}
		time.AfterFunc(time.Second, release)
		if _, err := s.Get(context.Background(), name, store.Options{}); err != nil {
			t.Errorf("a call that could wait got %v", err)
		}
		want(t, s.Put(ctx, name, secret, store.Options{}), "put", store.Unavailable, store.ReasonTimeout)
	})
}

func TestPanicInTheLibrary(t *testing.T) {
	opened := 0
	r := &faultRing{}
	s := onWindows(t, r)
	s.plat.(*credentialManager).openRing = func() (keyring.Keyring, error) { opened++; return r, nil }
	ctx := context.Background()
	if err := s.Put(ctx, name, secret, store.Options{}); err != nil {
		t.Fatal(err)
	}
	r.before = func(op string) { panic("close of closed channel\x1b[31m") }
	_, err := visit{ctx, s, target{}, store.Options{}}.get(name)
	want(t, s.fail("get", err), "get", store.Unavailable, "")
	if text := s.fail("get", err).Error(); !strings.Contains(text, "close of closed channel") || strings.Contains(text, "\x1b") {
		t.Errorf("text %q", text)
	}
	r.before = nil
	opened = 0
	if _, err := (visit{ctx, s, target{}, store.Options{}}).get(name); err != nil || opened != 1 {
		t.Errorf("after the panic: %v; opened %d times anew, want 1", err, opened)
	}
}

func TestReadBack(t *testing.T) {
	change := func(data []byte) func(keyring.Item) keyring.Item {
		return func(i keyring.Item) keyring.Item { i.Data = data; return i }
	}
	for _, c := range []struct {
		name   string
		ring   *faultRing
		reason store.Reason
	}{
		{"nothing stored", &faultRing{get: change(nil)}, store.ReasonMismatch},
		{"other bytes", &faultRing{get: change([]byte("someone else's"))}, store.ReasonMismatch},
		{"cut short", &faultRing{get: change(secret[:5])}, store.ReasonMismatch},
		{"not there", &faultRing{fail: func(op string) error {
			if op == "get" {
				return keyring.ErrKeyNotFound
			}
			return nil
		}}, store.ReasonMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := onWindows(t, c.ring)
			err := s.Put(context.Background(), name, secret, store.Options{Verify: true})
			want(t, err, "put", store.Unavailable, c.reason)
			if strings.Contains(err.Error(), "someone") || strings.Contains(err.Error(), string(secret)) {
				t.Errorf("the error tells the secret: %v", err)
			}
			// Windows reads back always, for the sake of the pieces.
			want(t, onWindows(t, c.ring).Put(context.Background(), name, secret, store.Options{}), "put", store.Unavailable, c.reason)
			if err := onMac(t, c.ring).Put(context.Background(), name, secret, store.Options{}); err != nil {
				t.Errorf("without Verify: %v", err)
			}
		})
	}
}

// osStatusError is like the library's error type on macOS.
type osStatusError int

func (e osStatusError) Error() string { return "Keychain Error." }

func TestMacNotFoundIsNotAbsent(t *testing.T) {
	always := func(ops string, err error) func(string) error {
		return func(op string) error {
			if strings.Contains(ops, op) {
				return err
			}
			return nil
		}
	}
	item := keyring.Item{Key: name, Data: secret}
	ctx := context.Background()

	t.Run("unreadable but listed", func(t *testing.T) {
		r := &faultRing{fail: always("get", keyring.ErrKeyNotFound)}
		r.ArrayKeyring.Set(item)
		_, err := onMac(t, r).Get(ctx, name, store.Options{})
		want(t, err, "get", store.Locked, store.ReasonDenied)
	})
	t.Run("not listed", func(t *testing.T) {
		_, err := onMac(t, &faultRing{}).Get(ctx, name, store.Options{})
		want(t, err, "get", store.Absent, "")
	})
	t.Run("list refused after the look", func(t *testing.T) {
		n := 0
		r := &faultRing{fail: func(op string) error {
			if op == "keys" {
				if n++; n > 1 {
					return osStatusError(errSecInteractionNotAllowed)
				}
			}
			return nil
		}}
		_, err := onMac(t, r).Get(ctx, name, store.Options{})
		want(t, err, "get", store.Locked, "")
	})
	t.Run("delete that did nothing", func(t *testing.T) {
		r := &faultRing{fail: always("get,remove", keyring.ErrKeyNotFound)}
		r.ArrayKeyring.Set(item)
		want(t, onMac(t, r).Delete(ctx, name, store.Options{}), "delete", store.Locked, store.ReasonDenied)
	})
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		name    string
		open    func(*testing.T, keyring.Keyring) *Store
		err     error
		outcome store.Outcome
		reason  store.Reason
	}{
		{"mac: no interaction", onMac, osStatusError(-25308), store.Locked, ""},
		{"mac: cancelled", onMac, osStatusError(-128), store.Locked, store.ReasonDismissed},
		{"mac: denied", onMac, osStatusError(-25293), store.Locked, store.ReasonDenied},
		{"mac: none", onMac, osStatusError(-25307), store.Unavailable, store.ReasonNoService},
		{"mac: unknown", onMac, osStatusError(-1), store.Unavailable, ""},
		{"mac: as text", onMac, errors.New("Failed to update item in keychain: User interaction is not allowed."), store.Locked, ""},
		{"mac: no backend", onMac, keyring.ErrNoAvailImpl, store.Unavailable, store.ReasonNoService},
		{"windows: network log-on", onWindows, syscall.Errno(1312), store.Unavailable, store.ReasonNoService},
		{"windows: denied", onWindows, syscall.Errno(5), store.Locked, store.ReasonDenied},
		{"windows: too big after all", onWindows, syscall.Errno(1783), store.Unavailable, store.ReasonTooBig},
		{"windows: unknown", onWindows, syscall.Errno(87), store.Unavailable, ""},
		{"windows: no backend", onWindows, keyring.ErrNoAvailImpl, store.Unavailable, store.ReasonNoService},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			failing := &faultRing{fail: func(op string) error {
				if op == "set" {
					return c.err
				}
				return nil
			}}
			want(t, c.open(t, failing).Put(ctx, name, secret, store.Options{}), "put", c.outcome, c.reason)

			dead := &faultRing{fail: func(string) error { return c.err }}
			st := c.open(t, dead).Status(ctx)
			if st.Outcome != c.outcome || st.Reason != c.reason || st.Detail == "" {
				t.Errorf("status %+v", st)
			}
			if err := c.open(t, dead).Unlock(ctx); store.OutcomeOf(err) != c.outcome {
				t.Errorf("unlock: %v", err)
			}
		})
	}
}

func TestDeleteThatDoesNotDelete(t *testing.T) {
	r := &faultRing{fail: func(op string) error {
		if op == "remove" {
			return keyring.ErrKeyNotFound
		}
		return nil
	}}
	r.ArrayKeyring.Set(keyring.Item{Key: name, Data: secret})
	want(t, onWindows(t, r).Delete(context.Background(), name, store.Options{}), "delete", store.Unavailable, store.ReasonMismatch)
}

func TestErrorsDoNotTellTheItem(t *testing.T) {
	var kind struct{ Data []byte }
	typeErr := json.Unmarshal([]byte(`{"Data": 314159}`), &kind)
	syntaxErr := json.Unmarshal([]byte(`TOKEN`), &kind)
	b64Err := json.Unmarshal([]byte(`{"Data": "TOKEN!"}`), &kind)
	for _, cause := range []error{typeErr, syntaxErr, b64Err} {
		r := &faultRing{}
		s := onWindows(t, r)
		first := true
		r.fail = func(string) error {
			if first { // Status
				first = false
				return keyring.ErrKeyNotFound
			}
			return cause
		}
		_, err := s.Get(context.Background(), name, store.Options{})
		want(t, err, "get", store.Unavailable, store.ReasonCorrupt)
		if !strings.HasSuffix(err.Error(), "not in the library's form") {
			t.Errorf("%v", err)
		}
	}
}

func TestTame(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for in, out := range map[string]string{
		"plain":           "plain",
		"a\r\nb\x00c":     "a  b c",
		"evil\u202egnp":   "evil gnp",
		"\x1b[31mred":     "[31mred",
		"Schlüsselbund 鍵": "Schlüsselbund 鍵",
		long:              long[:maxText] + "…",
		"\u2066isolate\n": "isolate",
	} {
		if got := tame(in); got != out {
			t.Errorf("tame(%.40q) = %.40q, want %.40q", in, got, out)
		}
	}
}

func TestOneCallAtATime(t *testing.T) {
	r := &faultRing{}
	s := onWindows(t, r)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			ctx := context.Background()
			key := name + string(rune('a'+i))
			for range 20 {
				if err := s.Put(ctx, key, secret, store.Options{Verify: true}); err != nil {
					t.Error(err)
				}
				if err := s.Delete(ctx, key, store.Options{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if r.crowd.Load() {
		t.Error("two calls were in the library at once")
	}
}

func TestClosed(t *testing.T) {
	s := onWindows(t, &faultRing{})
	s.Close()
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	err := s.Put(context.Background(), name, secret, store.Options{})
	want(t, err, "put", store.Unavailable, "")
	if !errors.Is(err, os.ErrClosed) {
		t.Errorf("%v", err)
	}
	if st := s.Status(context.Background()); st.Outcome != store.Unavailable {
		t.Errorf("status %+v", st)
	}
}

func TestBuildWithoutKeychain(t *testing.T) {
	p := noKeychain{"macos_keychain", "Keychain", "compiled without cgo"}
	s := newStore(Config{}.withDefaults(), p)
	ctx := context.Background()
	st := s.Status(ctx)
	if st.Outcome != store.Unavailable || st.Reason != store.ReasonNoService || st.Detail != p.why {
		t.Errorf("status %+v", st)
	}
	_, err := s.Get(ctx, name, store.Options{Interact: true})
	want(t, err, "get", store.Unavailable, store.ReasonNoService)
	want(t, s.Put(ctx, name, secret, store.Options{}), "put", store.Unavailable, store.ReasonNoService)
	want(t, s.Delete(ctx, name, store.Options{}), "delete", store.Unavailable, store.ReasonNoService)
	want(t, s.Unlock(ctx), "unlock", store.Unavailable, store.ReasonNoService)
}

func TestHasTeam(t *testing.T) {
	for in, out := range map[string]bool{
		"Identifier=app.latchkey\nTeamIdentifier=AB12CD34EF\n": true,
		"TeamIdentifier=not set\n":                             false,
		"code object is not signed at all\n":                   false,
		"TeamIdentifier=\n":                                    false,
	} {
		if got := hasTeam(in); got != out {
			t.Errorf("hasTeam(%q) = %v", in, got)
		}
	}
}
