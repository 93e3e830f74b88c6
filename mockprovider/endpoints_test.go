package mockprovider_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

func plain(t *testing.T, options ...mockprovider.Option) *client {
	t.Helper()
	return newClient(t, append([]mockprovider.Option{mockprovider.WithPersona(persona.Plain())}, options...)...)
}

// TestFormPost checks the authorization response that comes as a form.
func TestFormPost(t *testing.T) {
	c := plain(t)
	formPost := func(q url.Values) { q.Set("response_mode", "form_post") }
	c.change = formPost
	if got := c.open(c.srv.Person("ada")).Body; got != "back at the client" {
		t.Errorf("the client got %q", got)
	}
	form := c.posted()
	if form.Get("state") != state || form.Get("iss") != c.srv.Issuer() || form.Get("code") == "" {
		t.Errorf("the client got %v", form)
	}
	if r := c.token(c.codeForm(form.Get("code"))); r.status != 200 {
		t.Errorf("%d %s", r.status, r.text)
	}
	denying := c.srv.Person("ada")
	denying.Deny = true
	c.open(denying)
	if form := c.posted(); form.Get("error") != "access_denied" || form.Has("code") {
		t.Errorf("denied: %v", form)
	}
	t.Run("errors of the request", func(t *testing.T) {
		c.change = func(q url.Values) { formPost(q); q.Set("code_challenge_method", "plain") }
		r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer()))
		if r.status != 200 || r.header.Get("Location") != "" || !strings.Contains(r.text, `name="error" value="invalid_request"`) {
			t.Errorf("%d %s", r.status, r.text)
		}
	})
	t.Run("the page", func(t *testing.T) {
		c.change = func(q url.Values) {
			formPost(q)
			q.Set("prompt", "none")
			q.Set("state", `"><script>alert(1)</script>`)
		}
		r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer()))
		csp := r.header.Get("Content-Security-Policy")
		_, nonce, _ := strings.Cut(csp, "script-src 'nonce-")
		nonce, _, _ = strings.Cut(nonce, "'")
		if nonce == "" || strings.Count(r.text, "<script") != 1 || !strings.Contains(r.text, `<script nonce="`+nonce+`">`) {
			t.Errorf("%q %s", csp, r.text)
		}
		if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "form-action 'self' "+c.callback.URL) || !strings.Contains(r.text, `id="continue"`) {
			t.Errorf("%q %s", csp, r.text)
		}
	})
	t.Run("not at GitHub", func(t *testing.T) {
		c := newClient(t, mockprovider.WithPersona(persona.GitHub()))
		c.change = formPost
		if q := c.response(c.srv.Person("ada")); q.Get("error") != "invalid_request" || c.refusedBy() != "response_mode" {
			t.Errorf("%v", q)
		}
	})
}

// TestAuthorizeByPost checks that the request itself can be a form.
func TestAuthorizeByPost(t *testing.T) {
	c := plain(t)
	if r := c.post("/authorize", c.request()); r.status != 303 || !strings.HasPrefix(r.header.Get("Location"), "/_mock/login?i=") {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := c.do("POST", "/authorize", strings.NewReader("{}"), "Content-Type", "application/json"); r.status != 400 || c.refusedBy() != "parameters_form" {
		t.Errorf("%d %s", r.status, r.text)
	}
}

// TestIDTokenHint checks prompt=none with an ID token from before, and that
// others' tokens are no hint.
func TestIDTokenHint(t *testing.T) {
	c := plain(t)
	ada := c.srv.Person("ada")
	hint := func(token string) func(url.Values) {
		return func(q url.Values) { q.Set("prompt", "none"); q.Set("id_token_hint", token) }
	}
	mine := c.token(c.codeForm(c.response(ada).Get("code"))).get("id_token")
	noas := c.token(c.codeForm(c.response(c.srv.Person("noa")).Get("code"))).get("id_token")
	for _, tt := range []struct{ name, token, want string }{
		{"of who is signed in", mine, ""},
		{"of somebody else", noas, "login_required"},
		{"of another provider", plain(t).signIn().get("id_token"), "invalid_request"},
		{"rubbish", "a.b.c", "invalid_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.change = hint(tt.token)
			if q := c.response(ada); q.Get("error") != tt.want || (q.Get("code") != "") != (tt.want == "") {
				t.Errorf("%v", q)
			}
		})
	}
	t.Run("expired", func(t *testing.T) {
		c.srv.Advance(2 * time.Hour)
		c.change = hint(mine)
		if q := c.response(ada); q.Get("code") == "" {
			t.Errorf("%v", q)
		}
	})
}

