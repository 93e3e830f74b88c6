package counterpart

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
	"app.latchkey/resources"
)

// keep is a memory that says it is a keychain.
type keep struct{ *store.Memory }

func (keep) Status(context.Context) store.Status {
	return store.Status{Kind: "test", Name: "Test Keyring", Persistent: true, Outcome: store.Found}
}

// bench is a provider, a client of it and a person at a Chromium.
type bench struct {
	*testing.T
	server   server
	browser  *browser
	store    store.Store
	dir      string
	provider auth.Provider
	client   *auth.Client
}

func newBench(t *testing.T, start func(*testing.T) server) *bench {
	s := start(t)
	b := &bench{T: t, server: s, browser: startBrowser(t, s.person), store: keep{store.NewMemory()}, dir: t.TempDir(),
		provider: auth.Provider{ID: "counterpart", Name: s.name, Issuer: s.issuer, ClientID: "public",
			Scopes: []string{"openid", "profile", "email", "offline_access"}, Redirect: auth.Redirect{LogoutPath: s.logoutPath}}}
	b.restart()
	return b
}

// restart is another start of the program.
func (b *bench) restart() {
	b.Helper()
	client, err := auth.New(auth.Config{Store: b.store, Dir: b.dir, CacheDir: filepath.Join(b.dir, "cache"), OpenBrowser: b.browser.open})
	if err != nil {
		b.Fatal(err)
	}
	b.client = client
}

// signIn signs in and commits. It says which pages of the provider were seen.
func (b *bench) signIn() (*auth.Session, []string) {
	b.Helper()
	attempt, err := b.client.Begin(b.Context(), b.provider, auth.SignInOptions{Prompt: b.server.prompt})
	if err != nil {
		b.Fatal(err)
	}
	if err := attempt.Open(b.Context()); err != nil {
		b.Fatal(err)
	}
	verdict := make(chan string, 1)
	type outcome struct {
		session *auth.Session
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		pending, err := attempt.Wait(b.Context())
		if err != nil {
			done <- outcome{err: err}
			return
		}
		session, err := pending.Commit(b.Context())
		done <- outcome{session, err}
	}()
	verdict <- b.browser.act()
	o := <-done
	if o.err != nil {
		b.Fatalf("signing in at %s: %v", b.server.name, o.err)
	}
	if v := <-verdict; v != "success" {
		b.Errorf("the browser's page says %q", v)
	}
	return o.session, slices.Clone(b.browser.seen)
}

// refreshToken is what the store holds.
func (b *bench) refreshToken(s *auth.Session) string {
	b.Helper()
	data, err := b.store.Get(b.Context(), s.Account().Item, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var r struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(data, &r); err != nil || r.RefreshToken == "" {
		b.Fatalf("the stored record has no refresh token: %v", err)
	}
	return r.RefreshToken
}

// token is a fresh access token after the one before was refused.
func (b *bench) renewed(s *auth.Session) auth.Token {
	b.Helper()
	old, err := s.Token(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	s.Expire(old)
	fresh, err := s.Token(b.Context())
	if err != nil {
		b.Fatalf("refreshing at %s: %v", b.server.name, err)
	}
	if authorization(fresh) == authorization(old) {
		b.Error("the same access token after a refresh")
	}
	return fresh
}

func authorization(t auth.Token) string {
	req := &http.Request{Header: http.Header{}}
	t.Authorize(req)
	return req.Header.Get("Authorization")
}

// refuses reports whether the provider takes a refresh token no longer. It asks
// without package auth.
func (b *bench) refuses(refreshToken string) bool {
	b.Helper()
	var metadata struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	resp, err := http.Get(b.server.issuer + "/.well-known/openid-configuration")
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&metadata); err != nil {
		b.Fatal(err)
	}
	answer, err := http.PostForm(metadata.TokenEndpoint, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}, "client_id": {"public"}})
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	var e struct{ Error string }
	_ = json.NewDecoder(answer.Body).Decode(&e)
	return answer.StatusCode == http.StatusBadRequest && e.Error == "invalid_grant"
}

// passed reports whether a check of the flow was made and passed.
func passed(f flow.Flow, name string) bool {
	for _, s := range f.Steps {
		for _, c := range s.Checks {
			if c.Name == name && c.Verdict == flow.Passed {
				return true
			}
		}
	}
	return false
}

// TestMainJob is the main job at each provider: sign in at its own pages, see
// the profile, start again, refresh, log out there and sign out here.
func TestMainJob(t *testing.T) {
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, start)
			session, seen := b.signIn()
			if !slices.Equal(seen, []string{"login", "consent"}) {
				t.Errorf("the person acted on %v, want the pages of login and consent", seen)
			}
			id := session.Identity()
			if id.Subject != "ada@example.com" || id.Issuer != b.server.issuer || id.Proof != auth.ProofIDToken {
				t.Errorf("Identity = %+v", id)
			}
			for _, check := range []string{"issuer", "state", "iss", "signature", "aud", "nonce", "exp", "iat"} {
				if !passed(session.Recorder().Flow(), check) {
					t.Errorf("the record does not say that %s was checked", check)
				}
			}
			profile, err := resources.New(resources.Config{}).Profile(t.Context(), session, nil)
			if err != nil || profile.Name != "Ada Lovelace" || profile.Email != "ada@example.com" || !profile.EmailVerified {
				t.Errorf("Profile = %+v, %v", profile, err)
			}

			first := b.refreshToken(session)
			b.renewed(session)
			if b.refreshToken(session) == first {
				t.Error("the rotated refresh token is not in the store")
			}
			b.restart()
			accounts, err := b.client.Accounts()
			if err != nil || len(accounts) != 1 {
				t.Fatalf("after a restart there are %v, %v", accounts, err)
			}
			again, err := b.client.Resume(accounts[0], b.provider)
			if err != nil {
				t.Fatal(err)
			}
			b.renewed(again)
			last := b.refreshToken(again)
			if err := again.SignOut(t.Context()); err != nil {
				t.Errorf("SignOut: %v", err)
			}
			if !b.refuses(last) {
				t.Error("after signing out the provider still takes the refresh token")
			}
		})
	}
}

// TestFormPost: the response comes as a form that another site's page posts.
func TestFormPost(t *testing.T) {
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, start)
			b.provider.Quirks.FormPost = true
			session, _ := b.signIn()
			if session.Identity().Subject != "ada@example.com" || !passed(session.Recorder().Flow(), "iss") {
				t.Errorf("Identity = %+v", session.Identity())
			}
			// The provider's own session goes too: who signs in next is asked anew.
			logout, err := session.Logout(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer logout.Close()
			if err := session.SignOut(t.Context()); err != nil {
				t.Errorf("SignOut: %v", err)
			}
			if err := logout.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			left := make(chan error, 1)
			go func() { left <- logout.Wait(t.Context()) }()
			b.browser.leave(b.server.logoutPath != "")
			if err := <-left; err != nil {
				t.Errorf("logging out in the browser: %v", err)
			}
			if _, seen := b.signIn(); !slices.Contains(seen, "login") {
				t.Errorf("after the logout the provider did not ask who it is: %v", seen)
			}
		})
	}
}
