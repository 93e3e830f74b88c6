package auth

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"app.latchkey/auth/store"
)

// signOutTimeout limits a sign-out, the keychain's dialog included.
const signOutTimeout = 2 * time.Minute

// SignOut ends the session on this computer: the refresh token is revoked at
// the provider (best effort, 5 seconds), then removed from the store, then the
// account leaves the index. Where revoking one token would end the person's
// sessions everywhere ([Quirks.RevocationEndsGrant]) nothing is revoked; see
// [Session.RemoveAccess]. SignOut ends the session in any case and goes on when
// ctx ends; a Problem sign_out_incomplete says what could not be done, and its
// Detail where to do it by hand.
func (s *Session) SignOut(ctx context.Context) error { return s.signOut(ctx, true) }

// signOut may show the keychain's dialog where a person is there to see it.
func (s *Session) signOut(ctx context.Context, interact bool) error {
	defer s.client.begin()()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutTimeout)
	defer cancel()
	var access Secret
	if interact {
		access = s.end()
	}
	if err := s.lockSoon(ctx); err != nil {
		return problem(PhaseSignOut, CodeSignOutIncomplete, NextRetry, fmt.Errorf("waiting for a refresh to end: %w", err))
	}
	defer s.op.unlock()
	defer s.insist(ctx, revokeTimeout)()

	if !interact {
		if now, known := s.client.index.find(s.Account()); !known || !now.Leaving {
			return nil // the person has signed in again meanwhile
		}
		access = s.end()
	}
	var undone []error
	s.noteLeaving()
	if !s.site.provider.Quirks.RevocationEndsGrant {
		if err := s.revokeAtSignOut(ctx, access, interact); err != nil {
			undone = append(undone, fmt.Errorf("%s was not told: %w", s.site.provider.Name, err))
		}
	}
	return s.forget(ctx, undone, interact)
}

// RemoveAccess takes back at the provider what the person allowed this program
// (RFC 7009) and then signs out here. Depending on the provider that ends the
// person's sessions on other computers too. A provider that could not be told,
// or that offers no revocation, is a Problem access_not_removed, and nothing has
// changed then.
func (s *Session) RemoveAccess(ctx context.Context) error {
	defer s.client.begin()()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutTimeout)
	defer cancel()
	if err := s.lockSoon(ctx); err != nil {
		return s.notRemoved(fmt.Errorf("waiting for a refresh to end: %w", err))
	}
	defer s.op.unlock()
	defer s.insist(ctx, revokeTimeout)()

	t, _ := s.fresh()
	secret, err := s.toRevoke(ctx, t.access, true)
	if err == nil && !secret.IsZero() {
		err = s.soon(ctx, secret, s.site.removeAccess)
	}
	if err != nil {
		return s.notRemoved(err)
	}
	s.end()
	s.noteLeaving()
	return s.forget(ctx, nil, true)
}

func (s *Session) notRemoved(err error) error {
	return problem(PhaseSignOut, CodeAccessNotRemoved, NextDismiss, err).With("Provider", s.site.provider.Name)
}

// end makes the session give out no more tokens and returns the one it had. A
// refresh that is under way gives back what it gets.
func (s *Session) end() (access Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	access = s.token.access
	s.ended, s.idToken = true, Secret{}
	s.setToken(Token{}, 0)
	return access
}

// forget removes the session from this computer. undone is what has failed
// before.
func (s *Session) forget(ctx context.Context, undone []error, interact bool) error {
	account := s.Account()
	if err := s.where().Delete(ctx, account.Item, store.Options{Interact: interact}); err != nil {
		undone = append(undone, fmt.Errorf("%q is still in %s: %w", account.Item, s.where().Status(ctx).Name, err))
		if !interact { // nobody is told: the index remembers it for the next start
			return s.incomplete(ctx, undone)
		}
	}
	if err := s.client.index.removeFlow(account); err != nil {
		undone = append(undone, fmt.Errorf("the record of the sign-in: %w", err))
	}
	if err := s.client.index.remove(account); err != nil {
		undone = append(undone, fmt.Errorf("the index of accounts: %w", err))
	}
	if err := s.client.between.remove(account.Key); err != nil && !errors.Is(err, syscall.ENOTDIR) {
		undone = append(undone, fmt.Errorf("the lock of the account: %w", err))
	}
	s.mu.Lock()
	s.held, s.unsaved = Secret{}, false
	s.mu.Unlock()
	if len(undone) > 0 {
		return s.incomplete(ctx, undone)
	}
	return nil
}

func (s *Session) incomplete(ctx context.Context, undone []error) error {
	return problem(PhaseSignOut, CodeSignOutIncomplete, NextDismiss, errors.Join(undone...)).
		With("Store", s.where().Status(ctx).Name).With("Provider", s.site.provider.Name)
}

func (s *Session) noteLeaving() {
	if err := s.client.index.leave(s.Account()); err != nil { // what cannot be written is told at the end
		s.client.config.Logger.Info("noting that a sign-out has begun", "error", err.Error())
	}
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

// revokeAtSignOut revokes what there is to revoke, where the provider offers it.
func (s *Session) revokeAtSignOut(ctx context.Context, access Secret, interact bool) error {
	secret, err := s.toRevoke(ctx, access, interact)
	if err != nil || secret.IsZero() {
		return err
	}
	if err := s.revokeSoon(ctx, secret); err != nil && !errors.Is(err, errNoRevocation) {
		return err
	}
	return nil
}

// toRevoke is the refresh token, or the access token where there is no other. A
// store that provably has none leaves nothing to revoke.
func (s *Session) toRevoke(ctx context.Context, access Secret, interact bool) (Secret, error) {
	secret, err := s.load(ctx, store.Options{Interact: interact})
	if CodeOf(err) == CodeRefreshRevoked {
		return access, nil
	}
	return secret, err
}

func (s *Session) revokeSoon(ctx context.Context, secret Secret) error {
	return s.soon(ctx, secret, s.site.revoke)
}

// soon tells the provider something about a token, within five seconds.
func (s *Session) soon(ctx context.Context, secret Secret, tell func(context.Context, Secret) error) error {
	ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	return tell(ctx, secret)
}
