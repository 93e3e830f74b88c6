package auth_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

// A refresh token that was answered is kept whatever else goes wrong: the one
// that was sent is spent.
func TestRotatedTokenOutlivesAnAnswerThatCannotBeChecked(t *testing.T) {
	var b bender
	w := newWorld(t, nil, mockprovider.WithHook(transport, b.bend))
	session := w.resumed()
	b.set(answer("jwks", http.StatusServiceUnavailable, "text/plain", "busy"))
	_, err := session.Token(t.Context())
	wantCode(t, err, auth.CodeServerBusy)
	b.set(nil)
	if _, err := w.again().Token(t.Context()); err != nil {
		t.Errorf("after the keys came back, in another start: %v", err)
	}
}

func TestRefreshSurvivesItsCaller(t *testing.T) {
	h := newHold(t)
	w := newWorld(t, nil, mockprovider.WithHook(token, h.at(isRefresh)))
	session := w.resumed()
	h.arm()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := session.Token(ctx); done <- err }()
	<-h.arrived
	cancel()
	wantCode(t, <-done, auth.CodeCanceled) // at once: the refresh is still held
	h.release()
	if _, err := session.Token(t.Context()); err != nil {
		t.Errorf("the refresh whose caller gave up: %v", err)
	}
	if n := w.count("token", "refresh_token"); n != 1 {
		t.Errorf("%d refreshes, want the one that was begun", n)
	}
	session.Expire(mustToken(t, session))
	if _, err := session.Token(t.Context()); err != nil {
		t.Errorf("the refresh after it: %v", err)
	}
}

func mustToken(t *testing.T, s *auth.Session) auth.Token {
	t.Helper()
	got, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A process that knows no lock may have rotated the token while this one's
// request was on its way: invalid_grant counts only for what the store holds.
func TestInvalidGrantOfATokenThatAnotherProcessRotated(t *testing.T) {
	var b bender
	w := newWorld(t, nil, mockprovider.WithHook(transport, b.bend))
	session := w.resumed()
	other := w.withoutLocks()
	var once sync.Once
	b.set(func(e *mockprovider.Event) {
		if e.Endpoint != "token" {
			return
		}
		once.Do(func() {
			b.set(nil)
			if _, err := other.Token(t.Context()); err != nil {
				t.Errorf("the other process: %v", err)
			}
			answer("token", http.StatusBadRequest, "application/json", `{"error":"invalid_grant"}`)(e)
		})
	})
	if status := w.userinfo(mustToken(t, session)); status != http.StatusOK {
		t.Errorf("userinfo: status %d", status)
	}
	if n := w.count("token", "refresh_token"); n != 3 {
		t.Errorf("%d refreshes, want the refused one, the other process's and one more", n)
	}
}

// The store's token is the newest, unless this process could not write its own.
func TestWhichRefreshTokenIsSent(t *testing.T) {
	t.Parallel() // it waits
	expire := func(t *testing.T, s *auth.Session) { t.Helper(); s.Expire(mustToken(t, s)) }
	t.Run("the store's, where another process rotated it", func(t *testing.T) {
		w := newWorld(t, nil)
		session := w.resumed()
		expire(t, session)
		mustToken(t, w.elsewhere())
		mustToken(t, session)
	})
	t.Run("the one in memory, while the store is away", func(t *testing.T) {
		w := newWorld(t, nil)
		session := w.resumed()
		expire(t, session)
		w.store.fail("get", store.Unavailable, store.ReasonTimeout)
		mustToken(t, session)
	})
	t.Run("the one in memory, where it could not be written", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		session := w.resumed()
		w.store.fail("put", store.Locked, "")
		expire(t, session)
		mustToken(t, session)
	})
	t.Run("the store's again, once it was written", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		session := w.resumed()
		w.store.fail("put", store.Locked, "")
		expire(t, session)
		w.store.mend()
		if err := session.Unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustToken(t, w.elsewhere())
		mustToken(t, session)
	})
}

// A provider that does not rotate gives nothing to write.
func TestUnchangedRefreshTokenIsNotWritten(t *testing.T) {
	w := newWorld(t, nil, mockprovider.WithRotation(false))
	session := w.resumed()
	before := len(w.store.options("put"))
	mustToken(t, session)
	if n := len(w.store.options("put")) - before; n != 0 {
		t.Errorf("the store was written %d times", n)
	}
}

func TestBackgroundWorkShowsNoDialog(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	from := map[string]int{"get": len(w.store.options("get")), "put": len(w.store.options("put"))}
	mustToken(t, session)
	for op, n := range from {
		calls := w.store.options(op)[n:]
		if len(calls) == 0 {
			t.Errorf("%s was not asked for: the test proves nothing", op)
		}
		for _, o := range calls {
			if o.Interact {
				t.Errorf("a refresh lets %s show the keychain's dialog", op)
			}
		}
	}
}

