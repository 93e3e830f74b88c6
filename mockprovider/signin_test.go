package mockprovider_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// TestSignIn walks the whole way in each persona and with each algorithm, and
// lets go-oidc judge discovery document, key set and ID token.
func TestSignIn(t *testing.T) {
	for _, tt := range []struct {
		name, algorithm string
		persona         persona.Persona
	}{
		{"google RS256", mockprovider.RS256, persona.Google()},
		{"google ES256", mockprovider.ES256, persona.Google()},
		{"plain RS256", mockprovider.RS256, persona.Plain()},
		{"plain ES256", mockprovider.ES256, persona.Plain()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, mockprovider.WithPersona(tt.persona), mockprovider.WithSigning(tt.algorithm))
			response := c.response(c.srv.Person("ada"))
			if got := response.Get("state"); got != state {
				t.Errorf("state = %q, want it back exactly: %q", got, state)
			}
			if got := response.Get("iss"); got != c.srv.Issuer() {
				t.Errorf("iss = %q, want the issuer", got)
			}
			tokens := c.token(c.codeForm(response.Get("code")))
			if tokens.status != 200 {
				t.Fatalf("token response: %d %s", tokens.status, tokens.text)
			}
			if got := tokens.header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control = %q (RFC 6749 §5.1)", got)
			}
			if got, _ := tokens.json["expires_in"].(float64); got != float64(tt.persona.ExpiresIn) {
				t.Errorf("expires_in = %v, want %d seconds", tokens.json["expires_in"], tt.persona.ExpiresIn)
			}
			for _, name := range []string{"access_token", "refresh_token", "id_token"} {
				if tokens.get(name) == "" {
					t.Errorf("no %s in %s", name, tokens.text)
				}
			}
			checkIDToken(t, c, tokens, tt.algorithm)
			info := c.userinfo(tokens.get("access_token"))
			if info.get("sub") != "108204268033311374519" || info.get("email") != "ada@example.com" ||
				info.get("name") != "Ada Lovelace" || info.json["email_verified"] != true {
				t.Errorf("userinfo: %d %s", info.status, info.text)
			}
		})
	}
}

func checkIDToken(t *testing.T, c *client, tokens reply, algorithm string) {
	t.Helper()
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, c.srv.Issuer())
	if err != nil {
		t.Fatalf("go-oidc refuses the discovery document: %v", err)
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: c.srv.ClientID(), SupportedSigningAlgs: []string{algorithm}})
	token, err := verifier.Verify(ctx, tokens.get("id_token"))
	if err != nil {
		t.Fatalf("go-oidc refuses the ID token: %v", err)
	}
	if token.Nonce != nonce {
		t.Errorf("nonce = %q, want %q", token.Nonce, nonce)
	}
	if err := token.VerifyAccessToken(tokens.get("access_token")); err != nil {
		t.Errorf("at_hash: %v", err)
	}
	var claims struct {
		AZP      string `json:"azp"`
		IAT      int64  `json:"iat"`
		AuthTime int64  `json:"auth_time"`
		Name     string `json:"name"`
	}
	if err := token.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if claims.AZP != c.srv.ClientID() || claims.AuthTime == 0 || claims.IAT < claims.AuthTime {
		t.Errorf("claims: %+v", claims)
	}
	if want := c.srv.Persona().ClaimsInIDToken; (claims.Name != "") != want {
		t.Errorf("name %q in the ID token, want claims there: %v", claims.Name, want)
	}
}

// TestPictures checks that who should have a picture has one, and Sam has not.
func TestPictures(t *testing.T) {
	c := newClient(t)
	for _, u := range c.srv.Users() {
		r := c.get("/picture/" + u.Key)
		if has := r.status == 200 && strings.HasPrefix(r.text, "\x89PNG"); has != (u.Portrait != nil) {
			t.Errorf("%s: status %d", u.Key, r.status)
		}
	}
}

// TestSeedUsers checks what the seeded users are for.
func TestSeedUsers(t *testing.T) {
	users := mockprovider.SeedUsers()
	if len(users) != 4 {
		t.Fatalf("%d users", len(users))
	}
	if n := len([]rune(users[1].Name)); n != 120 {
		t.Errorf("the long name has %d characters", n)
	}
	if users[3].EmailVerified || users[3].Portrait != nil {
		t.Error("the fourth has a picture or a verified address")
	}
	for _, u := range users {
		if local, _, _ := strings.Cut(u.Email, "@"); local != u.Key {
			t.Errorf("key %q is not the first part of %q", u.Key, u.Email)
		}
	}
}

