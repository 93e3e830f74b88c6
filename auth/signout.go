package auth

import (
	"context"
	"errors"
	"fmt"

	"app.latchkey/auth/store"
)

// SignOut ends the session: the refresh token is revoked at the provider (best
// effort, 5 seconds), then removed from the store, then the account leaves the
// index. It ends the session in any case; a Problem sign_out_incomplete says
// what could not be done, and its Detail where to do it by hand.
func (s *Session) SignOut(ctx context.Context) error {
	refreshToken, loadErr := s.load(ctx)
	s.mu.Lock()
	s.ended, s.token = true, Token{}
	s.mu.Unlock()

	var undone []error
	if loadErr == nil {
		revokeCtx, cancel := context.WithTimeout(ctx, revokeTimeout)
		err := s.site.revoke(revokeCtx, refreshToken)
		cancel()
		if err != nil && !errors.Is(err, errNoRevocation) {
			undone = append(undone, fmt.Errorf("%s was not told: %w", s.site.provider.Name, err))
		}
	}
	if err := s.place.Delete(ctx, s.account.Item, store.Options{Interact: true}); err != nil {
		undone = append(undone, fmt.Errorf("%q is still in %s: %w", s.account.Item, s.place.Status(ctx).Name, err))
	}
	if err := s.client.index.removeFlow(s.account); err != nil {
		undone = append(undone, fmt.Errorf("the record of the sign-in: %w", err))
	}
	if err := s.client.index.remove(s.account); err != nil {
		undone = append(undone, fmt.Errorf("the index of accounts: %w", err))
	}
	s.mu.Lock()
	s.held = Secret{}
	s.mu.Unlock()
	if len(undone) > 0 {
		return problem(PhaseSignOut, CodeSignOutIncomplete, NextDismiss, errors.Join(undone...)).With("Store", s.place.Status(ctx).Name)
	}
	return nil
}
