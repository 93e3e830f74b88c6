package auth

import (
	"context"
	"errors"

	"app.latchkey/auth/store"
)

// fallbackLabel in the index says that an account is kept in Config.Fallback.
const fallbackLabel = "fallback"

// isMissing reports whether a store is provably not there on this computer. One
// that does not answer, or is locked, is there.
func isMissing(s store.Status) bool {
	return s.Reason == store.ReasonNoService || s.Reason == store.ReasonNoCollection
}

func (c *Client) fallback() store.Store {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config.Fallback
}

// SetFallback changes Config.Fallback for the sign-ins to come: the person has
// chosen. Sessions that are there stay where they are; see [Session.Move].
func (c *Client) SetFallback(s store.Store) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.config.Fallback, c.unused = s, false
}

// UseFallback says whether Config.Fallback takes the sign-ins to come; at first,
// and after SetFallback, it does. One that takes nothing new still has what is in it.
func (c *Client) UseFallback(use bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unused = !use
}

// fallbackInUse is the fallback, if it takes sign-ins to come.
func (c *Client) fallbackInUse() store.Store {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unused {
		return nil
	}
	return c.config.Fallback
}

// placeOf is where an account is kept, by its entry.
func (c *Client) placeOf(a Account) store.Store {
	switch {
	case c.index.isVolatile(a):
		return c.memory
	case a.Store != fallbackLabel:
		return c.config.Store
	case c.fallback() != nil:
		return c.fallback()
	}
	return noPlace{}
}

func (c *Client) labelOf(place store.Store) string {
	if fallback := c.fallback(); fallback != nil && place == fallback {
		return fallbackLabel
	}
	return ""
}

// noPlace stands for a fallback that this start of the program was not given:
// nothing is known of what is in it, so nobody is signed out.
type noPlace struct{}

var errNoPlace = errors.New("the sign-in is kept in a vault that this program was not given")

func (noPlace) Status(context.Context) store.Status {
	return store.Status{Kind: "vault", Name: "Passphrase vault", Persistent: true, Outcome: store.Unavailable, Detail: errNoPlace.Error()}
}
func (noPlace) Unlock(context.Context) error { return noPlace{}.fail("unlock") }
func (noPlace) Get(context.Context, string, store.Options) ([]byte, error) {
	return nil, noPlace{}.fail("get")
}
func (noPlace) Put(context.Context, string, []byte, store.Options) error {
	return noPlace{}.fail("put")
}
func (noPlace) Delete(context.Context, string, store.Options) error { return noPlace{}.fail("delete") }
func (noPlace) fail(op string) error {
	return &store.Error{Op: op, Outcome: store.Unavailable, Err: errNoPlace}
}

// better is where the session would be kept if it were made now; nil if it is
// there already, or if there is nothing better.
func (s *Session) better(ctx context.Context) store.Store {
	c, place := s.client, s.where()
	if place == c.config.Store {
		return nil
	}
	if st := c.config.Store.Status(ctx); st.Persistent && (st.Outcome == store.Found || st.Outcome == store.Locked) {
		return c.config.Store
	}
	if fallback := c.fallbackInUse(); fallback != nil && place != fallback {
		return fallback
	}
	return nil
}

// CanMove reports whether there is a better place for the session than the one
// it is kept in: a keychain has appeared, or the person has chosen the vault. It
// shows no dialog.
func (s *Session) CanMove(ctx context.Context) bool { return s.better(ctx) != nil }

// Move takes the session to the better place; it may show that place's dialog.
// After a crash at any moment the session is in one place or the other.
func (s *Session) Move(ctx context.Context) error {
	to := s.better(ctx)
	if to == nil {
		return nil
	}
	if st := to.Status(ctx); st.Outcome != store.Found {
		if err := to.Unlock(ctx); err != nil {
			return duringSession(storeProblem(PhaseStore, st.Name, err))
		}
	}
	release, err := s.exclusive(ctx)
	if err != nil {
		return duringSession(s.busyProblem(err))
	}
	defer release()
	defer s.client.begin()()
	if s.isEnded() {
		return problem(PhaseStore, CodeRefreshRevoked, NextSignIn, errEnded)
	}
	if err := s.moveTo(context.WithoutCancel(ctx), to); err != nil {
		return duringSession(storeProblem(PhaseStore, to.Status(ctx).Name, err))
	}
	return nil
}

// moveTo copies the record, then points the index at the copy, then removes the
// old one.
func (s *Session) moveTo(ctx context.Context, to store.Store) error {
	account, from := s.Account(), s.where()
	account.Store = s.client.labelOf(to)
	point := func() error {
		if err := s.client.index.put(account); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.account, s.place, s.kept = account, to, Kept{}
		return nil
	}
	moved, err := store.Move(ctx, from, to, account.Item, store.Options{Interact: true}, point)
	if moved && err != nil { // the session is where it should be; tidy tries the rest again
		s.client.config.Logger.Warn("removing what was moved", "outcome", store.OutcomeOf(err).String())
		return nil
	}
	return err
}

// tidy removes the copy that a move which was cut off has left in the fallback.
func (s *Session) tidy(ctx context.Context) {
	s.mu.Lock()
	due := !s.tidied && s.place == s.client.config.Store
	s.tidied = true
	item := s.account.Item
	s.mu.Unlock()
	fallback := s.client.fallback()
	if !due || fallback == nil || fallback.Status(ctx).Outcome != store.Found {
		return
	}
	if err := fallback.Delete(ctx, item, store.Options{}); err != nil {
		s.client.config.Logger.Warn("removing an old copy", "outcome", store.OutcomeOf(err).String())
	}
}