// A keychain that is locked for a moment costs nobody the session, and is told.
func TestRotationThatCannotBeWritten(t *testing.T) {
	t.Parallel() // it waits
	w := newWorld(t, nil)
	session := w.resumed()
	w.store.fail("put", store.Locked, "")
	mustToken(t, session)
	kept := session.Kept(t.Context())
	if !kept.UntilQuit() || kept.Problem == nil || kept.Problem.Code != auth.CodeStoreWriteFailed || kept.Problem.Next != auth.NextUnlock {
		t.Errorf("Kept = %+v (until quit %v), want the reason", kept.Problem, kept.UntilQuit())
	}
	w.store.mend()
	if err := session.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kept := session.Kept(t.Context()); kept.UntilQuit() || kept.Problem != nil {
		t.Errorf("after Unlock: Kept = %+v (until quit %v)", kept.Problem, kept.UntilQuit())
	}
	if _, err := w.again().Token(t.Context()); err != nil {
		t.Errorf("after another start: %v", err)
	}
}

// Client.Close saves what could not be saved before.
func TestCloseSavesWhatIsLeft(t *testing.T) {
	t.Parallel() // it waits
	w := newWorld(t, nil)
	session := w.resumed()
	w.store.fail("put", store.Locked, "")
	mustToken(t, session)
	w.store.mend()
	if err := w.client.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.again().Token(t.Context()); err != nil {
		t.Errorf("after another start: %v", err)
	}
}

// Client.Close waits for a refresh under way, as long as it is allowed to.
func TestCloseWaitsForARefresh(t *testing.T) {
	h := newHold(t)
	w := newWorld(t, nil, mockprovider.WithHook(token, h.at(isRefresh)))
	session := w.resumed()
	h.arm()
	go func() { _, _ = session.Token(t.Context()) }()
	<-h.arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.client.Close(ctx); err == nil {
		t.Error("Close does not see the refresh")
	}
	h.release()
	if err := w.client.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.again().Token(t.Context()); err != nil {
		t.Errorf("after another start: %v", err)
	}
}

// What could not be written is tried again by itself, but not at each call.
func TestSavingIsTriedAgainInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		session := f.session(t)
		f.store.fail("put", store.Unavailable, store.ReasonBusy)
		mustToken(t, session)
		f.store.mend()
		before := len(f.store.options("put"))
		mustToken(t, session)
		synctest.Wait()
		if n := len(f.store.options("put")) - before; n != 0 {
			t.Errorf("the store is asked again at once, %d times", n)
		}
		time.Sleep(6 * time.Second) // in the bubble's time
		mustToken(t, session)
		synctest.Wait()
		if n := len(f.store.options("put")) - before; n != 1 {
			t.Errorf("the store was asked %d times after 6 seconds, want once", n)
		}
		data, _ := f.store.Memory.Get(t.Context(), "item", store.Options{})
		var r map[string]any
		if json.Unmarshal(data, &r); r["refresh_token"] != "rotated" {
			t.Errorf("the store holds %s", data)
		}
	})
}

func TestExpireDropsOnlyTheTokenThatWasRefused(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	first := mustToken(t, session)
	session.Expire(first)
	mustToken(t, session)
	session.Expire(first) // a second request that was refused with the first token
	mustToken(t, session)
	if n := w.count("token", "refresh_token"); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// A refresh waits for a new sign-in of the same account, and uses what it brought.
func TestRefreshDuringANewSignIn(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	session.Expire(mustToken(t, session))
	pending := w.pending()
	arrived, release := make(chan struct{}), make(chan struct{})
	w.store.onPut = sync.OnceFunc(func() { close(arrived); <-release })
	committed := make(chan error, 1)
	go func() { _, err := pending.Commit(t.Context()); committed <- err }()
	<-arrived
	session.Expire(mustToken(t, session)) // the new sign-in's, which is in memory already
	waited := make(chan error, 1)
	go func() { _, err := session.Token(t.Context()); waited <- err }()
	close(release)
	if err := <-committed; err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("Token: %v", err)
	}
	if status := w.userinfo(mustToken(t, session)); status != http.StatusOK {
		t.Errorf("userinfo: status %d", status)
	}
}

