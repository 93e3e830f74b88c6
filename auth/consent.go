package auth

import (
	"slices"
	"strings"
)

// Declined are the scopes that were asked for and not granted: boxes the user
// did not tick.
func (p *Pending) Declined() []string { return declined(p.attempt.request.scopes, p.tokens.scopes) }

// Declined are the scopes that the provider is asked for today and that were not
// granted, in normalised short form, sorted. A scope that entered the
// configuration after the user signed in counts as declined: it can be asked
// for in the same way, see AskAgain.
func (s *Session) Declined() []string { return declined(s.site.provider.scopes(), s.Scopes()) }

// AskAgain are the options of a sign-in that asks the same user for what was
// declined. All scopes are asked for once more: Google's incremental
// authorization does not exist for installed programs. Whoever signs in may be
// another user, so compare Pending.Account before Commit.
func (s *Session) AskAgain() SignInOptions {
	a := s.Account()
	return SignInOptions{LoginHint: firstOf(a.Email, a.Subject), Prompt: "consent"}
}

// declined leaves two scopes out. openid: an ID token came, whatever the list
// says. offline_access: providers leave it out of the list, and a refresh token
// says it better.
func declined(asked, granted []string) []string {
	return slices.DeleteFunc(normalizeScopes(asked), func(s string) bool {
		return s == "openid" || s == "offline_access" || slices.ContainsFunc(granted, func(g string) bool { return sameScope(s, g) })
	})
}

// sameScope knows Microsoft's way of answering with the resource in front and
// in letters of its own: "user.read" is "https://graph.microsoft.com/User.Read".
func sameScope(asked, granted string) bool {
	return strings.EqualFold(asked, granted) ||
		!strings.Contains(asked, "/") && strings.HasPrefix(granted, "https://") && strings.HasSuffix(strings.ToLower(granted), "/"+strings.ToLower(asked))
}
