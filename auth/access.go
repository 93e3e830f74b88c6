package auth

import (
	"slices"
	"time"
)

// Access says until when the access token in memory can be used, by this
// computer's clock; a zero time means until it is revoked. ok is false when
// there is none that is fresh: the next Token fetches one. Nothing is asked of
// keychain or network.
func (s *Session) Access() (until time.Time, ok bool) {
	t, ok := s.fresh()
	return t.Expiry(), ok
}

// Declined are the scopes that the provider is asked for and that were not
// granted: boxes the person did not tick. They are in normalised short form,
// sorted; signing in again asks for them again.
func (s *Session) Declined() []string {
	granted := s.Scopes()
	return slices.DeleteFunc(normalizeScopes(s.site.provider.scopes()), func(scope string) bool {
		return slices.Contains(granted, scope)
	})
}