// TestMaxAge checks auth_time, and that max_age=0 always asks again.
func TestMaxAge(t *testing.T) {
	c := plain(t)
	ada := c.srv.Person("ada")
	first := claimsOf(t, c.token(c.codeForm(c.response(ada).Get("code"))).get("id_token"))
	c.srv.Advance(30 * time.Second)
	c.change = func(q url.Values) { q.Set("max_age", "60") }
	second := claimsOf(t, c.token(c.codeForm(c.response(ada).Get("code"))).get("id_token"))
	if first["auth_time"] != second["auth_time"] {
		t.Errorf("auth_time %v became %v without a sign-in", first["auth_time"], second["auth_time"])
	}
	c.change = func(q url.Values) { q.Set("max_age", "0") }
	third := claimsOf(t, c.token(c.codeForm(c.response(ada).Get("code"))).get("id_token"))
	if third["auth_time"].(float64) < second["auth_time"].(float64)+30 {
		t.Errorf("auth_time %v after %v, with max_age=0", third["auth_time"], second["auth_time"])
	}
	c.change = func(q url.Values) { q.Set("max_age", "0"); q.Set("prompt", "none") }
	if q := c.response(ada); q.Get("error") != "login_required" {
		t.Errorf("%v", q)
	}
}

// TestIgnoredParameters checks what must not disturb (OpenID Connect Core
// §3.1.2.1, RFC 6749 §3.1).
func TestIgnoredParameters(t *testing.T) {
	c := plain(t)
	c.change = func(q url.Values) {
		for _, name := range []string{"acr_values", "display", "ui_locales", "claims_locales", "unheard_of"} {
			q.Set(name, "x y")
		}
		q.Set("claims", `{"userinfo":{"name":{"essential":true}}}`)
	}
	c.signIn()
}

// TestEmbeddedBrowser checks that Google's persona refuses web views.
func TestEmbeddedBrowser(t *testing.T) {
	c := newClient(t)
	path := strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer())
	for agent, refused := range map[string]bool{
		"Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36":       true,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148":                           true,
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) app/1 Chrome/120.0 Electron/28.0 Safari/537.36":                   true,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": false,
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36":                                   false,
		"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0":                                                                  false,
		"": false,
	} {
		r := c.get(path, "User-Agent", agent)
		if got := strings.Contains(r.text, `data-error="disallowed_useragent"`) && r.status == 403; got != refused {
			t.Errorf("%q: %d", agent, r.status)
		}
	}
}

// TestUserinfoPost checks the token in the form, and that there is one way at
// a time (RFC 6750 §2).
func TestUserinfoPost(t *testing.T) {
	c := plain(t)
	token := c.signIn().get("access_token")
	const formType = "application/x-www-form-urlencoded"
	for _, tt := range []struct {
		name, body string
		header     []string
		status     int
		check      string
	}{
		{"in the form", "access_token=" + token, []string{"Content-Type", formType}, 200, ""},
		{"in the header", "", []string{"Authorization", "Bearer " + token}, 200, ""},
		{"in both", "access_token=" + token, []string{"Content-Type", formType, "Authorization", "Bearer " + token}, 400, "bearer_one_way"},
		{"twice in the form", "access_token=" + token + "&access_token=" + token, []string{"Content-Type", formType}, 400, "bearer_one_way"},
		{"in a form of another type", "access_token=" + token, []string{"Content-Type", "text/plain"}, 401, "bearer_present"},
		{"nowhere", "", []string{"Content-Type", formType}, 401, "bearer_present"},
		{"unknown", "access_token=x", []string{"Content-Type", formType}, 401, "bearer_known"},
		{"not a form", "%zz", []string{"Content-Type", formType}, 400, "parameters_form"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.srv.Journal().Clear()
			r := c.do("POST", "/userinfo", strings.NewReader(tt.body), tt.header...)
			if r.status != tt.status || c.refusedBy() != tt.check {
				t.Errorf("%d by %q: %s", r.status, c.refusedBy(), r.text)
			}
		})
	}
}

