package mockprovider_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// TestAuthorizeRefuses takes the checks of the authorization request one by
// one. Each row fails if its check is taken out.
func TestAuthorizeRefuses(t *testing.T) {
	set := func(name string, values ...string) func(*client, url.Values) {
		return func(_ *client, q url.Values) { q[name] = values }
	}
	redirect := func(old, changed string) func(*client, url.Values) {
		return func(c *client, q url.Values) {
			q.Set("redirect_uri", strings.Replace(c.redirect, old, changed, 1))
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*client, url.Values)
		check  string
		code   string // sent to the client; "" means shown on a page
	}{
		{"client_id missing", set("client_id"), "client_known", ""},
		{"client_id unknown", set("client_id", "another"), "client_known", ""},
		{"client_id twice", set("client_id", "latchkey-mock", "latchkey-mock"), "client_id_once", ""},
		{"redirect_uri missing", set("redirect_uri"), "redirect_uri_registered", ""},
		{"redirect_uri twice", set("redirect_uri", "http://127.0.0.1:1/callback", "http://127.0.0.1:1/callback"), "client_id_once", ""},
		{"redirect to localhost", redirect("127.0.0.1", "localhost"), "redirect_uri_registered", ""},
		{"redirect to another loopback address", redirect("127.0.0.1", "127.0.0.2"), "redirect_uri_registered", ""},
		{"redirect to the same address otherwise written", redirect("127.0.0.1", "127.1"), "redirect_uri_registered", ""},
		{"redirect to another host", redirect("127.0.0.1", "example.com"), "redirect_uri_registered", ""},
		{"redirect with user", redirect("127.0.0.1", "x@127.0.0.1"), "redirect_uri_registered", ""},
		{"redirect with host as user", redirect("127.0.0.1", "127.0.0.1@example.com"), "redirect_uri_registered", ""},
		{"redirect to another path", redirect("/callback", "/callback2"), "redirect_uri_registered", ""},
		{"redirect to a path below", redirect("/callback", "/callback/x"), "redirect_uri_registered", ""},
		{"redirect to another letter case", redirect("/callback", "/Callback"), "redirect_uri_registered", ""},
		{"redirect with dots", redirect("/callback", "/x/../callback"), "redirect_uri_registered", ""},
		{"redirect escaped", redirect("/callback", "/%63allback"), "redirect_uri_registered", ""},
		{"redirect with query", redirect("/callback", "/callback?x=1"), "redirect_uri_registered", ""},
		{"redirect with fragment", redirect("/callback", "/callback#x"), "redirect_uri_registered", ""},
		{"redirect over https", redirect("http:", "https:"), "redirect_uri_registered", ""},
		{"redirect to port 0", func(_ *client, q url.Values) { q.Set("redirect_uri", "http://127.0.0.1:0/callback") }, "redirect_uri_registered", ""},
		{"state twice", set("state", "a", "b"), "parameters_once", "invalid_request"},
		{"scope twice", set("scope", "openid", "email"), "parameters_once", "invalid_request"},
		{"code_challenge twice", set("code_challenge", challenge(verifier), challenge("x")), "parameters_once", "invalid_request"},
		{"unknown parameter twice", set("x", "1", "2"), "parameters_once", "invalid_request"},
		{"request object", set("request", "x"), "request_object", "request_not_supported"},
		{"request_uri", set("request_uri", "https://example.com/"), "request_object", "request_uri_not_supported"},
		{"response_type missing", set("response_type"), "response_type", "invalid_request"},
		{"implicit", set("response_type", "token"), "response_type", "unsupported_response_type"},
		{"hybrid", set("response_type", "code id_token"), "response_type", "unsupported_response_type"},
		{"fragment", set("response_mode", "fragment"), "response_mode", "invalid_request"},
		{"no scope", set("scope"), "scope", "invalid_scope"},
		{"unknown scopes only", set("scope", "nonsense"), "scope", "invalid_scope"},
		{"no PKCE", func(_ *client, q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") }, "code_challenge_present", "invalid_request"},
		{"plain", set("code_challenge_method", "plain"), "code_challenge_method", "invalid_request"},
		{"omitted method", set("code_challenge_method"), "code_challenge_method", "invalid_request"},
		{"method in lower case", set("code_challenge_method", "s256"), "code_challenge_method", "invalid_request"},
		{"challenge is no hash", set("code_challenge", verifier), "code_challenge_form", "invalid_request"},
		{"challenge padded", set("code_challenge", challenge(verifier)+"="), "code_challenge_form", "invalid_request"},
		{"unknown prompt", set("prompt", "whatever"), "prompt", "invalid_request"},
		{"prompt none with login", set("prompt", "none login"), "prompt", "invalid_request"},
		{"prompt none, nobody signed in", set("prompt", "none"), "prompt_none", "login_required"},
		{"max_age not a number", set("max_age", "soon"), "max_age", "invalid_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, mockprovider.WithPersona(persona.Plain()))
			c.change = func(q url.Values) { tt.change(c, q) }
			r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer()))
			if got := c.refusedBy(); got != tt.check {
				t.Errorf("refused by %q, want %q", got, tt.check)
			}
			if tt.code == "" {
				if r.status < 400 || r.header.Get("Location") != "" || !strings.Contains(r.text, `data-check="`+tt.check+`"`) {
					t.Errorf("%d to %q, want an error page and no redirect\n%s", r.status, r.header.Get("Location"), r.text)
				}
				return
			}
			to, err := url.Parse(r.header.Get("Location"))
			if err != nil || r.status != 303 || !strings.HasPrefix(r.header.Get("Location"), c.redirect+"?") {
				t.Fatalf("%d to %q, want a redirect to the client", r.status, r.header.Get("Location"))
			}
			q := to.Query()
			if q.Get("error") != tt.code || q.Get("iss") != c.srv.Issuer() || q.Has("code") {
				t.Errorf("response %v, want error %q", q, tt.code)
			}
			if !strings.HasPrefix(tt.name, "state") && q.Get("state") != state {
				t.Errorf("state = %q", q.Get("state"))
			}
		})
	}
}

