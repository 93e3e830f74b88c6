package mockprovider_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

var interactionID = regexp.MustCompile(`name="i" value="([^"]+)"`)

// loginForm opens the login page and returns the form's id and the cookie.
func loginForm(t *testing.T, c *client) (id, cookie string) {
	t.Helper()
	r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer()))
	cookie, _, _ = strings.Cut(r.header.Get("Set-Cookie"), ";")
	page := c.get(r.header.Get("Location"), "Cookie", cookie)
	m := interactionID.FindStringSubmatch(page.text)
	if m == nil {
		t.Fatalf("no form on the login page: %d %s", page.status, page.text)
	}
	return m[1], cookie
}

// TestFormsAreGuarded checks that nobody but the person at this browser can
// answer a page, and only once.
func TestFormsAreGuarded(t *testing.T) {
	const formType = "application/x-www-form-urlencoded"
	post := func(c *client, path, id, answer string, header ...string) reply {
		return c.do("POST", path, strings.NewReader("i="+id+"&"+answer), append(header, "Content-Type", formType)...)
	}
	t.Run("without the cookie", func(t *testing.T) {
		c := newClient(t)
		id, _ := loginForm(t, c)
		if r := post(c, "/_mock/login", id, "user=ada%40example.com"); r.status != 403 || c.refusedBy() != "interaction_browser" {
			t.Errorf("%d %s", r.status, c.refusedBy())
		}
		if r := c.get("/_mock/login?i=" + id); r.status != 403 {
			t.Errorf("page: %d", r.status)
		}
	})
	t.Run("from another browser", func(t *testing.T) {
		c := newClient(t)
		id, _ := loginForm(t, c)
		_, other := loginForm(t, c)
		if r := post(c, "/_mock/login", id, "user=ada%40example.com", "Cookie", other); r.status != 403 || c.refusedBy() != "interaction_browser" {
			t.Errorf("%d %s", r.status, c.refusedBy())
		}
	})
	t.Run("twice", func(t *testing.T) {
		c := newClient(t)
		id, cookie := loginForm(t, c)
		r := post(c, "/_mock/login", id, "user=ada%40example.com", "Cookie", cookie)
		if r.status != 303 {
			t.Fatalf("%d %s", r.status, r.text)
		}
		cookie, _, _ = strings.Cut(r.header.Get("Set-Cookie"), ";")
		if r := post(c, "/_mock/login", id, "user=noa%40example.com", "Cookie", cookie); r.status != 410 || c.refusedBy() != "interaction_known" {
			t.Errorf("%d %s", r.status, c.refusedBy())
		}
	})
	t.Run("from another site's page", func(t *testing.T) {
		c := newClient(t)
		id, cookie := loginForm(t, c)
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "http://127.0.0.1:1"}} {
			if r := post(c, "/_mock/login", id, "user=ada%40example.com", append(header, "Cookie", cookie)...); r.status != 403 || c.refusedBy() != "form_origin" {
				t.Errorf("%q: %d %s", header, r.status, c.refusedBy())
			}
		}
	})
	t.Run("consent before login", func(t *testing.T) {
		c := newClient(t)
		id, cookie := loginForm(t, c)
		if r := c.get("/_mock/consent?i="+id, "Cookie", cookie); r.status != 400 || c.refusedBy() != "consent_after_login" {
			t.Errorf("page: %d %s", r.status, c.refusedBy())
		}
		if r := post(c, "/_mock/consent", id, "action=allow&scope=email", "Cookie", cookie); r.status != 400 || c.refusedBy() != "consent_after_login" {
			t.Errorf("%d %s", r.status, c.refusedBy())
		}
	})
	t.Run("too late", func(t *testing.T) {
		c := newClient(t)
		id, cookie := loginForm(t, c)
		c.srv.Advance(11 * time.Minute)
		if r := post(c, "/_mock/login", id, "user=ada%40example.com", "Cookie", cookie); r.status != 410 {
			t.Errorf("%d", r.status)
		}
	})
	t.Run("the cookie changes at sign-in", func(t *testing.T) {
		c := newClient(t)
		id, cookie := loginForm(t, c)
		r := post(c, "/_mock/login", id, "user=ada%40example.com", "Cookie", cookie)
		if fresh, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";"); fresh == "" || fresh == cookie {
			t.Errorf("cookie %q after %q", fresh, cookie)
		}
		if r := c.get(r.header.Get("Location"), "Cookie", cookie); r.status != 403 {
			t.Errorf("with the cookie from before: %d", r.status)
		}
	})
}