// TestConsent checks what the answers on the consent page lead to.
func TestConsent(t *testing.T) {
	const birthday = "https://www.googleapis.com/auth/user.birthday.read"
	t.Run("unticked scope is not granted and not answered", func(t *testing.T) {
		c := newClient(t)
		p := c.srv.Person("ada")
		p.Untick = []string{"email"}
		tokens := c.token(c.codeForm(c.response(p).Get("code")))
		if got := strings.Fields(tokens.get("scope")); slices.Contains(got, "https://www.googleapis.com/auth/userinfo.email") || len(got) != 2 {
			t.Errorf("scope = %q", got)
		}
		if info := c.userinfo(tokens.get("access_token")); info.json["email"] != nil || info.get("name") == "" {
			t.Errorf("userinfo: %s", info.text)
		}
	})
	t.Run("only what is ticked is granted", func(t *testing.T) {
		c := newClient(t)
		p := c.srv.Person("ada")
		p.Tick = []string{"email"}
		tokens := c.token(c.codeForm(c.response(p).Get("code")))
		if got := tokens.get("scope"); got != "openid https://www.googleapis.com/auth/userinfo.email" {
			t.Errorf("scope = %q", got)
		}
	})
	t.Run("nothing ticked is a sign-in and no more", func(t *testing.T) {
		c := newClient(t)
		p := c.srv.Person("ada")
		p.Untick = []string{"email", "profile"}
		tokens := c.token(c.codeForm(c.response(p).Get("code")))
		if got := tokens.get("scope"); got != "openid" {
			t.Errorf("scope = %q", got)
		}
	})
	t.Run("nothing ticked and nothing else is a denial", func(t *testing.T) {
		c := newClient(t)
		c.change = func(q url.Values) { q.Set("scope", "email profile") }
		p := c.srv.Person("ada")
		p.Untick = []string{"email", "profile"}
		if q := c.response(p); q.Get("error") != "access_denied" {
			t.Errorf("response: %v", q)
		}
		if by := c.refusedBy(); by != "consent_nothing_ticked" {
			t.Errorf("refused by %s", by)
		}
	})
	t.Run("denied", func(t *testing.T) {
		c := newClient(t)
		p := c.srv.Person("ada")
		p.Deny = true
		q := c.response(p)
		if q.Get("error") != "access_denied" || q.Get("state") != state || q.Get("iss") != c.srv.Issuer() || q.Has("code") {
			t.Errorf("response: %v", q)
		}
	})
	t.Run("cancelled at login", func(t *testing.T) {
		c := newClient(t)
		p := c.srv.Person("ada")
		p.Cancel = true
		if q := c.response(p); q.Get("error") != "access_denied" {
			t.Errorf("response: %v", q)
		}
	})
	t.Run("long scope by its last part", func(t *testing.T) {
		c := newClient(t)
		c.change = func(q url.Values) { q.Set("scope", "openid profile "+birthday) }
		p := c.srv.Person("ada")
		p.Untick = []string{"user.birthday.read"}
		if q := c.response(p); strings.Contains(q.Get("scope"), birthday) {
			t.Errorf("response: %v", q)
		}
	})
}

// TestRefreshTokenRule checks who gets a refresh token.
func TestRefreshTokenRule(t *testing.T) {
	for _, tt := range []struct {
		name    string
		persona persona.Persona
		change  func(url.Values)
		want    bool
	}{
		{"google offline", persona.Google(), nil, true},
		{"google online", persona.Google(), func(q url.Values) { q.Set("access_type", "online") }, false},
		{"google says nothing", persona.Google(), func(q url.Values) { q.Del("access_type") }, false},
		{"plain offline_access", persona.Plain(), nil, true},
		{"plain without", persona.Plain(), func(q url.Values) { q.Set("scope", "openid email") }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, mockprovider.WithPersona(tt.persona))
			c.change = tt.change
			if got := c.signIn().get("refresh_token") != ""; got != tt.want {
				t.Errorf("refresh token: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestRefresh checks rotation and what a refreshed ID token says.
func TestRefresh(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	c := newClient(t, mockprovider.WithClock(func() time.Time { return now }))
	first := c.signIn()
	c.srv.Advance(2 * time.Hour)
	if r := c.userinfo(first.get("access_token")); r.status != 401 {
		t.Errorf("an expired access token got %d", r.status)
	}
	second := c.token(c.refreshForm(first.get("refresh_token")))
	if second.status != 200 || second.get("refresh_token") == "" || second.get("refresh_token") == first.get("refresh_token") {
		t.Fatalf("refresh: %d %s", second.status, second.text)
	}
	if r := c.userinfo(second.get("access_token")); r.status != 200 {
		t.Errorf("the refreshed access token got %d", r.status)
	}
	before, after := claimsOf(t, first.get("id_token")), claimsOf(t, second.get("id_token"))
	if after["nonce"] != nil {
		t.Error("a refreshed ID token has a nonce (OpenID Connect Core §12.2)")
	}
	for _, same := range []string{"iss", "sub", "aud", "azp", "auth_time"} {
		if before[same] != after[same] {
			t.Errorf("%s: %v became %v (OpenID Connect Core §12.2)", same, before[same], after[same])
		}
	}
	sum := sha256.Sum256([]byte(second.get("access_token")))
	if after["at_hash"] != base64.RawURLEncoding.EncodeToString(sum[:16]) {
		t.Error("at_hash is not the new access token's")
	}
}

// TestRotationOff checks that the refresh token stays when rotation is off.
func TestRotationOff(t *testing.T) {
	c := newClient(t, mockprovider.WithRotation(false))
	token := c.signIn().get("refresh_token")
	for range 3 {
		if r := c.token(c.refreshForm(token)); r.status != 200 || r.json["refresh_token"] != nil {
			t.Fatalf("refresh: %d %s", r.status, r.text)
		}
	}
}
