package auth

import "time"

// Access says until when the access token in memory can be used, by this
// computer's clock; a zero time means until it is revoked. ok is false when
// there is none that is fresh: the next Token fetches one. Nothing is asked of
// keychain or network.
func (s *Session) Access() (until time.Time, ok bool) {
	t, ok := s.fresh()
	return t.Expiry(), ok
}
