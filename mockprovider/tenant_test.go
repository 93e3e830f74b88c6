package mockprovider_test

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// twoTenants are two clients of two tenants of one server.
func twoTenants(t *testing.T, options ...mockprovider.Option) (srv *mocktest.Server, red, blue *client) {
	t.Helper()
	srv = mocktest.Start(t, options...)
	return srv, clientOf(t, srv.Tenant(t, "red")), clientOf(t, srv.Tenant(t, "blue"))
}

// TestTenantSignIn walks the whole way below /t/NAME/ in each persona, and has
// go-oidc judge the metadata and the ID token.
func TestTenantSignIn(t *testing.T) {
	for _, name := range persona.Names() {
		t.Run(name, func(t *testing.T) {
			plays, _ := persona.ByName(name)
			srv := mocktest.Start(t)
			c := clientOf(t, srv.Tenant(t, "blue", mockprovider.WithPersona(plays)))
			if want := srv.Issuer() + "/t/blue"; c.srv.Issuer() != want {
				t.Fatalf("issuer %q, want %q", c.srv.Issuer(), want)
			}
			if !plays.OpenID {
				if _, err := mocktest.SignIn(t.Context(), c.srv.Person("ada"), c.srv); err != nil {
					t.Error(err)
				}
				return
			}
			tokens := c.signIn()
			checkIDToken(t, c, tokens, mockprovider.ES256)
			info := c.userinfo(tokens.get("access_token"))
			if picture := info.get("picture"); !strings.HasPrefix(picture, c.srv.Issuer()+"/picture/") {
				t.Errorf("picture %q", picture)
			}
			if r := c.get("/picture/ada"); r.status != 200 {
				t.Errorf("picture: %d", r.status)
			}
			if n := len(srv.Journal().Entries()); n != 0 {
				t.Errorf("the parent's journal has %d entries", n)
			}
			if n := len(c.srv.Journal().Entries()); n < 8 {
				t.Errorf("the tenant's journal has %d entries", n)
			}
		})
	}
}

// TestTenantMetadata checks where RFC 8414 and OpenID Discovery look for a
// tenant's metadata.
func TestTenantMetadata(t *testing.T) {
	srv, red, _ := twoTenants(t)
	root := clientOf(t, srv)
	want := red.get("/.well-known/openid-configuration")
	if want.status != 200 || want.get("issuer") != red.srv.Issuer() || want.get("token_endpoint") != red.srv.Issuer()+"/token" {
		t.Errorf("%d %s", want.status, want.text)
	}
	if got := root.get("/.well-known/oauth-authorization-server/t/red"); got.text != want.text {
		t.Errorf("RFC 8414: %d %s", got.status, got.text)
	}
	if got := root.get("/.well-known/oauth-authorization-server"); got.get("issuer") != srv.Issuer() {
		t.Errorf("RFC 8414, without a tenant: %d %s", got.status, got.text)
	}
}

// TestTenantsAreApart checks that nothing of one tenant counts at another.
func TestTenantsAreApart(t *testing.T) {
	srv, red, blue := twoTenants(t)
	tokens := red.signIn()
	t.Run("keys", func(t *testing.T) {
		if red.get("/oauth2/v3/certs").text == blue.get("/oauth2/v3/certs").text {
			t.Error("the same keys")
		}
	})
	t.Run("tokens", func(t *testing.T) {
		if r := blue.userinfo(tokens.get("access_token")); r.status != 401 {
			t.Errorf("access token: %d", r.status)
		}
		if r := blue.token(blue.refreshForm(tokens.get("refresh_token"))); r.status != 400 || blue.refusedBy() != "refresh_known" {
			t.Errorf("refresh token: %d", r.status)
		}
		if r := clientOf(t, srv).userinfo(tokens.get("access_token")); r.status != 401 {
			t.Errorf("at the parent: %d", r.status)
		}
	})
	t.Run("codes", func(t *testing.T) {
		form := blue.codeForm(red.code())
		if r := blue.token(form); r.status != 400 || blue.refusedBy() != "code_known" {
			t.Errorf("%d %s", r.status, r.text)
		}
	})
	t.Run("clock", func(t *testing.T) {
		red.srv.Advance(2 * time.Hour)
		defer red.srv.ResetTime()
		if d := red.srv.Now().Sub(blue.srv.Now()); d < time.Hour {
			t.Errorf("the other clock went along: %v", d)
		}
		if d := red.srv.Now().Sub(srv.Now()); d < time.Hour {
			t.Errorf("the parent's clock went along: %v", d)
		}
	})
	t.Run("one browser", func(t *testing.T) {
		_, red, blue := twoTenants(t, mockprovider.WithPersona(persona.Plain()))
		person := red.srv.Person("ada")
		red.response(person)
		person.StopAtLogin, person.StopAtConsent = true, true
		if v := blue.open(person); !strings.HasPrefix(v.URL, blue.srv.Issuer()+"/_mock/login") {
			t.Errorf("signed in there too: %s", v.URL)
		}
		if v := red.open(person); !strings.HasPrefix(v.URL, red.srv.Issuer()+"/_mock/consent") {
			t.Errorf("not signed in any more: %s", v.URL)
		}
	})
	t.Run("cookies", func(t *testing.T) {
		path := red.srv.Persona().Paths.Authorization
		for _, c := range []*client{red, blue} {
			r := c.get(path + "?" + c.request().Encode())
			if got := r.header.Get("Set-Cookie"); !strings.Contains(got, "; Path=/t/"+c.srv.TenantName()+"/;") {
				t.Errorf("cookie %q", got)
			}
		}
	})
}

