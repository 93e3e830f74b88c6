package mockprovider_test

import (
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// TestCodeRace has eight clients redeem one code at once, two hundred times.
// Never may two of them succeed.
func TestCodeRace(t *testing.T) {
	c := newClient(t)
	person := c.srv.Person("ada")
	for round := range 200 {
		form := c.codeForm(c.response(person).Get("code"))
		if n := race(c, form); n != 1 {
			t.Fatalf("round %d: the code was redeemed %d times", round, n)
		}
	}
}

// TestRefreshRace does the same with a refresh token.
func TestRefreshRace(t *testing.T) {
	c := newClient(t)
	for round := range 50 {
		if n := race(c, c.refreshForm(c.signIn().get("refresh_token"))); n != 1 {
			t.Fatalf("round %d: the refresh token was used %d times", round, n)
		}
	}
}

// race sends a form eight times at once and returns how often it succeeded.
func race(c *client, form url.Values) int {
	var done sync.WaitGroup
	var redeemed atomic.Int32
	begin := make(chan struct{})
	for range 8 {
		done.Go(func() {
			<-begin
			if c.token(form).status == 200 {
				redeemed.Add(1)
			}
		})
	}
	close(begin)
	done.Wait()
	return int(redeemed.Load())
}

// TestReplayRevokes checks that a code used twice costs everything that came
// of it.
func TestReplayRevokes(t *testing.T) {
	c := newClient(t)
	form := c.codeForm(c.code())
	tokens := c.token(form)
	refreshed := c.token(c.refreshForm(tokens.get("refresh_token")))
	if r := c.userinfo(refreshed.get("access_token")); r.status != 200 {
		t.Fatalf("before the replay: %d", r.status)
	}
	if r := c.token(form); r.status != 400 || r.get("error") != "invalid_grant" || c.refusedBy() != "code_unused" {
		t.Errorf("replay: %d %s", r.status, r.text)
	}
	checkDead(t, c, tokens)
	checkDead(t, c, refreshed)
}

// TestReuseRevokes checks that a refresh token used twice costs the family,
// the newest tokens included.
func TestReuseRevokes(t *testing.T) {
	c := newClient(t)
	first := c.signIn()
	second := c.token(c.refreshForm(first.get("refresh_token")))
	third := c.token(c.refreshForm(second.get("refresh_token")))
	if third.status != 200 {
		t.Fatalf("second refresh: %d %s", third.status, third.text)
	}
	other := c.signIn()
	if r := c.token(c.refreshForm(first.get("refresh_token"))); r.get("error") != "invalid_grant" || c.refusedBy() != "refresh_unused" {
		t.Errorf("reuse: %d %s", r.status, r.text)
	}
	for _, tokens := range []reply{first, second, third} {
		checkDead(t, c, tokens)
	}
	if r := c.userinfo(other.get("access_token")); r.status != 200 {
		t.Errorf("another family got %d", r.status)
	}
}

func checkDead(t *testing.T, c *client, tokens reply) {
	t.Helper()
	if r := c.userinfo(tokens.get("access_token")); r.status != 401 {
		t.Errorf("userinfo with a dead token: %d", r.status)
	}
	if c.srv.PeopleAPI() != "" {
		if r := c.bearer("/v1/people/me?personFields=names", tokens.get("access_token")); r.status != 401 {
			t.Errorf("People API with a dead token: %d", r.status)
		}
	}
	if r := c.token(c.refreshForm(tokens.get("refresh_token"))); r.status != 400 {
		t.Errorf("refresh with a dead token: %d", r.status)
	}
}

// TestRevoke checks revocation by either token, in both personas.
func TestRevoke(t *testing.T) {
	for _, which := range []string{"access_token", "refresh_token"} {
		t.Run("google by "+which, func(t *testing.T) {
			c := newClient(t)
			tokens, other := c.signIn(), c.signIn()
			if r := c.post("/revoke", url.Values{"token": {tokens.get(which)}}); r.status != 200 {
				t.Fatalf("%d %s", r.status, r.text)
			}
			checkDead(t, c, tokens)
			checkDead(t, c, other) // Google ends all that the user gave the client
			if r := c.post("/revoke", url.Values{"token": {tokens.get(which)}}); r.status != 400 || r.get("error") != "invalid_token" {
				t.Errorf("again: %d %s", r.status, r.text)
			}
		})
		t.Run("plain by "+which, func(t *testing.T) {
			c := newClient(t, mockprovider.WithPersona(persona.Plain()))
			tokens, other := c.signIn(), c.signIn()
			form := url.Values{"token": {tokens.get(which)}, "client_id": {c.srv.ClientID()}}
			for range 2 { // an unknown token is no error (RFC 7009 §2.2)
				if r := c.post("/revoke", form); r.status != 200 {
					t.Fatalf("%d %s", r.status, r.text)
				}
			}
			checkDead(t, c, tokens)
			if r := c.userinfo(other.get("access_token")); r.status != 200 {
				t.Errorf("another family got %d", r.status)
			}
		})
	}
	t.Run("plain refuses", func(t *testing.T) {
		first, second := persona.Plain().Client, persona.Plain().Client
		second.ID = "second"
		c := newClient(t, mockprovider.WithPersona(persona.Plain()), mockprovider.WithClients(first, second))
		tokens := c.signIn()
		for _, tt := range []struct {
			form  url.Values
			check string
		}{
			{url.Values{"token": {tokens.get("refresh_token")}}, "client_known"},
			{url.Values{"token": {tokens.get("refresh_token")}, "client_id": {"second"}}, "revoke_client"},
			{url.Values{"client_id": {"second"}}, "revoke_token_present"},
		} {
			if r := c.post("/revoke", tt.form); r.status/100 != 4 || c.refusedBy() != tt.check {
				t.Errorf("%d %s by %q, want %q", r.status, r.text, c.refusedBy(), tt.check)
			}
		}
		if r := c.userinfo(tokens.get("access_token")); r.status != 200 {
			t.Errorf("the token died: %d", r.status)
		}
	})
}

// TestBearer checks how userinfo wants its token (RFC 6750).
func TestBearer(t *testing.T) {
	c := newClient(t, mockprovider.WithPersona(persona.Plain()))
	token := c.signIn().get("access_token")
	for _, tt := range []struct {
		name, path string
		header     []string
		status     int
		challenge  string
	}{
		{"right", "/userinfo", []string{"Authorization", "Bearer " + token}, 200, ""},
		{"scheme in another letter case", "/userinfo", []string{"Authorization", "bearer " + token}, 200, ""},
		{"missing", "/userinfo", nil, 401, `Bearer realm="mock"`},
		{"Basic", "/userinfo", []string{"Authorization", "Basic " + token}, 401, `Bearer realm="mock"`},
		{"unknown", "/userinfo", []string{"Authorization", "Bearer x" + token}, 401, `error="invalid_token"`},
		{"twice", "/userinfo", []string{"Authorization", "Bearer " + token, "Authorization", "Bearer " + token}, 401, "Bearer"},
		{"in the address", "/userinfo?access_token=" + token, nil, 400, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := c.get(tt.path, tt.header...)
			if r.status != tt.status || !strings.Contains(r.header.Get("WWW-Authenticate"), tt.challenge) {
				t.Errorf("%d, WWW-Authenticate %q", r.status, r.header.Get("WWW-Authenticate"))
			}
		})
	}
	c.change = func(q url.Values) { q.Set("scope", "email") }
	r := c.userinfo(c.signIn().get("access_token"))
	if r.status != 403 || !strings.Contains(r.header.Get("WWW-Authenticate"), `error="insufficient_scope"`) {
		t.Errorf("without openid: %d %q", r.status, r.header.Get("WWW-Authenticate"))
	}
}