// TestPageHeaders checks what keeps pages out of frames, caches and scripts.
func TestPageHeaders(t *testing.T) {
	c := newClient(t)
	r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer()))
	cookie := r.header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("cookie %q", cookie)
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	login := c.get(r.header.Get("Location"), "Cookie", cookie)
	for name, page := range map[string]reply{"login": login, "home": c.get("/"), "error": c.get("/o/oauth2/v2/auth")} {
		csp := page.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: no %s in %q", name, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") || strings.Contains(page.text, "<script") {
			t.Errorf("%s: scripts are allowed: %q", name, csp)
		}
		for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"} {
			if got := page.header.Get(header); got != want {
				t.Errorf("%s: %s = %q", name, header, got)
			}
		}
		if !strings.Contains(page.text, "Test provider") {
			t.Errorf("%s: no banner", name)
		}
		if page.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: CORS", name)
		}
	}
}

// TestHost checks that the provider answers under its own name only.
func TestHost(t *testing.T) {
	c := newClient(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(c.srv.Issuer(), "http://"), ":")
	for _, host := range []string{"localhost:" + port, "evil.example:" + port, "127.0.0.1", "127.0.0.1:1"} {
		for _, path := range []string{"/.well-known/openid-configuration", "/_mock/journal", "/"} {
			if r := c.get(path, "Host", host, "Authorization", "Bearer "+c.srv.ControlToken()); r.status != http.StatusMisdirectedRequest {
				t.Errorf("%s as %s: %d", path, host, r.status)
			}
		}
	}
}

// TestEscaping checks that what strangers send is text on a page.
func TestEscaping(t *testing.T) {
	c := newClient(t, mockprovider.WithPasswordForm())
	const evil = `"><script>alert(1)</script>`
	c.change = func(q url.Values) { q.Set("redirect_uri", evil) }
	if r := c.get(strings.TrimPrefix(c.authorizeURL(), c.srv.Issuer())); strings.Contains(r.text, "<script") {
		t.Error(r.text)
	}
	c.change = func(q url.Values) { q.Set("login_hint", evil) }
	p := c.srv.Person("ada")
	p.StopAtLogin = true
	if v := c.open(p); strings.Contains(v.Body, "<script") || !strings.Contains(v.Body, "&lt;script") {
		t.Error(v.Body)
	}
}

// TestPasswordForm checks the form of the separate program, and that it is
// not there otherwise.
func TestPasswordForm(t *testing.T) {
	const formType = "application/x-www-form-urlencoded"
	for _, tt := range []struct {
		name, answer string
		options      []mockprovider.Option
		status       int
	}{
		{"right", "email=noa%40example.com&password=test", []mockprovider.Option{mockprovider.WithPasswordForm()}, 303},
		{"wrong password", "email=noa%40example.com&password=x", []mockprovider.Option{mockprovider.WithPasswordForm()}, 422},
		{"no password", "email=noa%40example.com", []mockprovider.Option{mockprovider.WithPasswordForm()}, 422},
		{"unknown address", "email=x%40example.com&password=test", []mockprovider.Option{mockprovider.WithPasswordForm()}, 422},
		{"no form", "email=noa%40example.com&password=test", nil, 422},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, tt.options...)
			id, cookie := loginForm(t, c)
			r := c.do("POST", "/_mock/login", strings.NewReader("i="+id+"&"+tt.answer), "Content-Type", formType, "Cookie", cookie)
			if r.status != tt.status {
				t.Errorf("%d %s", r.status, r.text)
			}
			if r.status == 422 && (!strings.Contains(r.text, `role="alert"`) || !interactionID.MatchString(r.text)) {
				t.Errorf("the page says nothing or cannot be used again: %s", r.text)
			}
		})
	}
}