// TestGoogleShowsErrors checks that Google's persona keeps errors of the
// request on its own page.
func TestGoogleShowsErrors(t *testing.T) {
	c := newClient(t)
	c.change = func(q url.Values) { q.Set("scope", "openid https://www.googleapis.com/auth/nonsense") }
	r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer()))
	if r.status != 400 || !strings.Contains(r.text, `data-error="invalid_scope"`) {
		t.Errorf("%d %s", r.status, r.text)
	}
	c.change = func(q url.Values) { q.Set("redirect_uri", "http://127.0.0.1:1/other") }
	r = c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer()))
	if r.status != 400 || !strings.Contains(r.text, `data-error="redirect_uri_mismatch"`) {
		t.Errorf("%d %s", r.status, r.text)
	}
}

// TestRedirectAccepts checks what must be accepted: any port, on either
// loopback address.
func TestRedirectAccepts(t *testing.T) {
	c := newClient(t, mockprovider.WithPersona(persona.Plain()))
	for _, uri := range []string{"http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback", "http://[::1]:49152/callback", "http://127.0.0.1/callback"} {
		c.change = func(q url.Values) { q.Set("redirect_uri", uri) }
		if r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer())); r.status != 303 || !strings.HasPrefix(r.header.Get("Location"), "/_mock/login?") {
			t.Errorf("%s: %d to %q", uri, r.status, r.header.Get("Location"))
		}
	}
}

