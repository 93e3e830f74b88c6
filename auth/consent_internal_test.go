package auth

import (
	"slices"
	"strings"
	"testing"
)

// Providers write what they grant in their own ways.
func TestConsentByOtherNames(t *testing.T) {
	for _, c := range []struct {
		name         string
		asked        []string
		granted      string
		wantDeclined []string
	}{
		{name: "long names", asked: []string{"openid", "email", "profile"},
			granted: "https://www.googleapis.com/auth/userinfo.profile openid https://www.googleapis.com/auth/userinfo.email"},
		{name: "openid and offline_access are not listed", asked: []string{"openid", "email", "offline_access"}, granted: "email"},
		{name: "the resource in front", asked: []string{"openid", "user.read"}, granted: "openid https://graph.microsoft.com/User.Read"},
		{name: "one of two", asked: []string{"openid", "user.read", "mail.read"}, granted: "openid https://graph.microsoft.com/User.Read",
			wantDeclined: []string{"mail.read"}},
		{name: "the end of another's name", asked: []string{"openid", "read"}, granted: "openid user.read", wantDeclined: []string{"read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := declined(c.asked, normalizeScopes(strings.Fields(c.granted))); !slices.Equal(got, c.wantDeclined) && len(got)+len(c.wantDeclined) > 0 {
				t.Errorf("declined %v, want %v", got, c.wantDeclined)
			}
		})
	}
}
