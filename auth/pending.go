package auth

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"app.latchkey/auth/flow"
	"app.latchkey/auth/loopback"
	"app.latchkey/auth/store"
)

// commitTimeout limits Commit, the keychain's dialog included.
const commitTimeout = 2 * time.Minute

// Pending is a sign-in whose identity is proven and of which nothing is stored.
// The program may still ask ("another account than before?"); then it calls
// Commit or Discard, whose first call counts. The browser's page waits for that
// verdict. A Pending that is not answered within the sign-in's time limit is
// discarded.
type Pending struct {
	attempt  *Attempt
	tokens   tokenResponse
	identity Identity
	answered atomic.Bool
	limit    *time.Timer
}

func newPending(a *Attempt, tokens tokenResponse, identity Identity) *Pending {
	p := &Pending{attempt: a, tokens: tokens, identity: identity}
	p.limit = time.AfterFunc(a.client.config.Timeout, func() { p.drop(context.Background()) })
	return p
}

// Identity is who signed in.
func (p *Pending) Identity() Identity { return p.identity }

// Account is the account that Commit would store.
func (p *Pending) Account() Account {
	a := p.attempt
	return newAccount(a.site.provider, p.identity, p.tokens.scopes, a.client.config.KeychainName)
}

// Scopes are the scopes that were granted, in normalised short form, sorted.
func (p *Pending) Scopes() []string { return slices.Clone(p.tokens.scopes) }

// Flow is the record so far.
func (p *Pending) Flow() flow.Flow { return p.attempt.recorder.Flow() }

var errAnswered = errors.New("the sign-in was committed or discarded already")

// Commit stores the refresh token, reads it back, enters the account into the
// index and returns the session. A store that fails does not lose the sign-in:
// the session then lasts until the program ends, and Session.Kept tells why.
// A ctx that has ended makes Commit fail with the sign-in undone; later it is
// carried through.
func (p *Pending) Commit(ctx context.Context) (*Session, error) {
	if ctx.Err() != nil {
		return nil, problem(PhaseCommit, CodeCanceled, NextDismiss, context.Cause(ctx))
	}
	if !p.answered.CompareAndSwap(false, true) {
		return nil, problem(PhaseCommit, CodeInternal, NextRetry, errAnswered)
	}
	p.limit.Stop()
	defer p.attempt.client.begin()()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	a := p.attempt
	s := a.client.sessionOf(a.site, p.Account(), a.place)
	if err := s.op.lock(ctx); err != nil {
		return nil, problem(PhaseCommit, CodeInternal, NextRetry, err)
	}
	defer s.op.unlock()
	defer s.insist(ctx, lockPatience)()
	s.adopt(p, a.place)
	step := a.recorder.Start(flow.KindCommit, flow.RoleClient, flow.RoleClient)
	step.Params(flow.Public("store", a.status.Name))
	if problem := s.keep(ctx, a.status, store.Options{Interact: true, Verify: true}); problem != nil {
		_ = a.fail(step, problem)
	} else {
		step.Checks(flow.Check{Name: "read back", Verdict: flow.Passed, Spec: "what was written is what is there"})
		step.Done()
	}
	a.receiver.Tell(loopback.Success())
	return s, nil
}

// adopt makes a new sign-in the session's own.
func (s *Session) adopt(p *Pending, place store.Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place, s.recorder = place, p.attempt.recorder
	s.account = p.Account()
	s.account.SignedIn, s.account.Store = s.site.wall(), s.client.labelOf(place)
	s.setToken(p.tokens.token, p.tokens.lifetime)
	s.scopes, s.pace = p.tokens.scopes, pace{}
	s.held, s.lasting, s.refused, s.idToken = p.tokens.refresh, false, Secret{}, p.tokens.idToken
	if s.held.IsZero() && p.tokens.lifetime == 0 { // it lives until revoked, and there is nothing to renew it with
		s.held, s.lasting = p.tokens.token.access, true
	}
	s.unsaved = !s.held.IsZero()
}

// Discard drops the sign-in: the browser's page says that it was cancelled, and
// the tokens are revoked (best effort, 5 seconds). Where the same account is
// signed in already they are left to expire: providers such as Google would
// revoke that session too. After Commit it does nothing, so it may be deferred.
func (p *Pending) Discard(ctx context.Context) {
	p.limit.Stop()
	p.drop(ctx)
}

func (p *Pending) drop(ctx context.Context) {
	if !p.answered.CompareAndSwap(false, true) {
		return
	}
	defer p.attempt.client.begin()()
	p.attempt.receiver.Tell(loopback.Cancelled())
	if p.attempt.client.index.has(p.Account()) {
		return
	}
	secret := p.tokens.refresh
	if secret.IsZero() {
		secret = p.tokens.token.access
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTimeout)
	defer cancel()
	if err := p.attempt.site.revoke(ctx, secret); err != nil {
		p.attempt.client.config.Logger.Info("revoking a discarded sign-in", "error", err.Error())
	}
}

const revokeTimeout = 5 * time.Second