// TestTokenRefuses takes the checks of the code grant one by one.
func TestTokenRefuses(t *testing.T) {
	set := func(name string, values ...string) func(*client, url.Values) {
		return func(_ *client, f url.Values) { f[name] = values }
	}
	for _, tt := range []struct {
		name        string
		change      func(*client, url.Values)
		check, code string
		status      int
	}{
		{"grant_type missing", set("grant_type"), "grant_type_present", "invalid_request", 400},
		{"grant_type unknown", set("grant_type", "password"), "grant_type", "unsupported_grant_type", 400},
		{"code twice", set("code", "a", "b"), "parameters_once", "invalid_request", 400},
		{"client unknown", set("client_id", "x"), "client_known", "invalid_client", 401},
		{"client missing", set("client_id"), "client_known", "invalid_client", 401},
		{"secret missing", set("client_secret"), "client_secret_present", "invalid_request", 400},
		{"secret wrong", set("client_secret", "x"), "client_secret", "invalid_client", 401},
		{"code missing", set("code"), "code_present", "invalid_request", 400},
		{"code unknown", set("code", "4/0Aunknown"), "code_known", "invalid_grant", 400},
		{"code of another client", func(_ *client, f url.Values) { f.Set("client_id", "second"); f.Set("client_secret", "2") }, "code_client", "invalid_grant", 400},
		{"code expired", func(c *client, _ url.Values) { c.srv.Advance(601 * time.Second) }, "code_fresh", "invalid_grant", 400},
		{"redirect_uri missing", set("redirect_uri"), "code_redirect_uri", "invalid_grant", 400},
		{"redirect_uri with another port", set("redirect_uri", "http://127.0.0.1:1/callback"), "code_redirect_uri", "invalid_grant", 400},
		{"verifier missing", set("code_verifier"), "code_verifier_present", "invalid_grant", 400},
		{"verifier wrong", set("code_verifier", strings.Repeat("x", 43)), "code_verifier", "invalid_grant", 400},
		{"verifier is the challenge", set("code_verifier", challenge(verifier)), "code_verifier", "invalid_grant", 400},
		{"verifier too short", set("code_verifier", "short"), "code_verifier_form", "invalid_grant", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first, second := persona.Google().Client, persona.Google().Client
			second.ID, second.Secret = "second", "2"
			c := newClient(t, mockprovider.WithClients(first, second))
			good := c.codeForm(c.code())
			form := c.codeForm(good.Get("code"))
			tt.change(c, form)
			r := c.token(form)
			if r.status != tt.status || r.get("error") != tt.code {
				t.Errorf("%d %s, want %d %s", r.status, r.text, tt.status, tt.code)
			}
			if got := c.refusedBy(); got != tt.check {
				t.Errorf("refused by %q, want %q", got, tt.check)
			}
			if r.header.Get("Cache-Control") != "no-store" {
				t.Error("the error can be cached")
			}
			if tt.check == "code_fresh" {
				return
			}
			// Nobody can spoil a code by presenting it wrongly.
			if r := c.token(good); r.status != 200 {
				t.Errorf("the right request afterwards: %d %s", r.status, r.text)
			}
		})
	}
}

// TestTokenForm checks how a token request must be sent.
func TestTokenForm(t *testing.T) {
	c := newClient(t)
	form := c.codeForm(c.code())
	body := form.Encode()
	const formType = "application/x-www-form-urlencoded"
	if r := c.do("GET", "/token?"+body, nil); r.status != 405 || r.header.Get("Allow") != "POST" {
		t.Errorf("GET: %d", r.status)
	}
	if r := c.do("OPTIONS", "/token", nil); r.status != 405 || r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS: %d", r.status)
	}
	if r := c.do("POST", "/token?"+body, strings.NewReader(body), "Content-Type", formType); r.status != 400 || c.refusedBy() != "query_empty" {
		t.Errorf("in the address: %d %s", r.status, c.refusedBy())
	}
	if r := c.do("POST", "/token", strings.NewReader(body), "Content-Type", "application/json"); r.status != 400 || c.refusedBy() != "parameters_form" {
		t.Errorf("as JSON: %d %s", r.status, c.refusedBy())
	}
	if r := c.do("POST", "/token", strings.NewReader(body+"&x="+strings.Repeat("x", 70_000)), "Content-Type", formType); r.status != 400 {
		t.Errorf("70 kB: %d", r.status)
	}
	if r := c.do("POST", "/token", strings.NewReader(body), "Content-Type", formType, "Authorization", "Basic eDp5"); r.status != 400 || c.refusedBy() != "client_auth_form" {
		t.Errorf("authenticated twice: %d %s", r.status, c.refusedBy())
	}
	form.Del("client_id")
	form.Del("client_secret")
	request, _ := http.NewRequest("POST", "/", nil)
	request.SetBasicAuth(url.QueryEscape(c.srv.ClientID()), url.QueryEscape(c.srv.ClientSecret()))
	if r := c.do("POST", "/token", strings.NewReader(form.Encode()), "Content-Type", formType, "Authorization", request.Header.Get("Authorization")); r.status != 200 {
		t.Errorf("HTTP Basic: %d %s", r.status, r.text)
	}
}