// TestTokeninfo checks Google's shape: strings throughout, and 400.
func TestTokeninfo(t *testing.T) {
	c := newClient(t)
	tokens := c.signIn()
	access := c.get("/tokeninfo?access_token=" + url.QueryEscape(tokens.get("access_token")))
	for name, want := range map[string]string{
		"aud": c.srv.ClientID(), "azp": c.srv.ClientID(), "sub": "108204268033311374519",
		"email": "ada@example.com", "email_verified": "true", "access_type": "offline",
	} {
		if got := access.get(name); got != want {
			t.Errorf("access token: %s = %q, want %q", name, got, want)
		}
	}
	if !slices.Contains(strings.Fields(access.get("scope")), "https://www.googleapis.com/auth/userinfo.email") || access.get("expires_in") == "" {
		t.Errorf("access token: %s", access.text)
	}
	id := c.post("/tokeninfo", url.Values{"id_token": {tokens.get("id_token")}})
	if id.status != 200 || id.get("iss") != c.srv.Issuer() || id.get("alg") != "ES256" || id.get("email_verified") != "true" || id.get("exp") == "" {
		t.Errorf("ID token: %d %s", id.status, id.text)
	}
	other := newClient(t).signIn()
	for name, path := range map[string]string{
		"neither":             "/tokeninfo",
		"both":                "/tokeninfo?access_token=x&id_token=y",
		"twice":               "/tokeninfo?access_token=x&access_token=x",
		"unknown":             "/tokeninfo?access_token=x",
		"another's":           "/tokeninfo?access_token=" + other.get("access_token"),
		"another's ID token":  "/tokeninfo?id_token=" + other.get("id_token"),
		"a changed ID token":  "/tokeninfo?id_token=" + tokens.get("id_token")[1:],
		"not form-urlencoded": "/tokeninfo?%zz",
	} {
		if r := c.get(path); r.status != 400 || r.get("error") == "" {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
	c.srv.Advance(2 * time.Hour)
	for _, which := range []string{"access_token", "id_token"} {
		if r := c.get("/tokeninfo?" + which + "=" + tokens.get(which)); r.status != 400 || r.get("error") != "invalid_token" || r.get("error_description") != "Invalid Value" {
			t.Errorf("expired %s: %d %s", which, r.status, r.text)
		}
	}
}

// TestIntrospection checks what is told to whom, and that whatever is not
// alive in every respect is inactive (RFC 7662).
func TestIntrospection(t *testing.T) {
	c := plain(t)
	server := persona.Plain().MoreClients[0]
	ask := func(token string) reply {
		return c.post("/introspect", url.Values{"token": {token}, "client_id": {server.ID}, "client_secret": {server.Secret}})
	}
	tokens := c.signIn()
	for _, which := range []string{"access_token", "refresh_token"} {
		r := ask(tokens.get(which))
		if r.status != 200 || r.json["active"] != true || r.get("client_id") != c.srv.ClientID() || r.get("sub") != "108204268033311374519" ||
			r.get("iss") != c.srv.Issuer() || r.get("scope") != "openid email profile offline_access" || r.json["exp"] == nil {
			t.Errorf("%s: %d %s", which, r.status, r.text)
		}
	}
	t.Run("refuses", func(t *testing.T) {
		for _, tt := range []struct {
			name   string
			form   url.Values
			check  string
			status int
		}{
			{"nobody", url.Values{"token": {"x"}}, "client_known", 401},
			{"a public client", url.Values{"token": {"x"}, "client_id": {c.srv.ClientID()}}, "introspect_client", 401},
			{"a wrong secret", url.Values{"token": {"x"}, "client_id": {server.ID}, "client_secret": {"x"}}, "client_secret", 401},
			{"no secret", url.Values{"token": {"x"}, "client_id": {server.ID}}, "client_secret_present", 401},
			{"no token", url.Values{"client_id": {server.ID}, "client_secret": {server.Secret}}, "introspect_token_present", 400},
			{"two tokens", url.Values{"token": {"x", "y"}, "client_id": {server.ID}, "client_secret": {server.Secret}}, "parameters_once", 400},
		} {
			if r := c.post("/introspect", tt.form); r.status != tt.status || c.refusedBy() != tt.check || strings.Contains(r.text, "active") {
				t.Errorf("%s: %d by %q: %s", tt.name, r.status, c.refusedBy(), r.text)
			}
		}
		if r := c.get("/introspect?token=x"); r.status != 405 {
			t.Errorf("GET: %d", r.status)
		}
	})
	t.Run("inactive", func(t *testing.T) {
		inactive := func(name, token string) {
			t.Helper()
			if r := ask(token); r.status != 200 || r.text != `{"active":false}` {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
		inactive("unknown", "x")
		inactive("another provider's", plain(t).signIn().get("access_token"))
		inactive("an ID token", tokens.get("id_token"))
		inactive("a code", c.code())
		again := c.token(c.refreshForm(tokens.get("refresh_token")))
		inactive("a spent refresh token", tokens.get("refresh_token"))
		if r := ask(again.get("refresh_token")); r.json["active"] != true {
			t.Errorf("asking killed the family: %s", r.text)
		}
		c.srv.Advance(2 * time.Hour)
		inactive("an expired access token", again.get("access_token"))
		c.srv.RevokeUser("ada")
		inactive("a revoked refresh token", again.get("refresh_token"))
	})
}

// TestEndSession checks who is signed out, and where the browser goes.
func TestEndSession(t *testing.T) {
	c := plain(t)
	back := c.callback.URL + "/signed-out"
	person := c.srv.Person("ada")
	tokens := c.token(c.codeForm(c.response(person).Get("code")))
	logout := func(t *testing.T, q url.Values) *mocktest.Visit {
		t.Helper()
		v, err := person.Open(t.Context(), c.srv.Issuer()+"/logout?"+q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	signedIn := func() bool {
		person.StopAtLogin, person.StopAtConsent = true, true
		defer func() { person.StopAtLogin, person.StopAtConsent = false, false }()
		return strings.Contains(c.open(person).URL, "/_mock/consent")
	}
	full := url.Values{"id_token_hint": {tokens.get("id_token")}, "post_logout_redirect_uri": {back}, "state": {"a b&c"}}
	person.Stay = true
	if v := logout(t, full); !strings.Contains(v.Body, "Still signed in") || !signedIn() {
		t.Errorf("stayed: %s", v.URL)
	}
	person.Stay = false
	if v := logout(t, full); v.URL != back+"?state=a+b%26c" || v.Body != "signed out" || signedIn() {
		t.Errorf("signed out: %s", v.URL)
	}
	if v := logout(t, full); v.URL != back+"?state=a+b%26c" {
		t.Errorf("again: %s", v.URL)
	}
	// Ending the session at the provider is not revoking what clients hold.
	if r := c.token(c.refreshForm(tokens.get("refresh_token"))); r.status != 200 {
		t.Errorf("refresh: %d %s", r.status, r.text)
	}
	c.response(person)
	if v := logout(t, url.Values{}); v.Status != 200 || !strings.Contains(v.Body, "Signed out") || signedIn() {
		t.Errorf("without parameters: %s", v.URL)
	}
	if v := logout(t, url.Values{"client_id": {c.srv.ClientID()}, "post_logout_redirect_uri": {back}}); v.URL != back {
		t.Errorf("by client_id: %s", v.URL)
	}
	t.Run("a link signs nobody out", func(t *testing.T) {
		c.response(person)
		r := c.get("/logout?" + full.Encode())
		if r.header.Get("Set-Cookie") != "" || !signedIn() {
			t.Errorf("%d", r.status)
		}
	})
	t.Run("by POST", func(t *testing.T) {
		if r := c.post("/logout", full); r.status != 303 || r.header.Get("Location") != back+"?state=a+b%26c" {
			t.Errorf("%d %s", r.status, r.header.Get("Location"))
		}
	})
}

// TestEndSessionRefuses takes the checks one by one. What is refused is never
// redirected.
func TestEndSessionRefuses(t *testing.T) {
	c := plain(t)
	hint := c.signIn().get("id_token")
	foreign := plain(t).signIn().get("id_token")
	for _, tt := range []struct {
		name  string
		q     url.Values
		check string
	}{
		{"twice", url.Values{"state": {"a", "b"}}, "parameters_once"},
		{"rubbish hint", url.Values{"id_token_hint": {"x"}}, "end_session_hint"},
		{"another provider's hint", url.Values{"id_token_hint": {foreign}}, "end_session_hint"},
		{"an access token as hint", url.Values{"id_token_hint": {c.signIn().get("access_token")}}, "end_session_hint"},
		{"unknown client", url.Values{"client_id": {"x"}}, "end_session_client"},
		{"client of another hint", url.Values{"client_id": {"resource-server"}, "id_token_hint": {hint}}, "end_session_client"},
		{"redirect without client", url.Values{"post_logout_redirect_uri": {"http://127.0.0.1:1/signed-out"}}, "end_session_redirect"},
		{"another path", url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"http://127.0.0.1:1/callback"}}, "end_session_redirect"},
		{"another host", url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"http://evil.example/signed-out"}}, "end_session_redirect"},
		{"localhost", url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"http://localhost:1/signed-out"}}, "end_session_redirect"},
		{"script", url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"javascript:alert(1)"}}, "end_session_redirect"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := c.get("/logout?" + tt.q.Encode())
			if r.status != 400 || r.header.Get("Location") != "" || c.refusedBy() != tt.check {
				t.Errorf("%d to %q by %q", r.status, r.header.Get("Location"), c.refusedBy())
			}
		})
	}
	t.Run("a login page's id is none of a logout page", func(t *testing.T) {
		id, cookie := loginForm(t, c)
		if r := c.get("/_mock/logout?i="+id, "Cookie", cookie); r.status != 410 {
			t.Errorf("%d", r.status)
		}
	})
}

