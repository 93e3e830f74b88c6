package mockprovider_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

func github(t *testing.T) *client {
	t.Helper()
	c := newClient(t, mockprovider.WithPersona(persona.GitHub()))
	c.change = func(q url.Values) {
		q.Set("scope", "read:user user:email")
		q.Del("nonce")
		q.Del("access_type")
	}
	return c
}

// TestGitHubSignIn walks GitHub's way with bare x/oauth2, which reads the form
// encoding, and asks the API who that was.
func TestGitHubSignIn(t *testing.T) {
	c := github(t)
	q := c.response(c.srv.Person("ada"))
	if q.Get("state") != state || q.Get("code") == "" || q.Has("iss") || q.Has("scope") {
		t.Fatalf("response %v", q)
	}
	config := oauth2.Config{
		ClientID: c.srv.ClientID(), ClientSecret: c.srv.ClientSecret(), RedirectURL: c.redirect,
		Endpoint: oauth2.Endpoint{TokenURL: c.srv.Issuer() + "/login/oauth/access_token", AuthStyle: oauth2.AuthStyleInParams},
	}
	token, err := config.Exchange(t.Context(), q.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if token.RefreshToken != "" || !token.Expiry.IsZero() || token.Extra("scope") != "read:user,user:email" || !strings.HasPrefix(token.AccessToken, "gho_") {
		t.Errorf("%+v scope %v", token, token.Extra("scope"))
	}
	for _, scheme := range []string{"Bearer ", "token "} {
		user := c.get("/user", "Authorization", scheme+token.AccessToken)
		if user.status != 200 || user.get("login") != "ada" || user.get("name") != "Ada Lovelace" || user.json["id"].(float64) < 1 || user.json["email"] != nil {
			t.Errorf("%s: %d %s", scheme, user.status, user.text)
		}
		if got := user.header.Get("X-OAuth-Scopes"); got != "read:user, user:email" {
			t.Errorf("X-OAuth-Scopes = %q", got)
		}
	}
	emails := c.bearer("/user/emails", token.AccessToken)
	if emails.status != 200 || emails.text != `[{"email":"ada@example.com","primary":true,"verified":true,"visibility":"private"}]` {
		t.Errorf("emails: %d %s", emails.status, emails.text)
	}
	_, err = config.Exchange(t.Context(), q.Get("code"), oauth2.VerifierOption(verifier))
	if refused, ok := err.(*oauth2.RetrieveError); !ok || refused.ErrorCode != "bad_verification_code" || refused.Response.StatusCode != 200 {
		t.Errorf("the code again: %v", err)
	}
	if r := c.bearer("/user", token.AccessToken); r.status != 401 || r.get("message") != "Bad credentials" {
		t.Errorf("after the replay: %d %s", r.status, r.text)
	}
}

// TestGitHubToken checks how the token endpoint answers.
func TestGitHubToken(t *testing.T) {
	c := github(t)
	form := c.codeForm(c.code())
	form.Del("grant_type") // which GitHub does not ask for
	form.Del("redirect_uri")
	body := func() *strings.Reader { return strings.NewReader(form.Encode()) }
	const path, formType = "/login/oauth/access_token", "application/x-www-form-urlencoded"
	r := c.do("POST", path, body(), "Content-Type", formType, "Accept", "application/json")
	if r.status != 200 || r.get("token_type") != "bearer" || r.get("scope") != "read:user,user:email" || r.get("id_token") != "" {
		t.Errorf("%d %s", r.status, r.text)
	}
	for _, tt := range []struct{ name, field, value, want string }{
		{"secret", "client_secret", "x", "incorrect_client_credentials"},
		{"no secret", "client_secret", "", "incorrect_client_credentials"},
		{"client", "client_id", "x", "incorrect_client_credentials"},
		{"code", "code", "x", "bad_verification_code"},
		{"grant type", "grant_type", "refresh_token", "unsupported_grant_type"},
	} {
		wrong := c.codeForm(c.code())
		wrong.Set(tt.field, tt.value)
		r := c.post(path, wrong)
		answer, err := url.ParseQuery(r.text)
		if err != nil || r.status != 200 || answer.Get("error") != tt.want || answer.Get("error_description") == "" ||
			!strings.HasPrefix(r.header.Get("Content-Type"), formType) {
			t.Errorf("%s: %d %s", tt.name, r.status, r.text)
		}
	}
}

// TestGitHubScopes checks what a token without scopes opens, and that a list
// with commas is read.
func TestGitHubScopes(t *testing.T) {
	c := github(t)
	sign := func(scope string) string {
		c.change = func(q url.Values) { q.Set("scope", scope) }
		form := c.codeForm(c.code())
		r := c.do("POST", "/login/oauth/access_token", strings.NewReader(form.Encode()),
			"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json")
		if r.get("access_token") == "" {
			t.Fatalf("%q: %d %s", scope, r.status, r.text)
		}
		return r.get("access_token")
	}
	none := sign("")
	if r := c.bearer("/user", none); r.status != 200 || r.get("login") != "ada" {
		t.Errorf("/user without scopes: %d %s", r.status, r.text)
	}
	if r := c.bearer("/user/emails", none); r.status != 404 || r.get("message") != "Not Found" || c.refusedBy() != "emails_scope" {
		t.Errorf("/user/emails without scopes: %d %s", r.status, r.text)
	}
	if r := c.bearer("/user/emails", sign("read:user,user:email")); r.status != 200 {
		t.Errorf("with commas: %d %s", r.status, r.text)
	}
}

// TestGitHubHints checks GitHub's name of login_hint, and its errors.
func TestGitHubHints(t *testing.T) {
	c := github(t)
	c.change = func(q url.Values) { q.Set("login", "noa@example.com") }
	person := c.srv.Person("ada")
	person.StopAtLogin = true
	if v := c.open(person); strings.Index(v.Body, "user-noa") > strings.Index(v.Body, "user-ada") || !strings.Contains(v.Body, "Asked for") {
		t.Error("login is no hint")
	}
	for _, tt := range []struct {
		name   string
		header []string
		status int
	}{
		{"no token", nil, 401},
		{"wrong token", []string{"Authorization", "Bearer x"}, 401},
		{"Basic", []string{"Authorization", "Basic eDp5"}, 401},
		{"no User-Agent", []string{"User-Agent", ""}, 403},
	} {
		if r := c.get("/user", tt.header...); r.status != tt.status || r.get("message") == "" {
			t.Errorf("%s: %d %s", tt.name, r.status, r.text)
		}
	}
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks", "/userinfo"} {
		if r := c.get(path); r.status != 404 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

// TestGitHubEndsTokens checks GitHub's way to end a token and a grant.
func TestGitHubEndsTokens(t *testing.T) {
	c := github(t)
	person := c.srv.Person("ada")
	sign := func() string {
		form := c.codeForm(c.response(person).Get("code"))
		r := c.do("POST", "/login/oauth/access_token", strings.NewReader(form.Encode()),
			"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json")
		return r.get("access_token")
	}
	end := func(what, client, token string, header ...string) reply {
		body, _ := json.Marshal(map[string]string{"access_token": token})
		return c.do("DELETE", "/applications/"+client+"/"+what, strings.NewReader(string(body)), header...)
	}
	id := c.srv.ClientID()
	r := request(t, c.srv.Issuer())
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(c.srv.ClientSecret()))
	auth := []string{"Authorization", r.Header.Get("Authorization")}
	first, second, third := sign(), sign(), sign()
	for name, refused := range map[string]reply{
		"nobody":         end("token", id, first),
		"another client": end("token", "x", first, auth...),
		"unknown token":  end("token", id, "x", auth...),
		"no token":       end("token", id, "", auth...),
	} {
		if refused.status != 404 && refused.status != 422 || refused.get("message") == "" {
			t.Errorf("%s: %d %s", name, refused.status, refused.text)
		}
	}
	if r := end("token", id, first, auth...); r.status != 204 {
		t.Errorf("token: %d %s", r.status, r.text)
	}
	if a, b := c.bearer("/user", first).status, c.bearer("/user", second).status; a != 401 || b != 200 {
		t.Errorf("after one token: %d, %d", a, b)
	}
	if r := end("grant", id, second, auth...); r.status != 204 {
		t.Errorf("grant: %d %s", r.status, r.text)
	}
	if r := c.bearer("/user", third); r.status != 401 {
		t.Errorf("after the grant: %d", r.status)
	}
}

// TestGitHubByMocktest checks that the short way goes there too.
func TestGitHubByMocktest(t *testing.T) {
	srv := mocktest.Start(t, mockprovider.WithPersona(persona.GitHub()))
	tokens, err := mocktest.SignIn(t.Context(), srv.Person("noa"), srv)
	if err != nil || tokens.Access == "" || tokens.Refresh != "" || tokens.ID != "" {
		t.Errorf("%+v %v", tokens, err)
	}
}