// TestClientSecretMissing checks Google's very words: clients look for them.
func TestClientSecretMissing(t *testing.T) {
	c := newClient(t)
	form := c.codeForm(c.code())
	form.Del("client_secret")
	if r := c.token(form); r.get("error") != "invalid_request" || r.get("error_description") != "client_secret is missing." {
		t.Errorf("%d %s", r.status, r.text)
	}
}

// TestRefreshRefuses takes the checks of the refresh grant one by one.
func TestRefreshRefuses(t *testing.T) {
	set := func(name string, values ...string) func(*client, url.Values) {
		return func(_ *client, f url.Values) { f[name] = values }
	}
	for _, tt := range []struct {
		name        string
		change      func(*client, url.Values)
		check, code string
	}{
		{"missing", set("refresh_token"), "refresh_present", "invalid_request"},
		{"unknown", set("refresh_token", "1//0bogus"), "refresh_known", "invalid_grant"},
		{"forged generation", func(_ *client, f url.Values) {
			raw, err := base64.RawURLEncoding.DecodeString(f.Get("refresh_token"))
			if err != nil {
				panic(err)
			}
			raw[len(raw)-sha256.Size-1] ^= 1
			f.Set("refresh_token", base64.RawURLEncoding.EncodeToString(raw))
		}, "refresh_known", "invalid_grant"},
		{"of another client", func(_ *client, f url.Values) { f.Set("client_id", "second"); f.Del("client_secret") }, "refresh_client", "invalid_grant"},
		{"unused for half a year", func(c *client, _ url.Values) { c.srv.Advance(181 * 24 * time.Hour) }, "refresh_fresh", "invalid_grant"},
		{"scope not granted", set("scope", "openid offline_access profile nonsense"), "refresh_scope", "invalid_scope"},
		{"revoked", func(c *client, _ url.Values) { c.srv.RevokeUser("ada") }, "refresh_known", "invalid_grant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first, second := persona.Plain().Client, persona.Plain().Client
			second.ID = "second"
			c := newClient(t, mockprovider.WithPersona(persona.Plain()), mockprovider.WithClients(first, second))
			form := c.refreshForm(c.signIn().get("refresh_token"))
			tt.change(c, form)
			r := c.token(form)
			if r.status != 400 || r.get("error") != tt.code || c.refusedBy() != tt.check {
				t.Errorf("%d %s, refused by %q; want %s by %q", r.status, r.text, c.refusedBy(), tt.code, tt.check)
			}
		})
	}
}

// TestRefreshNarrows checks that fewer scopes can be asked for, and that the
// access token is worth no more than these.
func TestRefreshNarrows(t *testing.T) {
	c := newClient(t, mockprovider.WithPersona(persona.Plain()))
	form := c.refreshForm(c.signIn().get("refresh_token"))
	form.Set("scope", "openid")
	r := c.token(form)
	if r.get("scope") != "openid" {
		t.Fatalf("%d %s", r.status, r.text)
	}
	if info := c.userinfo(r.get("access_token")); info.status != 200 || info.json["email"] != nil {
		t.Errorf("userinfo: %s", info.text)
	}
}
