package auth_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

// resumed signs in and returns the session as the next start of the program has it.
func (w *world) resumed() *auth.Session {
	w.t.Helper()
	w.session()
	w.restart()
	list, err := w.client.Accounts()
	if err != nil || len(list) != 1 {
		w.t.Fatalf("accounts after a restart: %v, %v", list, err)
	}
	session, err := w.client.Resume(list[0], w.provider)
	if err != nil {
		w.t.Fatal(err)
	}
	return session
}

func TestResumeRefreshesWithoutBrowser(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	if w.count("token", "refresh_token") != 0 {
		t.Error("Resume already asked the provider")
	}
	token, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if status := w.userinfo(token); status != http.StatusOK {
		t.Errorf("userinfo: status %d", status)
	}
	if w.count("authorize", "") != 1 || w.count("token", "refresh_token") != 1 {
		t.Errorf("%d authorization requests and %d refreshes, want 1 and 1", w.count("authorize", ""), w.count("token", "refresh_token"))
	}
}

func TestRotatedTokenIsSavedBeforeUse(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	for range 3 { // each round would fail if the store still held a spent token
		token, err := session.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		session.Expire(token)
		w.restart()
		list, _ := w.client.Accounts()
		if session, err = w.client.Resume(list[0], w.provider); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := session.Token(t.Context()); err != nil {
		t.Errorf("after three restarts: %v", err)
	}
}

func TestOneRefreshAtATime(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := session.Token(t.Context()); err != nil {
				t.Errorf("Token: %v", err)
			}
		})
	}
	wg.Wait()
	if n := w.count("token", "refresh_token"); n != 1 {
		t.Errorf("%d refreshes for 50 callers, want 1", n)
	}
}

func TestFreshByWallClock(t *testing.T) {
	var mu sync.Mutex
	var offset time.Duration
	w := newWorld(t, func(c *auth.Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(offset) }
	})
	session := w.resumed()
	first, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := session.Token(t.Context()); again.Expiry() != first.Expiry() {
		t.Error("a fresh token was refreshed")
	}
	// The computer slept past the token's end less a minute.
	mu.Lock()
	offset = time.Until(first.Expiry()) - 30*time.Second
	mu.Unlock()
	second, err := session.Token(t.Context())
	if err != nil || !second.Expiry().After(first.Expiry()) {
		t.Errorf("half a minute before its end the token was handed out again: %v, %v", second.Expiry(), err)
	}
}

func TestNoExpiresInIsNotForEver(t *testing.T) {
	w := newWorld(t, nil, mockprovider.WithHook(token, del("expires_in")))
	got, err := w.session().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if life := time.Until(got.Expiry()); life <= 0 || life > 5*time.Minute {
		t.Errorf("a token without expires_in lives %v, want at most 5 minutes", life)
	}
}

func TestOnlyAProvenAbsentSignsOut(t *testing.T) {
	cases := []struct {
		name    string
		outcome store.Outcome
		want    auth.Code
		next    auth.Next
	}{
		{"absent", store.Absent, auth.CodeRefreshRevoked, auth.NextSignIn},
		{"locked", store.Locked, auth.CodeStoreLocked, auth.NextUnlock},
		{"unavailable", store.Unavailable, auth.CodeStoreUnavailable, auth.NextRefresh},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			session := w.resumed()
			w.store.fail("get", c.outcome, "")
			_, err := session.Token(t.Context())
			wantCode(t, err, c.want)
			if next := auth.AsProblem(err).Next; next != c.next {
				t.Errorf("next step %q, want %q", next, c.next)
			}
			if list, _ := w.client.Accounts(); len(list) != 1 {
				t.Error("the account is gone from the list")
			}
			w.store.mend()
			if _, err := session.Token(t.Context()); err != nil {
				t.Errorf("after the store came back: %v", err)
			}
		})
	}
}

