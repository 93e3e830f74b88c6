package auth_test

import (
	"strings"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
)

// What the provider says of a person is cleaned and capped, and no more is
// made of it than it says.
func TestIdentityIsCleaned(t *testing.T) {
	for _, c := range []struct {
		name string
		bend func(*mockprovider.Event)
		got  func(auth.Identity) string
		want string
	}{
		{"name", set("name", "Ada\u202e\r\n Lovelace\x1b[31m"), func(i auth.Identity) string { return i.Name }, "Ada Lovelace[31m"},
		{"given name", set("given_name", "A\u2066da"), func(i auth.Identity) string { return i.GivenName }, "Ada"},
		{"family name", set("family_name", strings.Repeat("x", 300)), func(i auth.Identity) string { return i.FamilyName }, strings.Repeat("x", 200) + "…"},
		{"e-mail", set("email", "ada@example.com\u202e"), func(i auth.Identity) string { return i.Email }, "ada@example.com"},
		{"locale", set("locale", strings.Repeat("x", 60)), func(i auth.Identity) string { return i.Locale }, strings.Repeat("x", 35) + "…"},
		{"other letters", func(e *mockprovider.Event) { e.Object.Set("SUB", "victim").Set("Sub", "victim") },
			func(i auth.Identity) string { return i.Subject }, "108204268033311374519"},
		{"verified", set("email_verified", true), verified, "yes"},
		{"verified as a string", set("email_verified", "true"), verified, "yes"},
		{"not verified", set("email_verified", false), verified, "no"},
		{"verified in its own way", set("email_verified", "yes"), verified, "no"},
		{"verified, but no address", del("email"), verified, "no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil, mockprovider.WithHook(claims, c.bend))
			pending := w.pending()
			if got := c.got(pending.Identity()); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			pending.Discard(t.Context())
		})
	}
}

func verified(i auth.Identity) string {
	if i.EmailVerified {
		return "yes"
	}
	return "no"
}

func TestLifetimes(t *testing.T) {
	for _, c := range []struct {
		name      string
		expiresIn any
		want      time.Duration
	}{
		{"an hour", 3600, time.Hour},
		{"a century", 100 * 365 * 24 * 3600, 365 * 24 * time.Hour},
		{"more than fits", 1e15, 365 * 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil, mockprovider.WithHook(token, set("expires_in", c.expiresIn)))
			got := mustToken(t, w.session())
			if life := time.Until(got.Expiry()); life > c.want || life < c.want-time.Minute {
				t.Errorf("the token lives %v, want %v", life, c.want)
			}
		})
	}
}