// TestControl checks the methods that tests use.
func TestControl(t *testing.T) {
	c := newClient(t)
	tokens := c.signIn()
	if n := c.srv.Grants("ada"); n != 1 {
		t.Errorf("%d grants", n)
	}
	if n := c.srv.ExpireAccessTokens(); n != 1 {
		t.Errorf("%d access tokens", n)
	}
	if r := c.userinfo(tokens.get("access_token")); r.status != 401 {
		t.Errorf("expired: %d", r.status)
	}
	tokens = c.token(c.refreshForm(tokens.get("refresh_token")))
	if tokens.status != 200 {
		t.Fatalf("refresh: %d %s", tokens.status, tokens.text)
	}
	if n := c.srv.RevokeUser("sam"); n != 0 {
		t.Errorf("Sam had %d", n)
	}
	if n := c.srv.RevokeUser("ada@example.com"); n != 1 {
		t.Errorf("Ada had %d", n)
	}
	checkDead(t, c, tokens)
}

// TestBounded checks that the number of refresh tokens is capped as Google
// does it: the oldest dies silently.
func TestBounded(t *testing.T) {
	plays := persona.Google()
	plays.MaxRefreshTokens = 3
	c := newClient(t, mockprovider.WithPersona(plays))
	first := c.signIn()
	for range 3 {
		c.signIn()
	}
	checkDead(t, c, first)
	if n := c.srv.Grants(""); n != 3 {
		t.Errorf("%d grants", n)
	}
}
