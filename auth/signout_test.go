package auth_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

// Whatever a refresh brings that is under way while the person signs out is
// given back, and nothing of it comes into the store or into use.
func TestSignOutDuringRefresh(t *testing.T) {
	for _, c := range []struct {
		name  string
		stage mockprovider.Stage
		at    func(*mockprovider.Event) bool
		saved int // what was rotated when the sign-out began was saved before
	}{
		{"request on its way", token, isRefresh, 0},
		{"keys on their way", transport, isEndpoint("jwks"), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHold(t)
			w := newWorld(t, nil, mockprovider.WithHook(c.stage, h.at(c.at)))
			session := w.resumed()
			account := session.Account()
			puts := len(w.store.options("put"))
			h.arm()
			refreshed := make(chan struct{})
			go func() { defer close(refreshed); _, _ = session.Token(t.Context()) }()
			<-h.arrived
			out := make(chan error, 1)
			go func() { out <- session.SignOut(t.Context()) }()
			eventually(t, "the sign-out to begin", func() bool { // an ended session is not handed out again
				now, err := w.client.Resume(account, w.provider)
				return err == nil && now != session
			})
			h.release()
			<-refreshed
			if err := <-out; err != nil {
				t.Errorf("SignOut: %v", err)
			}
			if n := len(w.store.options("put")) - puts; n != c.saved {
				t.Errorf("the store was written %d times, want %d", n, c.saved)
			}
			if n := w.count("revoke", ""); n != 2-c.saved {
				t.Errorf("%d revocations, want those of the stored token and of what was not stored", n)
			}
			if held := w.storedToken(account.Item); held != "" {
				t.Error("the store holds a refresh token again")
			}
			if n := w.server.Grants("ada"); n != 0 {
				t.Errorf("%d grants are left at the provider", n)
			}
			if _, err := session.Token(t.Context()); auth.CodeOf(err) != auth.CodeRefreshRevoked {
				t.Errorf("Token after SignOut: %v", err)
			}
			if list, _ := w.client.Accounts(); len(list) != 0 {
				t.Errorf("accounts: %v", list)
			}
		})
	}
}

// A refresh that hangs is given up after five seconds.
func TestSignOutDoesNotWaitForAHangingRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.answers[fakeIssuer+"/token"] = func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		session := f.session(t)
		go func() { _, _ = session.Token(t.Context()) }()
		synctest.Wait()
		began := time.Now()
		if err := session.SignOut(t.Context()); err != nil {
			t.Errorf("SignOut: %v", err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("SignOut took %v, want at most 5 s", took)
		}
		if _, err := f.store.Memory.Get(t.Context(), "item", store.Options{}); store.OutcomeOf(err) != store.Absent {
			t.Errorf("the store says %v, want absent", err)
		}
	})
}

// A provider that does not answer costs a sign-out five seconds, no more.
func TestRevocationHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.answers[fakeIssuer+"/revoke"] = func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		session := f.session(t)
		began := time.Now()
		wantCode(t, session.SignOut(t.Context()), auth.CodeSignOutIncomplete)
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("SignOut took %v, want 5 s", took)
		}
		if _, err := f.store.Memory.Get(t.Context(), "item", store.Options{}); store.OutcomeOf(err) != store.Absent {
			t.Errorf("the store says %v, want absent", err)
		}
	})
}

// A locked keychain may ask at a sign-out, and what it keeps to itself is told.
func TestSignOutOfALockedStore(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	w.store.fail("get", store.Locked, "")
	err := session.SignOut(t.Context())
	wantCode(t, err, auth.CodeSignOutIncomplete)
	contains(t, "detail", err.Error(), "Google was not told")
	for _, op := range []string{"get", "delete"} {
		calls := w.store.options(op)
		if len(calls) == 0 || !calls[len(calls)-1].Interact {
			t.Errorf("%s may not show the keychain's dialog at a click: %v", op, calls)
		}
	}
}

func TestSignOutGoesOnWhenItsCallerGivesUp(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := session.SignOut(ctx); err != nil {
		t.Errorf("SignOut: %v", err)
	}
	if w.count("revoke", "") != 1 || w.storedToken(session.Account().Item) != "" {
		t.Errorf("%d revocations, and the store holds %q", w.count("revoke", ""), w.storedToken(session.Account().Item))
	}
	if list, _ := w.client.Accounts(); len(list) != 0 {
		t.Errorf("accounts: %v", list)
	}
}

