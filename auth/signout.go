package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"app.latchkey/auth/store"
)

// signOutTimeout limits a sign-out, the keychain's dialog included.
const signOutTimeout = 2 * time.Minute

// SignOut ends the session: the refresh token is revoked at the provider (best
// effort, 5 seconds), then removed from the store, then the account leaves the
// index. It ends the session in any case and goes on when ctx ends; a Problem
// sign_out_incomplete says what could not be done, and its Detail where to do
// it by hand.
func (s *Session) SignOut(ctx context.Context) error {
	defer s.client.begin()()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutTimeout)
	defer cancel()
	s.mu.Lock()
	s.ended = true // a refresh under way gives back what it gets
	access := s.token.access
	s.token, s.idToken = Token{}, Secret{}
	s.mu.Unlock()
	if err := s.lockSoon(ctx); err != nil {
		return problem(PhaseSignOut, CodeSignOutIncomplete, NextRetry, fmt.Errorf("waiting for a refresh to end: %w", err))
	}
	defer s.op.unlock()
	account := s.Account()
	defer s.insist(ctx, revokeTimeout)()

	var undone []error
	if err := s.revokeAtSignOut(ctx, access); err != nil {
		undone = append(undone, fmt.Errorf("%s was not told: %w", s.site.provider.Name, err))
	}
	if err := s.where().Delete(ctx, account.Item, store.Options{Interact: true}); err != nil {
		undone = append(undone, fmt.Errorf("%q is still in %s: %w", account.Item, s.where().Status(ctx).Name, err))
	}
	if err := s.client.index.removeFlow(account); err != nil {
		undone = append(undone, fmt.Errorf("the record of the sign-in: %w", err))
	}
	if err := s.client.index.remove(account); err != nil {
		undone = append(undone, fmt.Errorf("the index of accounts: %w", err))
	}
	s.mu.Lock()
	s.held, s.unsaved = Secret{}, false
	s.mu.Unlock()
	if len(undone) > 0 {
		return problem(PhaseSignOut, CodeSignOutIncomplete, NextDismiss, errors.Join(undone...)).
			With("Store", s.where().Status(ctx).Name).With("Provider", s.site.provider.Name)
	}
	return nil
}

// lockSoon waits for a refresh under way, which gives back what it gets; one
// that takes longer than a revocation may is given up.
func (s *Session) lockSoon(ctx context.Context) error {
	soon, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	if s.op.lock(soon) == nil {
		return nil
	}
	s.mu.Lock()
	giveUp := s.giveUp
	s.mu.Unlock()
	if giveUp != nil {
		giveUp()
	}
	return s.op.lock(ctx)
}

// revokeAtSignOut revokes the refresh token, or the access token where there is
// no other. A store that provably has none leaves nothing to revoke.
func (s *Session) revokeAtSignOut(ctx context.Context, access Secret) error {
	secret, err := s.load(ctx, store.Options{Interact: true}) // a click: the keychain may ask
	if CodeOf(err) == CodeRefreshRevoked {
		if access.IsZero() {
			return nil
		}
		secret, err = access, nil
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	if err := s.site.revoke(ctx, secret); err != nil && !errors.Is(err, errNoRevocation) {
		return err
	}
	return nil
}
