package auth_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// newGitHub is a world whose provider plays GitHub: plain OAuth 2.0.
func newGitHub(t *testing.T, options ...mockprovider.Option) *world {
	t.Helper()
	w := newWorld(t, nil, append([]mockprovider.Option{mockprovider.WithPersona(persona.GitHub())}, options...)...)
	w.provider = auth.GitHubAt(w.server.Issuer(), w.server.Issuer(), w.server.ClientID(), w.server.ClientSecret())
	return w
}

func TestGitHubSignsIn(t *testing.T) {
	w := newGitHub(t)
	session := w.session()
	id := session.Identity()
	if id.Proof != auth.ProofUserAPI {
		t.Errorf("Proof = %q: nobody signed anything", id.Proof)
	}
	if id.Issuer != w.server.Issuer()+"/login/oauth" || strings.Trim(id.Subject, "0123456789") != "" || id.Subject == "" {
		t.Errorf("Issuer %q, Subject %q; want GitHub's issuer and its stable number", id.Issuer, id.Subject)
	}
	if id.Name != "Ada Lovelace" || id.Email != "ada@example.com" || !id.EmailVerified {
		t.Errorf("Identity = %+v, want Ada with her primary address", id)
	}
	if got := session.Scopes(); !slices.Equal(got, []string{"read:user", "user:email"}) {
		t.Errorf("Scopes = %v: GitHub separates them with commas", got)
	}
	var skipped bool
	for _, s := range session.Recorder().Flow().Steps {
		for _, c := range s.Checks {
			skipped = skipped || s.Kind == flow.KindIdentity && c.Name == "signature" && c.Verdict == flow.Skipped
		}
	}
	if !skipped {
		t.Error("the record does not say that no signature was checked")
	}
}

