package auth

import (
	"context"
	"errors"
	"time"

	"app.latchkey/auth/store"
)

// refreshTimeout limits one refresh. It goes on when its caller gives up: a
// rotated token that is not stored would end the session.
const refreshTimeout = 60 * time.Second

var errEnded = errors.New("the session was signed out")

// renew is one refresh: nobody else touches the account meanwhile; the store is
// read anew, since another process may have rotated the token; what comes is
// saved before it is used.
func (s *Session) renew(ctx context.Context) (Token, error) {
	if s.isEnded() {
		return Token{}, problem(PhaseRefresh, CodeRefreshRevoked, NextSignIn, errEnded)
	}
	release, err := s.exclusive(ctx)
	if err != nil {
		return Token{}, s.busyProblem(err)
	}
	defer release()
	if t, ok := s.fresh(); ok { // another caller's refresh, or a new sign-in, ended while this one waited
		return t, nil
	}
	if s.isEnded() {
		return Token{}, problem(PhaseRefresh, CodeRefreshRevoked, NextSignIn, errEnded)
	}
	refreshToken, err := s.load(ctx, store.Options{})
	if err != nil {
		return Token{}, err
	}
	if t, ok, err := s.lastingToken(refreshToken); ok {
		return t, err
	}
	t, err := s.renewWith(ctx, refreshToken)
	if CodeOf(err) != CodeRefreshRevoked || s.isEnded() {
		return t, err
	}
	// It counts only if the store still holds the token that was sent: a process
	// that could not lock, or an older version, may have rotated it.
	if now, loadErr := s.load(ctx, store.Options{}); loadErr == nil && now.Reveal() != refreshToken.Reveal() {
		return s.renewWith(ctx, now)
	}
	return Token{}, err
}

func (s *Session) busyProblem(err error) *Problem {
	if errors.Is(err, errLockBusy) {
		return problem(PhaseRefresh, CodeSessionBusy, NextRefresh, err)
	}
	return TransportProblem(PhaseRefresh, s.site.provider.Host(), err)
}

// lastingToken is the access token of a provider that has no refresh tokens and
// whose access tokens live until they are revoked. One that was refused cannot
// be renewed: only the person can bring another. ok is false where held is a
// refresh token.
func (s *Session) lastingToken(held Secret) (t Token, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lasting {
		return Token{}, false, nil
	}
	if held.Reveal() == s.refused.Reveal() {
		return Token{}, true, problem(PhaseRefresh, CodeRefreshRevoked, NextSignIn,
			errors.New("the access token was refused, and there is no refresh token")).With("Host", s.site.provider.Host())
	}
	s.setToken(Token{access: held}, 0)
	return s.token, true, nil
}

// renewWith sends one refresh request. What it answers is saved first, whatever
// comes after: the token that was sent is spent.
func (s *Session) renewWith(ctx context.Context, refreshToken Secret) (Token, error) {
	m, err := s.site.metadata(ctx)
	if err != nil {
		return Token{}, err
	}
	r, err := s.site.refresh(ctx, m, refreshToken, s.Scopes())
	if err != nil {
		return Token{}, err
	}
	if !s.takeRefresh(r) {
		s.revokeQuietly(ctx, r)
		return Token{}, problem(PhaseRefresh, CodeRefreshRevoked, NextSignIn, errEnded)
	}
	s.saveRotated(ctx)
	if err := s.checkRefreshedIdentity(ctx, m, r); err != nil {
		return Token{}, err
	}
	s.takeAccess(r)
	return r.token, nil
}

// takeRefresh adopts the refresh token and scopes of a response, unless the
// session ended while it was on its way.
func (s *Session) takeRefresh(r tokenResponse) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.scopes = r.scopes
	if !r.refresh.IsZero() && r.refresh.Reveal() != s.held.Reveal() {
		s.held, s.unsaved = r.refresh, true
	}
	return true
}

func (s *Session) takeAccess(r tokenResponse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setToken(r.token, r.lifetime)
	if !r.idToken.IsZero() {
		s.idToken = r.idToken
	}
}

// checkRefreshedIdentity: a refreshed ID token must speak of the same user
// (OpenID Connect Core §12.2). It need not carry a nonce, and need not come.
func (s *Session) checkRefreshedIdentity(ctx context.Context, m Metadata, r tokenResponse) error {
	if r.idToken.IsZero() {
		return nil
	}
	id, _, err := verifyIDToken(ctx, r.idToken.Reveal(), s.site.keys, expectation{
		provider: s.site.provider, metadata: m, accessToken: r.token.access.Reveal(), now: s.site.channel.Now()})
	if err != nil {
		return err
	}
	if a := s.Account(); id.Subject != a.Subject || id.Issuer != a.Issuer {
		return problem(PhaseIdentity, CodeIDTokenSubject, NextSignIn, errors.New("the refreshed ID token is of another user"))
	}
	return nil
}

// revokeQuietly gives back tokens that nobody will use, where that ends nothing
// else.
func (s *Session) revokeQuietly(ctx context.Context, r tokenResponse) {
	if s.site.provider.Quirks.RevocationEndsGrant {
		return
	}
	secret := r.refresh
	if secret.IsZero() {
		secret = r.token.access
	}
	ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	if err := s.site.revoke(ctx, secret); err != nil {
		s.client.config.Logger.Info("revoking tokens of an ended session", "error", err.Error())
	}
}