func TestRefreshFailures(t *testing.T) {
	var mu sync.Mutex
	var bend func(*mockprovider.Event)
	w := newWorld(t, nil, mockprovider.WithHook(transport, func(e *mockprovider.Event) {
		mu.Lock()
		defer mu.Unlock()
		if bend != nil {
			bend(e)
		}
	}))
	session := w.resumed()
	for _, c := range []struct {
		name string
		bend func(*mockprovider.Event)
		want auth.Code
	}{
		{"503", answer("token", 503, "text/plain", ""), auth.CodeServerBusy},
		{"a page", answer("token", 200, "text/html", "<html></html>"), auth.CodeProviderHTML},
		{"invalid_client", answer("token", 401, "application/json", `{"error":"invalid_client"}`), auth.CodeTokenInvalidClient},
	} {
		mu.Lock()
		bend = c.bend
		mu.Unlock()
		session.Hurry()
		_, err := session.Token(t.Context())
		wantCode(t, err, c.want)
	}
	mu.Lock()
	bend = nil
	mu.Unlock()
	session.Hurry()
	if _, err := session.Token(t.Context()); err != nil {
		t.Errorf("none of these ends a session, but then: %v", err)
	}
}

func TestRefreshOffline(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	w.server.Close()
	_, err := session.Token(t.Context())
	wantCode(t, err, auth.CodeOffline)
}

func TestRefreshedIDTokenOfAnother(t *testing.T) {
	for _, claim := range []string{"sub", "iss", "aud"} {
		t.Run(claim, func(t *testing.T) {
			w := newWorld(t, nil, mockprovider.WithHook(claims, func(e *mockprovider.Event) {
				if e.GrantType == "refresh_token" {
					e.Object.Set(claim, "https://evil.example")
				}
			}))
			if _, err := w.resumed().Token(t.Context()); err == nil {
				t.Error("the token of another was accepted")
			}
		})
	}
}

func TestRevokedElsewhere(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	w.server.RevokeUser("108204268033311374519")
	_, err := session.Token(t.Context())
	wantCode(t, err, auth.CodeRefreshRevoked)
	if next := auth.AsProblem(err).Next; next != auth.NextSignIn {
		t.Errorf("next step %q, want sign in again", next)
	}
	if list, _ := w.client.Accounts(); len(list) != 1 {
		t.Error("the account was not kept")
	}
}

func TestSignOut(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	if err := session.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.count("revoke", "") != 1 {
		t.Error("the refresh token was not revoked")
	}
	if _, err := w.store.Get(t.Context(), session.Account().Item, store.Options{}); store.OutcomeOf(err) != store.Absent {
		t.Errorf("the store says %v, want absent", err)
	}
	if list, _ := w.client.Accounts(); len(list) != 0 {
		t.Errorf("accounts: %v", list)
	}
	if _, err := session.Token(t.Context()); auth.CodeOf(err) != auth.CodeRefreshRevoked {
		t.Errorf("Token after SignOut: %v", err)
	}
	for _, name := range []string{"accounts.json.bak", filepath.Join("flows", session.Account().Key+".json")} {
		if _, err := os.Stat(filepath.Join(w.dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}

func TestSignOutTellsWhatIsLeft(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	w.store.fail("delete", store.Locked, "")
	w.server.Close()
	err := session.SignOut(t.Context())
	wantCode(t, err, auth.CodeSignOutIncomplete)
	contains(t, "detail", err.Error(), session.Account().Item)
	contains(t, "detail", err.Error(), "Google was not told")
	if list, _ := w.client.Accounts(); len(list) != 0 {
		t.Errorf("accounts: %v", list)
	}
}

func TestStoredRecordOfANewerVersionStays(t *testing.T) {
	w := newWorld(t, nil)
	session := w.resumed()
	item := session.Account().Item
	newer := []byte(`{"v":2,"something":"new"}`)
	if err := w.store.Put(t.Context(), item, newer, store.Options{}); err != nil {
		t.Fatal(err)
	}
	_, err := session.Token(t.Context())
	wantCode(t, err, auth.CodeStoreNewer)
	if data, _ := w.store.Get(t.Context(), item, store.Options{}); string(data) != string(newer) {
		t.Errorf("the record was changed to %s", data)
	}
}

func TestIndex(t *testing.T) {
	cases := []struct {
		name, content, backup string
		accounts              int
		wantErr               string
	}{
		{name: "none", accounts: 0},
		{name: "broken, no backup", content: "{", wantErr: "broken"},
		{name: "broken, with backup", content: "{", backup: "old", accounts: 1},
		{name: "newer", content: `{"v":9}`, backup: "old", wantErr: "newer version"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.session()
			path := filepath.Join(w.dir, "accounts.json")
			old, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(path)
			if c.content != "" {
				_ = os.WriteFile(path, []byte(c.content), 0o600)
			}
			if c.backup != "" {
				_ = os.WriteFile(path+".bak", old, 0o600)
			}
			list, err := w.client.Accounts()
			if len(list) != c.accounts {
				t.Errorf("%d accounts, want %d", len(list), c.accounts)
			}
			if (err == nil) != (c.wantErr == "") || err != nil && !strings.Contains(err.Error(), c.wantErr) {
				t.Errorf("error %v, want %q", err, c.wantErr)
			}
			if b, _ := os.ReadFile(path); string(b) != c.content {
				t.Errorf("reading changed the file to %q", b)
			}
		})
	}
}

// A broken index keeps nobody from signing in: it is set aside, and a good
// previous copy is used and not written over.
func TestBrokenIndexHeals(t *testing.T) {
	for _, c := range []struct {
		name     string
		backup   bool
		accounts int
	}{{"with a good copy", true, 2}, {"without", false, 1}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.session()
			path := filepath.Join(w.dir, "accounts.json")
			good, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(path + ".bak")
			if c.backup {
				_ = os.WriteFile(path+".bak", good, 0o600)
			}
			const broken = `{"v":1,"accounts":[{"iss`
			_ = os.WriteFile(path, []byte(broken), 0o600)
			w.person.User = "hubert"
			if kept := w.session().Kept(t.Context()); kept.UntilQuit() || kept.Problem != nil {
				t.Errorf("the new sign-in: %+v", kept)
			}
			w.restart()
			if list, err := w.client.Accounts(); err != nil || len(list) != c.accounts {
				t.Errorf("%d accounts, %v; want %d", len(list), err, c.accounts)
			}
			if c.backup {
				if b, _ := os.ReadFile(path + ".bak"); string(b) != string(good) {
					t.Error("the good copy was written over")
				}
			} else if b, _ := os.ReadFile(path + ".broken"); string(b) != broken {
				t.Error("the broken file is gone")
			}
		})
	}
}