// TestPrompt checks who is asked what, with a browser that is signed in.
func TestPrompt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		persona persona.Persona
		change  func(url.Values)
		advance time.Duration
		want    string // page: login, consent; or an error, or "code"
	}{
		{"plain again", persona.Plain(), nil, 0, "consent"},
		{"plain login", persona.Plain(), func(q url.Values) { q.Set("prompt", "login") }, 0, "login"},
		{"plain select_account", persona.Plain(), func(q url.Values) { q.Set("prompt", "select_account") }, 0, "login"},
		{"plain consent", persona.Plain(), func(q url.Values) { q.Set("prompt", "consent") }, 0, "consent"},
		{"plain none", persona.Plain(), func(q url.Values) { q.Set("prompt", "none") }, 0, "code"},
		{"plain none, other hint", persona.Plain(), func(q url.Values) { q.Set("prompt", "none"); q.Set("login_hint", "noa@example.com") }, 0, "login_required"},
		{"plain none, a day later", persona.Plain(), func(q url.Values) { q.Set("prompt", "none") }, 25 * time.Hour, "login_required"},
		{"plain max_age passed", persona.Plain(), func(q url.Values) { q.Set("max_age", "60") }, 61 * time.Second, "login"},
		{"plain max_age not passed", persona.Plain(), func(q url.Values) { q.Set("max_age", "60") }, 59 * time.Second, "consent"},
		{"google again", persona.Google(), nil, 0, "login"},
		{"google with hint", persona.Google(), func(q url.Values) { q.Set("login_hint", "ada@example.com") }, 0, "consent"},
		{"google with sub as hint", persona.Google(), func(q url.Values) { q.Set("login_hint", "108204268033311374519") }, 0, "consent"},
		{"google with other hint", persona.Google(), func(q url.Values) { q.Set("login_hint", "noa@example.com") }, 0, "login"},
		{"google none, more than allowed", persona.Google(), func(q url.Values) {
			q.Set("prompt", "none")
			q.Set("scope", "openid https://www.googleapis.com/auth/user.birthday.read")
		}, 0, "consent_required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, mockprovider.WithPersona(tt.persona))
			p := c.srv.Person("ada")
			c.response(p)
			c.change = tt.change
			c.srv.Advance(tt.advance)
			p.StopAtLogin, p.StopAtConsent = true, true
			v := c.open(p)
			u, err := url.Parse(v.URL)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.TrimPrefix(u.Path, "/_mock/")
			if u.Path == "/callback" {
				if got = u.Query().Get("error"); got == "" && u.Query().Get("code") != "" {
					got = "code"
				}
			}
			if got != tt.want {
				t.Errorf("ended at %q, want %q", got, tt.want)
			}
		})
	}
}

// TestJournal checks who may read the journal, and what it holds.
func TestJournal(t *testing.T) {
	c := newClient(t)
	tokens := c.signIn()
	for _, header := range [][]string{nil, {"Authorization", "Bearer x"}, {"Authorization", c.srv.ControlToken()}, {"Cookie", c.srv.ControlToken()}} {
		if r := c.get("/_mock/journal", header...); r.status != 401 || strings.Contains(r.text, "authorize") {
			t.Errorf("%q: %d", header, r.status)
		}
	}
	r := c.get("/_mock/journal?redact=1", "Authorization", "Bearer "+c.srv.ControlToken())
	if r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Fatalf("%d %s", r.status, r.text)
	}
	entries, _ := r.json["entries"].([]any)
	var seen []string
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		if entry["endpoint"] == "control" {
			continue // the refused ones above
		}
		seen = append(seen, entry["endpoint"].(string))
		if entry["endpoint"] == "token" && (entry["grant_type"] != "authorization_code" || entry["status"] != 200.0 || entry["client_id"] != c.srv.ClientID()) {
			t.Errorf("token entry: %v", entry)
		}
	}
	if got := strings.Join(seen, " "); got != "authorize login login consent consent token" {
		t.Errorf("endpoints: %s", got)
	}
	for _, secret := range []string{tokens.get("access_token"), tokens.get("refresh_token"), c.srv.ClientSecret(), verifier} {
		if strings.Contains(r.text, secret) {
			t.Error("the journal holds a secret")
		}
	}
	c.token(c.refreshForm("bogus"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	e, err := c.srv.Journal().WaitFor(ctx, func(e mocktest.Entry) bool { return e.RefusedBy == "refresh_known" })
	if err != nil || e.Spec == "" || e.Error != "invalid_grant" || e.GrantType != "refresh_token" {
		t.Errorf("%+v %v", e, err)
	}
}