// TestTenantOptions checks what tenants inherit, and what they can have of
// their own.
func TestTenantOptions(t *testing.T) {
	hooked := 0
	srv := mocktest.Start(t, mockprovider.WithPersona(persona.Plain()), mockprovider.WithTokenLifetime(7*time.Second),
		mockprovider.WithHook(mockprovider.StageTransport, func(*mockprovider.Event) { hooked++ }))
	noa := mockprovider.SeedUsers()[2]
	red := clientOf(t, srv.Tenant(t, "red", mockprovider.WithUsers(noa)))
	if got := red.srv.Users(); len(got) != 1 || got[0].Key != "noa" {
		t.Errorf("users %v", got)
	}
	blue := clientOf(t, srv.Tenant(t, "blue"))
	if tokens := blue.signIn(); tokens.json["expires_in"] != 7.0 || blue.srv.Persona().Name != "plain" {
		t.Errorf("%s", tokens.text)
	}
	if hooked != 0 {
		t.Errorf("the parent's hook ran %d times", hooked)
	}
	if blue.srv.ControlToken() != srv.ControlToken() {
		t.Error("the control token is another")
	}
}

// TestTenantRefuses checks names and options that cannot be.
func TestTenantRefuses(t *testing.T) {
	srv := mocktest.Start(t)
	for _, name := range []string{"", "Red", "a b", "../x", "a/b", "{x}", "-a", "a-", strings.Repeat("a", 64), "ä"} {
		if _, err := srv.Provider.Tenant(name); err == nil {
			t.Errorf("accepts the name %q", name)
		}
	}
	red, err := srv.Provider.Tenant("red")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := srv.Provider.Tenant("red"); err != nil || again != red {
		t.Errorf("asking again: %v", err)
	}
	if _, err := srv.Provider.Tenant("red", mockprovider.WithPasswordForm()); err == nil {
		t.Error("an existing tenant takes options")
	}
	if _, err := srv.Provider.Tenant("green", mockprovider.WithIssuer("http://other.example")); err == nil {
		t.Error("a tenant takes an issuer")
	}
	if _, err := red.Tenant("inner"); err == nil {
		t.Error("a tenant has tenants")
	}
	if err := red.Start(t.Context(), "127.0.0.1:0"); err == nil {
		t.Error("a tenant listens")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := red.Serve(t.Context(), listener); err == nil {
		t.Error("a tenant serves")
	}
	if _, err := listener.Accept(); err == nil {
		t.Error("the listener is still open")
	}
}

// TestTenantHost checks that a tenant answers under its own name only.
func TestTenantHost(t *testing.T) {
	_, red, _ := twoTenants(t)
	if r := red.get("/.well-known/openid-configuration", "Host", "evil.example"); r.status != http.StatusMisdirectedRequest {
		t.Errorf("%d", r.status)
	}
}

// TestTenantsComeAndGo makes, uses and removes tenants at once.
func TestTenantsComeAndGo(t *testing.T) {
	srv := mocktest.Start(t)
	var all sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		all.Go(func() {
			for range 20 {
				p, err := srv.Provider.Tenant(name)
				if err != nil {
					t.Error(err)
					return
				}
				response, err := http.Get(p.Issuer() + "/.well-known/openid-configuration")
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
				if response.StatusCode != 200 || len(srv.Tenants()) == 0 || !srv.RemoveTenant(name) {
					t.Errorf("%s: %d", name, response.StatusCode)
				}
			}
		})
	}
	all.Wait()
	if len(srv.Tenants()) != 0 || srv.RemoveTenant("a") || srv.FindTenant("a") != nil {
		t.Error("something is left")
	}
	if r := clientOf(t, srv).get("/t/a/.well-known/openid-configuration"); r.status != 404 {
		t.Errorf("after its end: %d", r.status)
	}
}