func TestHTTPClient(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	first, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := session.HTTPClient()
	get := func() int {
		resp, err := client.Get(w.server.Issuer() + "/v1/userinfo")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var body map[string]any
		_ = json.NewDecoder(resp.Body).Decode(&body)
		return resp.StatusCode
	}
	if status := get(); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	w.server.ExpireAccessTokens()
	if status := get(); status != http.StatusOK {
		t.Errorf("after the token was refused: status %d, want one renewal", status)
	}
	if now, _ := session.Token(t.Context()); now.Expiry() == first.Expiry() {
		t.Error("the refused token is still in use")
	}
	if tok, err := session.TokenSource(t.Context()).Token(); err != nil || tok.RefreshToken != "" || tok.AccessToken == "" {
		t.Errorf("TokenSource: %v, want an access token and never the refresh token", err)
	}
}

func TestAccessTokenStaysOnItsHost(t *testing.T) {
	w := newWorld(t, nil)
	client := w.session().HTTPClient()
	var leaked string
	other := newRecorder(t, func(r *http.Request) { leaked = r.Header.Get("Authorization") })
	hop := newRedirect(t, other)
	resp, err := client.Get(hop)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if leaked != "" {
		t.Error("the access token followed a redirect to another host")
	}
}

func TestRefusedTokenIsNotUsedAgain(t *testing.T) {
	w := newWorld(t, nil)
	session := w.session()
	w.server.ExpireAccessTokens()
	client := session.HTTPClient()
	resp, err := client.Post(w.server.Issuer()+"/v1/userinfo", "text/plain", strings.NewReader("a body can't be sent twice"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Fatalf("status %d: the request was sent again, or the token was not refused", resp.StatusCode)
	}
	before := w.count("token", "refresh_token")
	if resp, err = client.Get(w.server.Issuer() + "/v1/userinfo"); err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if n := w.count("token", "refresh_token") - before; resp.StatusCode != http.StatusOK || n != 1 {
		t.Errorf("the next request: status %d after %d refreshes, want 200 after one", resp.StatusCode, n)
	}
	// The refused token was not tried once more.
	refused := 0
	for _, e := range w.server.Journal().Entries() {
		if e.Endpoint == "userinfo" && e.Status == http.StatusUnauthorized {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d requests were refused, want 1", refused)
	}
}
