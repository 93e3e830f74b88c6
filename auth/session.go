package auth

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
)

// refreshTimeout limits one refresh. It goes on when its caller gives up: a
// rotated token that is not stored would end the session.
const refreshTimeout = 60 * time.Second

// Session is one signed-in account: it hands out access tokens and renews them.
// It is safe for concurrent use.
type Session struct {
	client   *Client
	site     *site
	account  Account
	place    store.Store
	recorder *flow.Recorder // nil for a session that was resumed
	flight   singleflight.Group

	mu       sync.Mutex
	token    Token
	lifetime time.Duration
	held     Secret // the refresh token as last seen; the store may hold a newer one
	unsaved  bool   // held is newer than the store's
	scopes   []string
	kept     Kept
	ended    bool
}

// Kept says where a session's refresh token is.
type Kept struct {
	Status  store.Status // the store it went to
	Problem *Problem     // why it could not be stored; nil if it was
}

// UntilQuit reports whether the session ends with the program.
func (k Kept) UntilQuit() bool { return k.untilQuit() }

func (k Kept) untilQuit() bool { return !k.Status.Persistent || k.Problem != nil }

func newSession(c *Client, s *site, a Account, place store.Store) *Session {
	return &Session{client: c, site: s, account: a, place: place, scopes: a.Scopes}
}

// Account is who is signed in.
func (s *Session) Account() Account { return s.account }

// Provider is where.
func (s *Session) Provider() Provider { return s.site.provider }

// Identity is what the ID token proved when the user signed in.
func (s *Session) Identity() Identity { return s.account.Identity }

// Backchannel is the HTTP client for the provider's own endpoints.
func (s *Session) Backchannel() *backchannel.Client { return s.site.channel }

// Recorder is the record of the sign-in that made this session; nil if it was
// resumed. Package resources adds its step to it.
func (s *Session) Recorder() *flow.Recorder { return s.recorder }

// KeepFlow stores the redacted record of the sign-in with the account.
func (s *Session) KeepFlow() error {
	if s.recorder == nil || s.client.index.isVolatile(s.account) {
		return nil
	}
	return s.client.index.putFlow(s.account, s.recorder.Flow())
}

// Kept says where the refresh token is. For a resumed session it is asked of
// the store's status.
func (s *Session) Kept(ctx context.Context) Kept {
	s.mu.Lock()
	k := s.kept
	s.mu.Unlock()
	if k.Status.Kind == "" {
		k.Status = s.place.Status(ctx)
	}
	return k
}

// Scopes are the scopes granted, normalised and sorted.
func (s *Session) Scopes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.scopes)
}

// UserinfoEndpoint is the provider's userinfo endpoint, "" if it has none.
func (s *Session) UserinfoEndpoint(ctx context.Context) (string, error) {
	m, err := s.site.metadata(ctx)
	return m.UserinfoEndpoint, err
}

// take adopts a validated token response.
func (s *Session) take(r tokenResponse, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.lifetime, s.scopes = r.token, r.lifetime, r.scopes
	if !r.refresh.IsZero() {
		s.unsaved = s.unsaved || r.refresh.Reveal() != s.held.Reveal()
		s.held = r.refresh
	}
	if s.account.SignedIn.IsZero() {
		s.account.SignedIn = now
	}
}

// Token returns an access token that is fresh by the wall clock, refreshing it
// if need be: once at a time, however many ask. A caller that gives up does not
// stop the refresh. Errors are Problems; only refresh_revoked means that the
// user must sign in again.
func (s *Session) Token(ctx context.Context) (Token, error) {
	if t, ok := s.fresh(); ok {
		return t, nil
	}
	done := s.flight.DoChan("refresh", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		defer cancel()
		return s.renew(ctx)
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return Token{}, r.Err
		}
		return r.Val.(Token), nil
	case <-ctx.Done():
		return Token{}, TransportProblem(PhaseRefresh, s.site.provider.Host(), context.Cause(ctx))
	}
}

// Expire drops t, so that the next Token refreshes: the resource server said
// 401. A token that was renewed in the meantime stays.
func (s *Session) Expire(t Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token.access.Reveal() == t.access.Reveal() {
		s.token = Token{}
	}
}

func (s *Session) fresh() (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, !s.ended && s.token.freshAt(s.site.wall(), s.lifetime)
}

