package auth

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
)

// Session is one signed-in account: it hands out access tokens and renews them.
// A Client has one Session an account, however often it is asked for, so that a
// refresh token is never used twice. It is safe for concurrent use.
type Session struct {
	client *Client
	site   *site
	flight singleflight.Group
	op     gate // held by whatever changes what the provider and the store hold: refresh, commit, sign-out

	quick atomic.Pointer[quickToken] // nil: look under mu

	mu       sync.Mutex
	account  Account
	place    store.Store
	recorder *flow.Recorder // nil for a session that was resumed
	token    Token
	lifetime time.Duration
	idToken  Secret    // of the sign-in or a refresh: the hint of a logout; memory only
	held     Secret    // the refresh token as last seen; the store may hold a newer one
	lasting  bool      // held is an access token: the provider has only that, and it lives until revoked
	refused  Secret    // the lasting token that a resource server refused
	unsaved  bool      // held is newer than the store's
	tried    time.Time // when held could last not be saved
	scopes   []string
	kept     Kept
	ended    bool
	tidied   bool // no older copy is left in the fallback
	pace     pace
	giveUp   context.CancelFunc // of the last refresh; a sign-out does not wait for ever
}

// Kept says where a session's refresh token is.
type Kept struct {
	Status  store.Status // the store it went to
	Problem *Problem     // why it could not be stored; nil if it was, or if there is nothing to store

	volatile bool
}

// UntilQuit reports whether the session ends with the program.
func (k Kept) UntilQuit() bool { return k.volatile }

// sessionOf returns the client's one session of an account, or makes it.
func (c *Client) sessionOf(s *site, a Account, place store.Store) *Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.sessions[a.Key]; ok && old.site == s && !old.isEnded() {
		return old
	}
	session := &Session{client: c, site: s, account: a, place: place, scopes: a.Scopes, op: newGate()}
	c.sessions[a.Key] = session
	return session
}

// Account is who is signed in.
func (s *Session) Account() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account
}

// where is the store that keeps the session.
func (s *Session) where() store.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place
}

// Provider is where.
func (s *Session) Provider() Provider { return s.site.provider }

// Identity is what the ID token proved when the user signed in.
func (s *Session) Identity() Identity { return s.Account().Identity }

// Backchannel is the HTTP client for the provider's own endpoints.
func (s *Session) Backchannel() *backchannel.Client { return s.site.channel }

// Recorder is the record of the sign-in that made this session; nil if it was
// resumed. Package resources adds its step to it.
func (s *Session) Recorder() *flow.Recorder {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recorder
}

// KeepFlow stores the redacted record of the sign-in with the account.
func (s *Session) KeepFlow() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recorder == nil || s.ended || s.kept.volatile {
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
		k.Status = s.where().Status(ctx)
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
	if err != nil {
		return "", duringSession(err)
	}
	return m.UserinfoEndpoint, nil
}

// Token returns an access token that is fresh by the wall clock, refreshing it
// if need be: once at a time, however many ask. A caller that gives up does not
// stop the refresh. Errors are Problems; only refresh_revoked means that the
// user must sign in again.
//
// After a failure the provider is left alone for a moment (35 to 57 seconds, or
// what it asked for): until then Token says the same again at once. Hurry is for
// a person who will not wait, Await for work that can.
func (s *Session) Token(ctx context.Context) (Token, error) {
	if q := s.quick.Load(); q != nil && q.freshAt(s.site.clock().UnixNano()) {
		return q.token, nil
	}
	if t, ok := s.fresh(); ok {
		s.saveAgain()
		return t, nil
	}
	if p := s.paused(); p != nil {
		return s.orStillValid(duringSession(p))
	}
	done := s.flight.DoChan("refresh", func() (any, error) {
		defer s.client.begin()()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		defer cancel()
		s.mu.Lock()
		s.giveUp = cancel
		s.mu.Unlock()
		t, err := s.renew(ctx)
		s.note(err)
		return t, err
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return s.orStillValid(duringSession(r.Err))
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
		s.setToken(Token{}, 0)
	}
	if s.lasting {
		s.refused = t.access
	}
}

// Unlock makes the store that holds this session ready; it may show the
// system's dialog. What could not be stored before is stored then.
func (s *Session) Unlock(ctx context.Context) error {
	if err := s.where().Unlock(ctx); err != nil {
		return duringSession(storeProblem(PhaseStore, s.where().Status(ctx).Name, err))
	}
	if err := s.saveLate(ctx); err != nil {
		return duringSession(AsProblem(err))
	}
	return nil
}

func (s *Session) fresh() (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := !s.ended && s.token.freshAt(s.site.wall(), s.lifetime)
	if fresh && !s.unsaved {
		s.quick.Store(newQuickToken(s.token, s.lifetime))
	}
	return s.token, fresh
}

// setToken adopts an access token; s.mu is held.
func (s *Session) setToken(t Token, lifetime time.Duration) {
	s.token, s.lifetime = t, lifetime
	s.quick.Store(nil)
}

// paused is the last refresh's Problem while it is too early for another.
func (s *Session) paused() *Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	return s.pace.paused(s.site.wall())
}

// note remembers how a refresh went.
func (s *Session) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.pace = pace{}
		return
	}
	s.pace.failed(AsProblem(err), s.site.wall())
}

// orStillValid returns the token that was to be renewed ahead of its end, where
// that can wait, and else err.
func (s *Session) orStillValid(err error) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended && passes(err) && s.token.validAt(s.site.wall()) {
		return s.token, nil
	}
	return Token{}, err
}

// quickToken is a fresh token for those who only want to use it: no lock, no
// allocation. It is there while nothing else is to be done.
type quickToken struct {
	token       Token
	from, until int64 // nanoseconds since 1970 by the wall clock
}

func newQuickToken(t Token, lifetime time.Duration) *quickToken {
	if t.expiry.IsZero() {
		return &quickToken{t, math.MinInt64, math.MaxInt64}
	}
	return &quickToken{t, (t.issued - clockStep) * int64(time.Second), t.expiry.Add(-min(time.Minute, lifetime/10)).UnixNano()}
}

func (q *quickToken) freshAt(now int64) bool { return now >= q.from && now < q.until }

func (s *Session) isEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// duringSession gives a Problem the next step that helps a signed-in person:
// signing in again only where nothing less does.
func duringSession(err error) error {
	p := *AsProblem(err)
	switch p.Code {
	case CodeStoreNewer:
		p.Next = NextDismiss
	case CodeStoreRestart:
		p.Next = NextRestart
	case CodeStoreBroken, CodeRefreshRevoked, CodeIDTokenSubject, CodeProfileForbidden:
		p.Next = NextSignIn
	case CodeTokenInvalidClient, CodeConfigInvalid:
		p.Next = NextOpenConfig
	case CodeStoreLocked, CodeStoreDismissed:
		p.Next = NextUnlock
	case CodeCanceled:
	case CodeProviderUnreachable:
		p.Code, p.Next = CodeOffline, NextRefresh
	default:
		p.Next = NextRefresh
	}
	return &p
}