// TestKeyRotation checks that old keys stay for as long as their tokens live.
func TestKeyRotation(t *testing.T) {
	for _, algorithm := range []string{mockprovider.ES256, mockprovider.EdDSA} {
		t.Run(algorithm, func(t *testing.T) {
			c := plain(t, mockprovider.WithSigning(algorithm))
			tokens := c.signIn()
			if err := c.srv.RotateKeys(); err != nil {
				t.Fatal(err)
			}
			if n := countKeys(t, c); n != 2 {
				t.Errorf("%d keys after the rotation", n)
			}
			checkIDToken(t, c, tokens, algorithm)
			checkIDToken(t, c, c.signIn(), algorithm)
			c.srv.Advance(61 * time.Minute)
			if n := countKeys(t, c); n != 1 {
				t.Errorf("%d keys after an hour", n)
			}
			for range 20 {
				if err := c.srv.RotateKeys(); err != nil {
					t.Fatal(err)
				}
			}
			if n := countKeys(t, c); n > 9 {
				t.Errorf("%d keys after 20 rotations", n)
			}
		})
	}
}

// TestKeysOutliveTheProcess checks that a snapshot holds the old keys too.
func TestKeysOutliveTheProcess(t *testing.T) {
	c := plain(t)
	c.signIn()
	if err := c.srv.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	before := c.get("/jwks").text
	data, err := c.srv.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if after := plain(t, mockprovider.WithSnapshot(data)).get("/jwks").text; after != before {
		t.Errorf("%s after %s", after, before)
	}
}