// renew is one refresh. A lock between processes will be taken around all of it.
func (s *Session) renew(ctx context.Context) (Token, error) {
	if t, ok := s.fresh(); ok { // another caller's refresh ended while this one began
		return t, nil
	}
	if s.isEnded() {
		return Token{}, problem(PhaseRefresh, CodeRefreshRevoked, NextSignIn, errors.New("the session was signed out"))
	}
	refreshToken, err := s.load(ctx)
	if err != nil {
		return Token{}, err
	}
	t, err := s.renewWith(ctx, refreshToken)
	if CodeOf(err) != CodeRefreshRevoked {
		return t, err
	}
	// It counts only if the store still holds the token that was sent: another
	// process may have rotated it in the meantime.
	if now, loadErr := s.load(ctx); loadErr == nil && now.Reveal() != refreshToken.Reveal() {
		return s.renewWith(ctx, now)
	}
	return Token{}, err
}

func (s *Session) renewWith(ctx context.Context, refreshToken Secret) (Token, error) {
	m, err := s.site.metadata(ctx)
	if err != nil {
		return Token{}, s.duringRefresh(err)
	}
	r, err := s.site.refresh(ctx, m, refreshToken, s.Scopes())
	if err != nil {
		return Token{}, err
	}
	if r.idToken != "" {
		if err := s.checkRefreshedIdentity(ctx, m, r); err != nil {
			return Token{}, err
		}
	}
	s.take(r, s.site.wall())
	if s.isUnsaved() { // save, then use
		if err := s.save(ctx, store.Options{}); err != nil {
			s.client.config.Logger.Warn("storing a rotated refresh token", "outcome", store.OutcomeOf(err).String())
		}
	}
	return r.token, nil
}

// checkRefreshedIdentity: a refreshed ID token must speak of the same user
// (OpenID Connect Core §12.2). It need not carry a nonce.
func (s *Session) checkRefreshedIdentity(ctx context.Context, m Metadata, r tokenResponse) error {
	id, _, err := verifyIDToken(ctx, r.idToken, s.site.keys, expectation{
		provider: s.site.provider, metadata: m, accessToken: r.token.access.Reveal(), now: s.site.channel.Now()})
	if err != nil {
		return err
	}
	if id.Subject != s.account.Subject {
		return problem(PhaseIdentity, CodeIDTokenSubject, NextSignIn, errors.New("the refreshed ID token is of another user"))
	}
	return nil
}

// duringRefresh turns "the provider is away" into "offline": the session stays.
func (s *Session) duringRefresh(err error) error {
	p := *AsProblem(err)
	if p.Code == CodeProviderUnreachable {
		p.Code, p.Phase, p.Next = CodeOffline, PhaseRefresh, NextRefresh
	}
	return &p
}

// load returns the refresh token to send: the store's, since another process
// may have rotated it. What is held in memory serves while the store cannot be
// read, or when it could not be written. Only a proven Absent ends the session.
func (s *Session) load(ctx context.Context) (Secret, error) {
	s.mu.Lock()
	held, unsaved := s.held, s.unsaved
	s.mu.Unlock()
	if unsaved {
		return held, nil
	}
	data, err := s.place.Get(ctx, s.account.Item, store.Options{})
	if err == nil {
		var r record
		if r, err = parseRecord(data, s.account); err == nil {
			token := NewSecret(r.RefreshToken)
			s.mu.Lock()
			s.held, s.scopes = token, r.Scopes
			s.mu.Unlock()
			return token, nil
		}
	}
	switch {
	case store.OutcomeOf(err) == store.Absent:
		return Secret{}, problem(PhaseRefresh, CodeRefreshRevoked, NextSignIn, err).With("Host", s.site.provider.Host())
	case !held.IsZero():
		return held, nil
	default:
		return Secret{}, storeProblem(PhaseRefresh, s.place.Status(ctx).Name, err)
	}
}

// save writes the held refresh token.
func (s *Session) save(ctx context.Context, o store.Options) error {
	s.mu.Lock()
	held, scopes := s.held, s.scopes
	s.mu.Unlock()
	if held.IsZero() {
		return &store.Error{Op: "put", Outcome: store.Unavailable, Err: errors.New("the provider sent no refresh token")}
	}
	data, err := json.Marshal(record{V: recordVersion, Issuer: s.account.Issuer, Subject: s.account.Subject,
		ClientID: s.account.ClientID, RefreshToken: held.Reveal(), Scopes: scopes, Issued: s.site.wall()})
	if err != nil {
		return &store.Error{Op: "put", Outcome: store.Unavailable, Err: err}
	}
	if err := s.place.Put(ctx, s.account.Item, data, o); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsaved = s.unsaved && s.held.Reveal() != held.Reveal()
	return nil
}

func (s *Session) isUnsaved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsaved
}

func (s *Session) isEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// Unlock makes the store that holds this session ready; it may show the
// system's dialog.
func (s *Session) Unlock(ctx context.Context) error {
	if err := s.place.Unlock(ctx); err != nil {
		return storeProblem(PhaseStore, s.place.Status(ctx).Name, err)
	}
	return nil
}