func TestAnAccountHasOneSession(t *testing.T) {
	w := newWorld(t, nil)
	a := w.resumed()
	b := resumeOnly(t, w.client, w.provider)
	if a != b {
		t.Error("an account was resumed twice")
	}
	var wg sync.WaitGroup
	for _, s := range []*auth.Session{a, b} {
		wg.Go(func() {
			if _, err := s.Token(t.Context()); err != nil {
				t.Errorf("Token: %v", err)
			}
		})
	}
	wg.Wait()
	if n := w.count("token", "refresh_token"); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// A signed-in person is never sent through the browser for what passes by itself.
func TestNextStepOfARefresh(t *testing.T) {
	var b bender
	w := newWorld(t, func(c *auth.Config) { c.CacheDir = "" }, mockprovider.WithHook(transport, b.bend))
	session := w.resumed()
	for _, c := range []struct {
		name string
		bend func(*mockprovider.Event)
	}{
		{"discovery: busy", answer("discovery", 503, "text/plain", "")},
		{"discovery: hotel's page", answer("discovery", 200, "text/html", "<html>")},
		{"token: hotel's page", answer("token", 200, "text/html", "<html>")},
		{"token: cut off", answer("token", 200, "application/json", `{"access_`)},
		{"keys: busy", answer("jwks", 503, "text/plain", "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.set(c.bend)
			session.Hurry()
			_, err := session.Token(t.Context())
			if p := auth.AsProblem(err); p == nil || p.Next != auth.NextRefresh {
				t.Errorf("error %v, want one whose next step is to refresh", err)
			}
		})
	}
}

// A stored record is used only for the account that it names, and only where
// all of it is understood.
func TestStoredRecordOfAnother(t *testing.T) {
	for _, c := range []struct {
		name, member string
		value        any
		code         auth.Code
	}{
		{"another issuer", "issuer", "https://evil.example", auth.CodeStoreBroken},
		{"another subject", "subject", "1", auth.CodeStoreBroken},
		{"another client", "client_id", "somebody-else", auth.CodeStoreBroken},
		{"no token", "refresh_token", "", auth.CodeStoreBroken},
		{"two tokens", "access_token", "another", auth.CodeStoreBroken},
		{"another form", "v", "one", auth.CodeStoreBroken},
		{"no version", "v", 0, auth.CodeStoreBroken},
		{"a newer version", "v", 2, auth.CodeStoreNewer},
		{"a newer version of another form", "v", 3, auth.CodeStoreNewer},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			session := w.resumed()
			item := session.Account().Item
			data, err := w.store.Get(t.Context(), item, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var record map[string]any
			if err := json.Unmarshal(data, &record); err != nil {
				t.Fatal(err)
			}
			record[c.member] = c.value
			if c.name == "a newer version of another form" {
				record["scopes"], record["issued"] = map[string]int{"x": 1}, false
			}
			changed, _ := json.Marshal(record)
			_ = w.store.Put(t.Context(), item, changed, store.Options{})
			_, err = session.Token(t.Context())
			wantCode(t, err, c.code)
			if n := w.count("token", "refresh_token"); n != 0 {
				t.Error("the token was sent")
			}
			if kept, _ := w.store.Get(t.Context(), item, store.Options{}); string(kept) != string(changed) {
				t.Errorf("the record was changed to %s", kept)
			}
		})
	}
}

// What is no record at all, or only a part of one, signs nobody out, and a new
// sign-in mends it.
func TestStoredRecordIsBroken(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"empty":             func([]byte) []byte { return nil },
		"cut short":         func(b []byte) []byte { return b[:len(b)-20] },
		"another program's": func([]byte) []byte { return []byte("hunter2") },
		"zeros":             func(b []byte) []byte { return make([]byte, len(b)) },
		"a list":            func([]byte) []byte { return []byte("[]") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			session := w.resumed()
			item := session.Account().Item
			data, err := w.store.Get(t.Context(), item, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			_ = w.store.Put(t.Context(), item, change(data), store.Options{})
			_, err = session.Token(t.Context())
			wantCode(t, err, auth.CodeStoreBroken)
			if next := auth.AsProblem(err).Next; next != auth.NextSignIn {
				t.Errorf("next step %q", next)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error quotes the item: %v", err)
			}
			if list, err := w.client.Accounts(); err != nil || len(list) != 1 {
				t.Errorf("accounts %v, %v: the account must stay", list, err)
			}
			if w.session(); w.storedToken(item) == "" {
				t.Error("a new sign-in did not mend it")
			}
		})
	}
}

// A new sign-in with an older version of the program leaves what a newer one
// stored, and says so; the session lasts until the program ends.
func TestSignInOverANewerRecord(t *testing.T) {
	w := newWorld(t, nil)
	item := w.resumed().Account().Item
	newer := []byte(`{"v":2,"something":"new"}`)
	if err := w.store.Put(t.Context(), item, newer, store.Options{}); err != nil {
		t.Fatal(err)
	}
	session := w.session()
	kept := session.Kept(t.Context())
	if kept.Problem == nil || kept.Problem.Code != auth.CodeStoreNewer || !kept.UntilQuit() {
		t.Errorf("kept: %+v", kept)
	}
	if data, _ := w.store.Get(t.Context(), item, store.Options{}); string(data) != string(newer) {
		t.Errorf("the record was changed to %s", data)
	}
	if _, err := session.Token(t.Context()); err != nil {
		t.Errorf("the session does not work: %v", err)
	}
}