func countKeys(t *testing.T, c *client) int {
	t.Helper()
	keys, _ := c.get("/jwks").json["keys"].([]any)
	return len(keys)
}

// TestCORS checks which endpoints web pages may call: none that knows cookies
// or the control token.
func TestCORS(t *testing.T) {
	c := plain(t)
	token := c.signIn().get("access_token")
	google, github := newClient(t), newClient(t, mockprovider.WithPersona(persona.GitHub()))
	const origin = "https://app.example"
	for _, tt := range []struct {
		c      *client
		method string
		path   string
		open   bool
	}{
		{c, "GET", "/.well-known/openid-configuration", true},
		{c, "GET", "/.well-known/oauth-authorization-server", true},
		{c, "GET", "/jwks", true},
		{c, "POST", "/token", true},
		{c, "GET", "/userinfo", true},
		{c, "POST", "/userinfo", true},
		{c, "POST", "/revoke", true},
		{c, "POST", "/introspect", false},
		{c, "GET", "/authorize", false},
		{c, "GET", "/logout", false},
		{c, "GET", "/_mock/login", false},
		{c, "GET", "/_mock/consent", false},
		{c, "GET", "/_mock/logout", false},
		{c, "GET", "/_mock/journal", false},
		{c, "GET", "/picture/ada", false},
		{c, "GET", "/healthz", false},
		{c, "GET", "/", false},
		{c, "GET", "/nothing", false},
		{google, "GET", "/v1/people/me", true},
		{google, "GET", "/tokeninfo", true},
		{github, "GET", "/user", true},
		{github, "GET", "/user/emails", true},
		{github, "POST", "/login/oauth/access_token", false},
	} {
		r := tt.c.do(tt.method, tt.path, nil, "Origin", origin)
		if got := r.header.Get("Access-Control-Allow-Origin"); (got == "*") != tt.open || r.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s %s: %q", tt.method, tt.path, got)
		}
		pre := tt.c.do("OPTIONS", tt.path, nil, "Origin", origin, "Access-Control-Request-Method", tt.method, "Access-Control-Request-Headers", "authorization")
		if tt.open && (pre.status != 204 || !strings.Contains(pre.header.Get("Access-Control-Allow-Methods"), tt.method) ||
			!strings.Contains(pre.header.Get("Access-Control-Allow-Headers"), "Authorization")) {
			t.Errorf("preflight %s: %d %v", tt.path, pre.status, pre.header)
		}
		if !tt.open && (pre.status < 400 || pre.header.Get("Access-Control-Allow-Origin") != "") {
			t.Errorf("preflight %s: %d", tt.path, pre.status)
		}
	}
	if r := c.get("/userinfo", "Authorization", "Bearer "+token); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("CORS without an Origin")
	}
}

