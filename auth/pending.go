package auth

import (
	"context"
	"slices"
	"time"

	"app.latchkey/auth/flow"
	"app.latchkey/auth/loopback"
	"app.latchkey/auth/store"
)

// Pending is a sign-in whose identity is proven and of which nothing is stored.
// The program may still ask ("another account than before?"); then it calls
// Commit or Discard. The browser's page waits for that verdict.
type Pending struct {
	attempt  *Attempt
	tokens   tokenResponse
	identity Identity
}

// Identity is who signed in.
func (p *Pending) Identity() Identity { return p.identity }

// Account is the account that Commit would store.
func (p *Pending) Account() Account {
	a := p.attempt
	return newAccount(a.site.provider, p.identity, p.tokens.scopes, a.client.config.Application)
}

// Scopes are the scopes that were granted, in normalised short form, sorted.
func (p *Pending) Scopes() []string { return slices.Clone(p.tokens.scopes) }

// Declined are the scopes that were asked for and not granted: boxes the user
// did not tick.
func (p *Pending) Declined() []string {
	return slices.DeleteFunc(normalizeScopes(p.attempt.request.scopes), func(s string) bool {
		return slices.Contains(p.tokens.scopes, s)
	})
}

// Flow is the record so far.
func (p *Pending) Flow() flow.Flow { return p.attempt.recorder.Flow() }

// Commit stores the refresh token, reads it back, enters the account into the
// index and returns the session. A store that fails does not lose the sign-in:
// the session then lasts until the program ends, and Session.Kept tells why.
func (p *Pending) Commit(ctx context.Context) (*Session, error) {
	a := p.attempt
	s := newSession(a.client, a.site, p.Account(), a.place)
	s.recorder = a.recorder
	s.take(p.tokens, a.site.wall())
	s.kept = Kept{Status: a.status}
	p.store(ctx, s)
	if s.kept.untilQuit() {
		a.client.index.addVolatile(s.account)
	} else if err := p.enter(ctx, s); err != nil {
		s.kept.Problem = problem(PhaseCommit, CodeStoreWriteFailed, NextDismiss, err).With("Store", a.status.Name)
	}
	a.receiver.Tell(loopback.Success())
	return s, nil
}

// store writes the refresh token and reads it back.
func (p *Pending) store(ctx context.Context, s *Session) {
	a := p.attempt
	step := a.recorder.Start(flow.KindCommit, flow.RoleClient, flow.RoleClient)
	step.Params(flow.Public("store", a.status.Name))
	if err := s.save(ctx, store.Options{Interact: true, Verify: true}); err != nil {
		s.kept.Problem = problem(PhaseCommit, CodeStoreWriteFailed, NextDismiss, err).With("Store", a.status.Name)
		_ = a.fail(step, s.kept.Problem)
		return
	}
	step.Checks(flow.Check{Name: "read back", Verdict: flow.Passed, Spec: "what was written is what is there"})
	step.Done()
}

// enter puts the account into the index. Its item's name holds the e-mail
// address; if that changed, the item of the old name goes.
func (p *Pending) enter(ctx context.Context, s *Session) error {
	index := p.attempt.client.index
	before := index.item(s.account)
	if err := index.put(s.account); err != nil {
		return err
	}
	if before != "" && before != s.account.Item {
		if err := s.place.Delete(ctx, before, store.Options{Interact: true}); err != nil {
			p.attempt.client.config.Logger.Warn("removing the item of an old name", "outcome", store.OutcomeOf(err).String())
		}
	}
	return nil
}

// Discard drops the sign-in: the tokens are revoked (best effort, 5 seconds)
// and the browser's page says that it was cancelled.
func (p *Pending) Discard(ctx context.Context) {
	p.attempt.receiver.Tell(loopback.Cancelled())
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