func TestGitHubRequestIsPlainOAuth(t *testing.T) {
	w := newGitHub(t)
	q := authorizationQuery(t, w, auth.SignInOptions{LoginHint: "ada", Prompt: "select_account"})
	for name, want := range map[string]string{"login": "ada", "prompt": "select_account", "scope": "read:user user:email",
		"code_challenge_method": "S256", "nonce": "", "login_hint": ""} {
		if got := q.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if len(q.Get("code_challenge")) != 43 || len(q.Get("state")) != 43 {
		t.Error("state or code challenge is missing")
	}
}

// authorizationQuery is the authorization request that an attempt would make.
func authorizationQuery(t *testing.T, w *world, o auth.SignInOptions) url.Values {
	t.Helper()
	attempt, err := w.client.Begin(t.Context(), w.provider, o)
	if err != nil {
		t.Fatal(err)
	}
	defer attempt.Close()
	link, err := attempt.Link()
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	target, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	return target.Query()
}

func TestGitHubSessionSurvivesARestart(t *testing.T) {
	w := newGitHub(t)
	before, err := w.session().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	session := w.again()
	token, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if authorization(token) != authorization(before) {
		t.Error("another access token came back from the store")
	}
	if !token.Expiry().IsZero() {
		t.Errorf("it expires at %v, want never", token.Expiry())
	}
	if n := w.count("token", ""); n != 1 {
		t.Errorf("%d token requests, want only that of the sign-in", n)
	}
	if status := w.status(t, "/user", token); status != http.StatusOK {
		t.Errorf("the user API answers %d", status)
	}
}

func authorization(t auth.Token) string {
	req := &http.Request{Header: http.Header{}}
	t.Authorize(req)
	return req.Header.Get("Authorization")
}

// status asks an API with a token.
func (w *world) status(t *testing.T, path string, token auth.Token) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.Issuer()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	token.Authorize(req)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestGitHubTokenThatWasRefusedAsksForASignIn(t *testing.T) {
	w := newGitHub(t)
	session := w.session()
	token, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.server.RevokeAll()
	session.Expire(token) // what a resource server's 401 leads to
	_, err = session.Token(t.Context())
	wantCode(t, err, auth.CodeRefreshRevoked)

	// The account is kept; a new sign-in brings a new token.
	again, err := w.session().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if status := w.status(t, "/user", again); status != http.StatusOK {
		t.Errorf("after signing in again the user API answers %d", status)
	}
}

func TestGitHubSignOutDeletesTheToken(t *testing.T) {
	w := newGitHub(t)
	w.session()
	session := w.again() // nothing in memory: the store's token is deleted
	token, err := session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	item := session.Account().Item
	if err := session.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := w.status(t, "/user", token); status != http.StatusUnauthorized {
		t.Errorf("after signing out the token opens the API: %d", status)
	}
	if _, err := w.store.Get(t.Context(), item, store.Options{}); store.OutcomeOf(err) != store.Absent {
		t.Errorf("the store still has it: %v", err)
	}
}

// TestGitHubRemoveAccess: signing out ends one token, removing access all that
// the person allowed.
func TestGitHubRemoveAccess(t *testing.T) {
	w := newGitHub(t)
	elsewhere, err := w.session().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.session().SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := w.status(t, "/user", elsewhere); status != http.StatusOK {
		t.Errorf("signing out ended another token: %d", status)
	}
	if err := w.session().RemoveAccess(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := w.status(t, "/user", elsewhere); status != http.StatusUnauthorized {
		t.Errorf("after removing access another token opens the API: %d", status)
	}
	if list, _ := w.client.Accounts(); len(list) != 0 {
		t.Errorf("still signed in: %v", list)
	}
}

func TestGitHubSignOutOfATokenThatIsGoneIsComplete(t *testing.T) {
	w := newGitHub(t)
	session := w.session()
	w.server.RevokeAll()
	if err := session.SignOut(t.Context()); err != nil {
		t.Errorf("signing out: %v", err)
	}
}

func TestGitHubThatDoesNotTakeTheDeletionIsTold(t *testing.T) {
	w := newGitHub(t)
	w.session()
	w.provider.ClientSecret = auth.NewSecret("another")
	wantCode(t, w.again().SignOut(t.Context()), auth.CodeSignOutIncomplete)
}

func TestGitHubErrorsInTheirOwnWords(t *testing.T) {
	t.Run("wrong secret", func(t *testing.T) {
		w := newGitHub(t)
		w.provider.ClientSecret = auth.NewSecret("wrong")
		_, err := w.signIn()
		wantCode(t, err, auth.CodeTokenInvalidClient)
	})
	t.Run("a code that was used", func(t *testing.T) {
		w := newGitHub(t, mockprovider.WithHook(mockprovider.StageTokenRequest, func(e *mockprovider.Event) { e.Params.Set("code", "used") }))
		_, err := w.signIn()
		wantCode(t, err, auth.CodeTokenInvalidGrant)
	})
	t.Run("denied", func(t *testing.T) {
		w := newGitHub(t)
		w.person.Deny = true
		_, err := w.signIn()
		wantCode(t, err, auth.CodeAccessDenied)
	})
}

func TestGitHubIss(t *testing.T) {
	send := func(iss string) mockprovider.Option {
		return mockprovider.WithHook(mockprovider.StageRedirect, func(e *mockprovider.Event) { e.Params.Set("iss", iss) })
	}
	t.Run("as GitHub sends it", func(t *testing.T) {
		issuer := ""
		w := newGitHub(t, mockprovider.WithHook(mockprovider.StageRedirect, func(e *mockprovider.Event) { e.Params.Set("iss", issuer) }))
		issuer = w.server.Issuer() + "/login/oauth"
		w.session()
	})
	t.Run("another's", func(t *testing.T) {
		_, err := newGitHub(t, send("https://accounts.google.com")).signIn()
		wantCode(t, err, auth.CodeIssMismatch)
	})
}

func TestUserAPIMustNameSomebody(t *testing.T) {
	set := func(id any) mockprovider.Option {
		return mockprovider.WithHook(mockprovider.StageUserAPI, func(e *mockprovider.Event) { e.Object.Set("id", id) })
	}
	for name, id := range map[string]any{"null": nil, "zero": 0, "negative": -7, "a fraction": 1.5, "empty": "", "a list": []int{1},
		"a control character": "1\n2", "too long": strings.Repeat("7", 300), "true": true} {
		t.Run(name, func(t *testing.T) {
			_, err := newGitHub(t, set(id)).signIn()
			wantCode(t, err, auth.CodeUserUnknown)
		})
	}
	t.Run("the API refuses the token", func(t *testing.T) {
		w := newGitHub(t, mockprovider.WithHook(mockprovider.StageUserAPI, func(e *mockprovider.Event) { e.Status = http.StatusForbidden }))
		_, err := w.signIn()
		wantCode(t, err, auth.CodeUserUnknown)
	})
}

// TestOpenIDConnectNeverFallsBack: an ID token that is missing or wrong fails
// the sign-in, and an account that one proved is not continued without.
func TestOpenIDConnectNeverFallsBack(t *testing.T) {
	t.Run("no ID token", func(t *testing.T) {
		w := newWorld(t, nil, mockprovider.WithHook(mockprovider.StageToken, func(e *mockprovider.Event) { e.Object.Delete("id_token") }))
		_, err := w.signIn()
		wantCode(t, err, auth.CodeIDTokenMissing)
	})
	t.Run("openid may not be asked for without checking it", func(t *testing.T) {
		p := auth.GitHub("client", "secret")
		p.Scopes = append(p.Scopes, "openid")
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "openid") {
			t.Errorf("Validate = %v", err)
		}
	})
	t.Run("another kind of provider does not continue the account", func(t *testing.T) {
		w := newWorld(t, nil)
		account := w.session().Account()
		plain := auth.GitHubAt(w.server.Issuer(), w.server.Issuer(), w.server.ClientID(), "secret")
		plain.Issuer = account.Issuer
		_, err := w.client.Resume(account, plain)
		wantCode(t, err, auth.CodeConfigInvalid)
	})
}

func TestPlainOAuthValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*auth.Provider)
		want   string
	}{
		{"GitHub's preset", func(*auth.Provider) {}, ""},
		{"no scopes", func(p *auth.Provider) { p.Scopes = nil }, ""},
		{"authorization endpoint over http", func(p *auth.Provider) { p.Plain.AuthorizationEndpoint = "http://github.com/a" }, "authorization_endpoint"},
		{"no token endpoint", func(p *auth.Provider) { p.Plain.TokenEndpoint = "" }, "token_endpoint"},
		{"user endpoint on loopback for a public provider", func(p *auth.Provider) { p.Plain.User.Endpoint = "http://127.0.0.1/user" }, "user_endpoint"},
		{"file", func(p *auth.Provider) { p.Plain.User.EmailsEndpoint = "file:///etc/passwd" }, "emails_endpoint"},
		{"another provider's name", func(p *auth.Provider) { p.Issuer = "https://accounts.google.com" }, "issuer"},
		{"no stable member", func(p *auth.Provider) { p.Plain.User.Subject = "" }, "user_subject"},
		{"deletion without the client", func(p *auth.Provider) { p.Plain.TokenDeletion = "https://api.github.com/token" }, "token_deletion"},
		{"deletion of something else", func(p *auth.Provider) { p.Plain.TokenDeletion = "https://api.github.com/applications/{client_id}" }, "token_deletion"},
		{"People API", func(p *auth.Provider) { p.ProfileAPI = "https://people.googleapis.com/v1/people/me" }, "profile_api"},
		{"a template", func(p *auth.Provider) { p.Quirks.IssuerTemplate = "https://github.com/{tenantid}" }, "issuer"},
		{"no secret", func(p *auth.Provider) { p.ClientSecret = auth.Secret{} }, "client_secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := auth.GitHub("client", "secret")
			c.change(&p)
			err := p.Validate()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("Validate = %v, want an error about %q", err, c.want)
			}
		})
	}
}