// TestHealth checks that the provider says that it is up, and keeps that out
// of the journal.
func TestHealth(t *testing.T) {
	c := newClient(t)
	if r := c.get("/healthz"); r.status != 200 || r.get("status") != "ok" {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := c.get("/healthz", "Host", "evil.example"); r.status != 421 {
		t.Errorf("under another name: %d", r.status)
	}
	if n := len(c.srv.Journal().Entries()); n != 0 {
		t.Errorf("%d entries", n)
	}
}

// TestTLS signs in over HTTPS, and checks that only who trusts the provider's
// authority can.
func TestTLS(t *testing.T) {
	srv := mocktest.Start(t, mockprovider.WithTLS(), mockprovider.WithPersona(persona.Plain()))
	if !strings.HasPrefix(srv.Issuer(), "https://127.0.0.1:") {
		t.Fatalf("issuer %q", srv.Issuer())
	}
	if _, err := mocktest.SignIn(t.Context(), srv.Person("ada"), srv); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(srv.Issuer() + "/jwks"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a client that does not trust it: %v", err)
	}
	if _, err := srv.HTTPClient().Get("https://127.0.0.1:" + port(t, mocktest.Start(t, mockprovider.WithTLS()))); err == nil {
		t.Error("the client trusts another authority")
	}
	if !strings.HasPrefix(string(srv.CACertPEM()), "-----BEGIN CERTIFICATE-----\n") {
		t.Errorf("CA %q", srv.CACertPEM())
	}
	response, err := http.Get("http://" + srv.Addr() + "/jwks")
	if err == nil {
		response.Body.Close()
		if response.StatusCode == 200 {
			t.Error("answers without TLS")
		}
	}
	tenant := srv.Tenant(t, "red")
	if _, err := mocktest.SignIn(t.Context(), tenant.Person("ada"), tenant); err != nil || !strings.HasPrefix(tenant.Issuer(), "https://") {
		t.Errorf("tenant %s: %v", tenant.Issuer(), err)
	}
	r, err := srv.HTTPClient().Transport.RoundTrip(request(t, srv.Issuer()+"/authorize?"+clientOf(t, srv).request().Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if cookie := r.Header.Get("Set-Cookie"); !strings.Contains(cookie, "; Secure") {
		t.Errorf("cookie %q", cookie)
	}
	if v := r.TLS.Version; v < tls.VersionTLS12 || r.ProtoMajor != 1 {
		t.Errorf("TLS %x, HTTP/%d", v, r.ProtoMajor)
	}
	data, err := srv.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	again := mocktest.Start(t, mockprovider.WithTLS(), mockprovider.WithPersona(persona.Plain()), mockprovider.WithSnapshot(data))
	if string(again.CACertPEM()) != string(srv.CACertPEM()) {
		t.Error("another authority after a restart")
	}
	if _, err := mocktest.SignIn(t.Context(), again.Person("ada"), again); err != nil {
		t.Error(err)
	}
	if _, err := mockprovider.New(mockprovider.WithTLS(), mockprovider.WithIssuer("http://mock.example")); err == nil {
		t.Error("TLS with an http issuer")
	}
	if p, err := mockprovider.New(mockprovider.WithTLS(), mockprovider.WithIssuer("https://mock.example:8443")); err != nil || p.CACertPEM() == nil {
		t.Errorf("an issuer of one's own: %v", err)
	}
	if p, err := mockprovider.New(); err != nil || p.CACertPEM() != nil {
		t.Error("a CA without TLS")
	}
}

func port(t *testing.T, srv *mocktest.Server) string {
	t.Helper()
	return srv.Addr()[strings.LastIndexByte(srv.Addr(), ':')+1:]
}

func request(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRefreshHabits checks the personas' rules about refresh tokens that no
// built-in one has by default.
func TestRefreshHabits(t *testing.T) {
	t.Run("seven days", func(t *testing.T) {
		plays := persona.Google()
		plays.RefreshExpiresIn = 7 * 24 * 3600
		c := newClient(t, mockprovider.WithPersona(plays))
		c.srv.FreezeTime()
		tokens := c.signIn()
		if tokens.json["refresh_token_expires_in"] != 604800.0 {
			t.Errorf("%s", tokens.text)
		}
		c.srv.Advance(6 * 24 * time.Hour)
		tokens = c.token(c.refreshForm(tokens.get("refresh_token")))
		if tokens.status != 200 || tokens.json["refresh_token_expires_in"] != 86400.0 {
			t.Errorf("on the sixth day: %d %s", tokens.status, tokens.text)
		}
		c.srv.Advance(24 * time.Hour)
		if r := c.token(c.refreshForm(tokens.get("refresh_token"))); r.get("error") != "invalid_grant" || c.refusedBy() != "refresh_fresh" {
			t.Errorf("on the eighth day: %d %s", r.status, r.text)
		}
	})
	t.Run("first consent only", func(t *testing.T) {
		plays := persona.Google()
		plays.RefreshNeedsConsent = true
		c := newClient(t, mockprovider.WithPersona(plays))
		for i, want := range []bool{true, false} {
			if got := c.signIn().get("refresh_token") != ""; got != want {
				t.Errorf("sign-in %d: refresh token %v", i, got)
			}
		}
		c.change = func(q url.Values) { q.Set("prompt", "consent") }
		if c.signIn().get("refresh_token") == "" {
			t.Error("prompt=consent brings none")
		}
	})
}

// TestAccessTokensAreBounded checks that a client that refreshes all day does
// not fill the memory.
func TestAccessTokensAreBounded(t *testing.T) {
	c := newClient(t, mockprovider.WithRotation(false))
	first := c.signIn()
	var last reply
	for range 60 {
		last = c.token(c.refreshForm(first.get("refresh_token")))
	}
	if r := c.userinfo(last.get("access_token")); r.status != 200 {
		t.Errorf("the last: %d", r.status)
	}
	if r := c.userinfo(first.get("access_token")); r.status != 401 {
		t.Errorf("the first: %d", r.status)
	}
	if n := c.srv.ExpireAccessTokens(); n != 50 {
		t.Errorf("%d access tokens", n)
	}
}

// TestOldSnapshot checks that the snapshots of a program from before keys
// rotated are still read.
func TestOldSnapshot(t *testing.T) {
	c := newClient(t)
	keys := c.get("/oauth2/v3/certs").text
	data, err := c.srv.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	m["key"] = m["keys"].([]any)[0].(map[string]any)["pkcs8"]
	delete(m, "keys")
	data, _ = json.Marshal(m)
	if got := newClient(t, mockprovider.WithSnapshot(data)).get("/oauth2/v3/certs").text; got != keys {
		t.Errorf("%s after %s", got, keys)
	}
}

// TestPersonaRefused checks that what cannot be played is refused by New.
func TestPersonaRefused(t *testing.T) {
	wrong := persona.Plain()
	wrong.Paths.Token = ""
	if _, err := mockprovider.New(mockprovider.WithPersona(wrong)); err == nil || !strings.Contains(err.Error(), "paths.token") {
		t.Errorf("no token path: %v", err)
	}
	wrong = persona.Plain()
	wrong.Errors["code_knowm"] = persona.Error{Code: "x"}
	if _, err := mockprovider.New(mockprovider.WithPersona(wrong)); err == nil || !strings.Contains(err.Error(), "did you mean code_known?") {
		t.Errorf("words for no check: %v", err)
	}
}