// What nothing can be done about is no failure.
func TestSignOutWithNothingLeftToTell(t *testing.T) {
	t.Run("revoked elsewhere", func(t *testing.T) {
		w := newWorld(t, nil)
		session := w.resumed()
		w.server.RevokeUser("ada")
		if err := session.SignOut(t.Context()); err != nil {
			t.Errorf("SignOut: %v", err)
		}
	})
	t.Run("no revocation endpoint", func(t *testing.T) {
		w := newWorld(t, nil, mockprovider.WithHook(discovery, del("revocation_endpoint")))
		if err := w.resumed().SignOut(t.Context()); err != nil {
			t.Errorf("SignOut: %v", err)
		}
	})
	t.Run("absent from the store", func(t *testing.T) {
		w := newWorld(t, nil)
		session := w.resumed()
		_ = w.store.Delete(t.Context(), session.Account().Item, store.Options{})
		if err := session.SignOut(t.Context()); err != nil {
			t.Errorf("SignOut: %v", err)
		}
	})
}

// A session that ended stays ended, even where its token could not be removed.
func TestSignedOutSessionSendsNothing(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	w.store.fail("delete", store.Unavailable, "")
	wantCode(t, session.SignOut(t.Context()), auth.CodeSignOutIncomplete)
	_, err := session.Token(t.Context())
	wantCode(t, err, auth.CodeRefreshRevoked)
	if n := w.count("token", "refresh_token"); n != 0 {
		t.Errorf("%d refreshes after the sign-out", n)
	}
	if err := session.KeepFlow(); err != nil {
		t.Errorf("KeepFlow: %v", err)
	}
}

func TestSignOutRemovesTheRecordOfTheSignIn(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	if err := session.KeepFlow(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.dir, "flows", session.Account().Key+".json")
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no record to remove: %v", err)
	}
	if err := session.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = session.KeepFlow() // a profile that arrives late
	if _, err := os.Stat(path); err == nil {
		t.Error("the record of the sign-in is still there")
	}
}

// revocation is what was sent to the revocation endpoint.
type revocation struct {
	form     url.Values
	user     string // of HTTP Basic
	password string
	limit    time.Duration
}

// newRevokeSpy is a Transport that notes revocations.
func newRevokeSpy(log *rows[revocation]) *spy {
	return newSpy(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/revoke") {
			sent := revocation{form: formOf(r), limit: time.Hour}
			sent.user, sent.password, _ = r.BasicAuth()
			if deadline, ok := r.Context().Deadline(); ok {
				sent.limit = time.Until(deadline)
			}
			log.add(sent)
		}
		return nil, nil
	})
}

func TestWhatIsRevoked(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []mockprovider.Option
		end     func(*testing.T, *world, *auth.Pending)
		prefix  string // of the mock's tokens
	}{
		{"sign-out: the refresh token", nil, signOut, "1//0"},
		{"sign-out: the access token where there is no other",
			[]mockprovider.Option{mockprovider.WithHook(token, del("refresh_token"))}, signOut, "ya29."},
		{"discard: the refresh token", nil, discard, "1//0"},
		{"discard: the access token where there is no other",
			[]mockprovider.Option{mockprovider.WithHook(token, del("refresh_token"))}, discard, "ya29."},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log rows[revocation]
			w := newWorld(t, func(c *auth.Config) { c.Transport = newRevokeSpy(&log) }, c.options...)
			pending, err := w.signIn()
			if err != nil {
				t.Fatal(err)
			}
			c.end(t, w, pending)
			sent := log.all()
			if len(sent) != 1 {
				t.Fatalf("%d revocations, want 1", len(sent))
			}
			if got := sent[0].form.Get("token"); !strings.HasPrefix(got, c.prefix) {
				t.Errorf("revoked %q, want a token that begins with %q", got, c.prefix)
			}
			if sent[0].form.Get("client_id") != w.server.ClientID() || sent[0].form.Get("client_secret") != w.server.ClientSecret() {
				t.Errorf("the client did not authenticate: %v", sent[0].form)
			}
			if sent[0].limit > 5*time.Second {
				t.Errorf("the request has %v, want 5 s", sent[0].limit)
			}
			if n := w.server.Grants("ada"); n != 0 {
				t.Errorf("%d grants are left", n)
			}
		})
	}
}

