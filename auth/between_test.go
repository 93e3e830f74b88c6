package auth_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"app.latchkey/auth"
)

// Several programs over one account use each refresh token once: one used twice
// would end the session of all of them (RFC 9700 §4.14.2).
func TestProcessesTakeTurns(t *testing.T) {
	w := newWorld(t, nil)
	w.session()
	sessions := make([]*auth.Session, 4)
	for i := range sessions {
		sessions[i] = w.elsewhere()
	}
	var wg sync.WaitGroup
	for _, s := range sessions {
		wg.Go(func() {
			for range 5 {
				token, err := s.Token(t.Context())
				if err != nil {
					t.Errorf("Token: %v", err)
					return
				}
				s.Expire(token)
			}
		})
	}
	wg.Wait()
	refused := 0
	for _, e := range w.server.Journal().Entries() {
		if e.Endpoint == "token" && e.Status != 200 {
			refused++
		}
	}
	if n := w.count("token", "refresh_token"); n != 20 || refused != 0 {
		t.Errorf("%d refreshes, %d refused; want 20 and none", n, refused)
	}
}

// holdLock takes the lock of the only account, as another process does.
func (w *world) holdLock() (release func()) {
	w.t.Helper()
	list, err := w.client.Accounts()
	if err != nil || len(list) != 1 {
		w.t.Fatalf("accounts: %v, %v", list, err)
	}
	return takeLock(w.t, w.dir, list[0].Key)
}

func takeLock(t *testing.T, dir, key string) (release func()) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "locks"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := flock.New(filepath.Join(dir, "locks", key+".lock"))
	if err := f.Lock(); err != nil {
		t.Fatal(err)
	}
	return func() { _ = f.Close() }
}

func TestAProcessThatHoldsTheLockIsWaitedFor(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	release := w.holdLock()
	done := make(chan error, 1)
	go func() { _, err := session.Token(t.Context()); done <- err }()
	if n := w.count("token", "refresh_token"); n != 0 {
		t.Errorf("%d refreshes without the lock", n)
	}
	release()
	if err := <-done; err != nil {
		t.Errorf("Token: %v", err)
	}
}

// A process that hangs costs an error that passes, never the session.
func TestAProcessThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.dir = t.TempDir()
		session := f.session(t)
		release := takeLock(t, f.dir, session.Account().Key)
		began := time.Now()
		_, err := session.Token(t.Context())
		wantCode(t, err, auth.CodeSessionBusy)
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("it was waited for %v, want 30 s", took)
		}
		if next := auth.AsProblem(err).Next; next != auth.NextRefresh {
			t.Errorf("next step %q", next)
		}
		began = time.Now()
		if err := session.SignOut(t.Context()); err != nil {
			t.Errorf("SignOut: %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("a sign-out waited %v for another process", took)
		}
		release()
	})
}

// A computer where no lock can be had keeps its sessions, and the diagnostics
// say what is missing.
func TestWithoutLocks(t *testing.T) {
	w := newWorld(t, nil)
	if d := w.client.Diagnose(t.Context()); d.Locks != nil || d.Index != nil || d.Accounts != 0 {
		t.Errorf("a sound computer: %+v", d)
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "locks")); err != nil {
		t.Fatal(err)
	}
	// Tests may run as root, whom no access rights stop.
	if err := os.WriteFile(filepath.Join(w.dir, "locks"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	session := w.resumed()
	if status := w.userinfo(mustToken(t, session)); status != 200 {
		t.Errorf("userinfo: status %d", status)
	}
	if d := w.client.Diagnose(t.Context()); d.Locks == nil || d.Accounts != 1 {
		t.Errorf("the diagnosis says nothing: %+v", d)
	}
	if err := session.SignOut(t.Context()); err != nil {
		t.Errorf("SignOut: %v", err)
	}
}

// Two programs that sign in two people at once both enter them: what another
// process writes into the index while it holds the lock is not written over.
func TestIndexOfTwoProcesses(t *testing.T) {
	w := newWorld(t, nil)
	w.session()
	path := filepath.Join(w.dir, "accounts.json")
	others, err := os.ReadFile(path) // what the other process read, with its own entry
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	release := takeLock(t, w.dir, "accounts")
	w.person.User = "hubert"
	pending := w.pending()
	done := make(chan error, 1)
	go func() { _, err := pending.Commit(t.Context()); done <- err }()
	select {
	case err := <-done:
		t.Fatalf("Commit (%v) did not wait for the other process", err)
	case <-time.After(50 * time.Millisecond): // time for one that does not wait
	}
	if err := os.WriteFile(path, others, 0o600); err != nil {
		t.Fatal(err)
	}
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if list, err := w.client.Accounts(); err != nil || len(list) != 2 {
		t.Errorf("accounts: %d, %v; want 2", len(list), err)
	}
}