// TestTenantSnapshot checks that tenants outlive the process as well.
func TestTenantSnapshot(t *testing.T) {
	srv, red, _ := twoTenants(t)
	tokens := red.signIn()
	data, err := srv.Snapshot()
	if err != nil || !json.Valid(data) {
		t.Fatal(err)
	}
	again := mocktest.Start(t, mockprovider.WithSnapshot(data))
	// A tenant that nobody asked for is not forgotten at the next snapshot.
	if data, err = again.Snapshot(); err != nil {
		t.Fatal(err)
	}
	again = mocktest.Start(t, mockprovider.WithSnapshot(data))
	c := clientOf(t, again.Tenant(t, "red"))
	if r := c.userinfo(tokens.get("access_token")); r.status != 200 {
		t.Errorf("access token: %d %s", r.status, r.text)
	}
	if r := clientOf(t, again.Tenant(t, "blue")).userinfo(tokens.get("access_token")); r.status != 401 {
		t.Errorf("at the other: %d", r.status)
	}
}

// TestClock checks how the clock is moved, stopped and let go.
func TestClock(t *testing.T) {
	ticking := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	c := newClient(t, mockprovider.WithClock(func() time.Time { return ticking }))
	shows := func(what string, want time.Time) {
		t.Helper()
		if got := c.srv.Now(); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	shows("at first", ticking)
	day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	c.srv.SetTime(day)
	ticking = ticking.Add(time.Second)
	shows("set, a second later", day.Add(time.Second))
	c.srv.FreezeTime()
	ticking = ticking.Add(time.Hour)
	shows("frozen", day.Add(time.Second))
	tokens := c.signIn()
	c.srv.Advance(2 * time.Hour)
	shows("frozen and moved", day.Add(2*time.Hour+time.Second))
	if r := c.userinfo(tokens.get("access_token")); r.status != 401 || !c.srv.TimeFrozen() {
		t.Errorf("two hours later: %d", r.status)
	}
	c.srv.SetTime(day)
	ticking = ticking.Add(time.Hour)
	shows("frozen and set", day)
	c.srv.ResumeTime()
	shows("resumed", day)
	ticking = ticking.Add(time.Minute)
	shows("resumed, a minute later", day.Add(time.Minute))
	c.srv.ResetTime()
	shows("reset", ticking)
	for _, far := range []func(){
		func() { c.srv.SetTime(time.Date(20_000, 1, 1, 0, 0, 0, 0, time.UTC)) },
		func() { c.srv.SetTime(time.Date(-20_000, 1, 1, 0, 0, 0, 0, time.UTC)) },
		func() { c.srv.Advance(1<<63 - 1); c.srv.Advance(1<<63 - 1) },
		func() { c.srv.Advance(-1 << 63); c.srv.Advance(-1 << 63) },
		func() { c.srv.FreezeTime(); c.srv.SetTime(time.Date(20_000, 1, 1, 0, 0, 0, 0, time.UTC)) },
	} {
		far()
		if r := c.get("/_mock/journal", "Authorization", "Bearer "+c.srv.ControlToken()); r.status != 200 {
			t.Errorf("at %v: %d %s", c.srv.Now(), r.status, r.text)
		}
		c.signIn()
		if _, err := c.srv.Snapshot(); err != nil {
			t.Errorf("at %v: %v", c.srv.Now(), err)
		}
		c.srv.ResetTime()
	}
}