func signOut(t *testing.T, _ *world, p *auth.Pending) {
	session, err := p.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := session.SignOut(t.Context()); err != nil {
		t.Errorf("SignOut: %v", err)
	}
}

func discard(t *testing.T, _ *world, p *auth.Pending) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // whoever cancels a sign-in has an ended context
	p.Discard(ctx)
}

// A client that may use HTTP Basic only sends its secret there, at the token
// endpoint and at the revocation.
func TestHTTPBasicWhereItIsAllThereIs(t *testing.T) {
	var revoked rows[revocation]
	var tokens rows[string]
	revocations := newRevokeSpy(&revoked)
	transport := newSpy(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			user, password, _ := r.BasicAuth()
			tokens.add(user + " " + password + " " + formOf(r).Get("client_secret"))
		}
		return revocations.see(r)
	})
	w := newWorld(t, func(c *auth.Config) { c.Transport = transport },
		mockprovider.WithHook(discovery, set("token_endpoint_auth_methods_supported", []string{"client_secret_basic"})))
	session := w.resumed()
	mustToken(t, session)
	if err := session.SignOut(t.Context()); err != nil {
		t.Errorf("SignOut: %v", err)
	}
	want := w.server.ClientID() + " " + w.server.ClientSecret() + " "
	if got := tokens.all(); !slices.Equal(got, []string{want, want}) {
		t.Errorf("token requests authenticated with %q, want twice %q", got, want)
	}
	if got := revoked.all(); len(got) != 1 || got[0].password != w.server.ClientSecret() || got[0].form.Has("client_secret") {
		t.Errorf("revocations %+v, want one with HTTP Basic", got)
	}
}

// A sign-out that the end of the program cut off is finished at the next start,
// and the account is not offered meanwhile. A locked keychain is not opened for
// it, and not forgotten either.
func TestSignOutThatWasCutOff(t *testing.T) {
	w := newWorld(t, nil)
	w.session()
	account := w.again().Account()
	path := filepath.Join(w.dir, "accounts.json")
	index, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	leaving := strings.Replace(string(index), `"issuer":`, `"leaving": true, "issuer":`, 1)
	if err := os.WriteFile(path, []byte(leaving), 0o600); err != nil {
		t.Fatal(err)
	}
	w.restart()
	if list, err := w.client.Accounts(); err != nil || len(list) != 0 {
		t.Errorf("accounts: %v, %v", list, err)
	}
	w.store.fail("delete", store.Locked, "")
	gone, err := w.client.FinishSignOuts(t.Context(), []auth.Provider{w.provider})
	if wantCode(t, err, auth.CodeSignOutIncomplete); len(gone) != 0 {
		t.Errorf("gone: %v", gone)
	}
	for _, op := range []string{"get", "delete"} {
		if calls := w.store.options(op); len(calls) == 0 || calls[len(calls)-1].Interact {
			t.Errorf("%s may show a dialog in the background", op)
		}
	}
	w.store.mend()
	w.restart()
	if gone, err = w.client.FinishSignOuts(t.Context(), []auth.Provider{w.provider}); err != nil || len(gone) != 1 {
		t.Errorf("gone: %v, %v", gone, err)
	}
	if w.storedToken(account.Item) != "" || w.server.Grants("ada") != 0 {
		t.Error("the record or the grant is left")
	}
	if gone, err = w.client.FinishSignOuts(t.Context(), []auth.Provider{w.provider}); err != nil || len(gone) != 0 {
		t.Errorf("once more: %v, %v", gone, err)
	}
	// And whoever signs in again before that is signed in.
	w.session()
	if list, err := w.client.Accounts(); err != nil || len(list) != 1 {
		t.Errorf("accounts: %v, %v", list, err)
	}
}

// The note comes before the provider is told.
func TestSignOutIsNotedFirst(t *testing.T) {
	h := newHold(t)
	w := newWorld(t, nil, mockprovider.WithHook(transport, h.at(isEndpoint("revoke"))))
	session := w.session()
	h.arm()
	done := make(chan error, 1)
	go func() { done <- session.SignOut(t.Context()) }()
	<-h.arrived
	w.restart() // a program that starts now
	if list, err := w.client.Accounts(); err != nil || len(list) != 0 {
		t.Errorf("accounts: %v, %v", list, err)
	}
	h.release()
	if err := <-done; err != nil {
		t.Errorf("SignOut: %v", err)
	}
}
