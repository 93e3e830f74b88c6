package auth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"app.latchkey/auth/store"
)

// saveAgainAfter is how long a store that did not take a token is left alone.
const saveAgainAfter = 5 * time.Second

// load returns the refresh token to send: the store's, since another process
// may have rotated it. What is held in memory serves while the store cannot be
// read, or when it could not be written. Only a proven Absent ends the session.
func (s *Session) load(ctx context.Context, o store.Options) (Secret, error) {
	s.mu.Lock()
	held, unsaved, account := s.held, s.unsaved, s.account
	s.mu.Unlock()
	if unsaved {
		return held, nil
	}
	data, err := s.where().Get(ctx, account.Item, o)
	if err == nil {
		var r record
		if r, err = parseRecord(data, account); err == nil {
			token := NewSecret(r.RefreshToken + r.AccessToken) // one of them is empty
			s.mu.Lock()
			s.held, s.lasting, s.scopes = token, r.AccessToken != "", r.Scopes
			s.mu.Unlock()
			s.tidy(ctx)
			return token, nil
		}
	}
	switch {
	case store.OutcomeOf(err) == store.Absent:
		return Secret{}, problem(PhaseRefresh, CodeRefreshRevoked, NextSignIn, err).With("Host", s.site.provider.Host())
	case !held.IsZero() && store.ReasonOf(err) != store.ReasonNewer: // a newer program has it now
		return held, nil
	default:
		return Secret{}, storeProblem(PhaseRefresh, s.where().Status(ctx).Name, err)
	}
}

// save writes the held refresh token and, once that is done, enters the account
// into the index.
func (s *Session) save(ctx context.Context, o store.Options) error {
	s.mu.Lock()
	held, lasting, scopes, account := s.held, s.lasting, s.scopes, s.account
	s.mu.Unlock()
	r := record{V: recordVersion, Issuer: account.Issuer, Subject: account.Subject,
		ClientID: account.ClientID, RefreshToken: held.Reveal(), Scopes: scopes, Issued: s.site.wall()}
	if lasting {
		r.RefreshToken, r.AccessToken = "", held.Reveal()
	}
	data, err := json.Marshal(r)
	if err != nil {
		return &store.Error{Op: "put", Outcome: store.Unavailable, Err: err}
	}
	if err := s.where().Put(ctx, account.Item, data, o); err != nil {
		return err
	}
	s.mu.Lock()
	s.unsaved = s.unsaved && s.held.Reveal() != held.Reveal()
	s.mu.Unlock()
	return nil
}

// keep saves the session where it belongs and records how that went. It never
// loses the session: what cannot be stored lasts until the program ends.
func (s *Session) keep(ctx context.Context, status store.Status, o store.Options) *Problem {
	account := s.Account()
	kept := Kept{Status: status, volatile: true}
	switch err := s.saveIfAny(ctx, o); {
	case errors.Is(err, errNothingToKeep):
	case store.ReasonOf(err) == store.ReasonNewer:
		kept.Problem = storeProblem(PhaseCommit, status.Name, err)
	case err != nil:
		kept.Problem = problem(PhaseCommit, CodeStoreWriteFailed, NextDismiss, err).With("Store", status.Name)
	case !status.Persistent:
	default:
		if err := s.enter(ctx, account); err != nil {
			kept.Problem = problem(PhaseCommit, CodeIndexWriteFailed, NextDismiss, err)
		} else {
			kept.volatile = false
		}
	}
	if kept.volatile {
		s.client.index.addVolatile(account)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept, s.tried = kept, time.Time{}
	if kept.Problem != nil {
		s.unsaved, s.tried = true, s.site.wall()
		s.quick.Store(nil)
	}
	return kept.Problem
}

var errNothingToKeep = errors.New("the provider sent no refresh token")

func (s *Session) saveIfAny(ctx context.Context, o store.Options) error {
	s.mu.Lock()
	held, account := s.held, s.account
	s.mu.Unlock()
	if held.IsZero() {
		return errNothingToKeep
	}
	// What a newer version of this program stored for the account stays.
	if data, err := s.where().Get(ctx, account.Item, o); err == nil {
		if _, err := parseRecord(data, account); store.ReasonOf(err) == store.ReasonNewer {
			return err
		}
	}
	return s.save(ctx, o)
}

// enter puts the account into the index. Its item's name holds the e-mail
// address; if that changed, the item of the old name goes. An account that
// cannot be entered must not leave an item that nobody will find; one that was
// there before, with the same item, is found by its older entry.
func (s *Session) enter(ctx context.Context, a Account) error {
	index := s.client.index
	before, known := index.find(a)
	remove, from := before.Item, s.client.placeOf(before)
	err := index.put(a)
	if err != nil && known && !before.Leaving && remove == a.Item && from == s.where() {
		s.client.config.Logger.Warn("the index of accounts keeps an older entry", "error", err.Error())
		return nil
	}
	if err != nil {
		remove, from = a.Item, s.where()
	}
	if err != nil || known && (remove != a.Item || from != s.where()) {
		if err := from.Delete(ctx, remove, store.Options{Interact: true}); err != nil {
			s.client.config.Logger.Warn("removing an item nobody would find", "outcome", store.OutcomeOf(err).String())
		}
	}
	return err
}

// saveRotated saves a rotated token: save, then use. A store that is closed for
// a moment is tried again; one that stays closed is told in Kept.
func (s *Session) saveRotated(ctx context.Context) {
	if !s.isUnsaved() {
		return
	}
	var err error
	for _, wait := range []time.Duration{0, 100 * time.Millisecond, 400 * time.Millisecond} {
		if !pause(ctx, wait) {
			break
		}
		if err = s.save(ctx, store.Options{Verify: true}); err == nil {
			s.savedAtLast(ctx)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried = s.site.wall()
	if s.kept.Problem == nil {
		s.kept.Problem = problem(PhaseRefresh, CodeStoreWriteFailed, NextUnlock, err)
	}
	s.kept.volatile = true
	s.client.config.Logger.Warn("storing a rotated refresh token", "outcome", store.OutcomeOf(err).String())
}

// saveAgain tries, in the background, what could not be saved before.
func (s *Session) saveAgain() {
	s.mu.Lock()
	due := s.unsaved && !s.ended && s.site.wall().Sub(s.tried) >= saveAgainAfter
	s.mu.Unlock()
	if !due {
		return
	}
	s.flight.DoChan("save", func() (any, error) {
		defer s.client.begin()()
		ctx, cancel := context.WithTimeout(context.Background(), refreshTimeout)
		defer cancel()
		return nil, s.saveLate(ctx)
	})
}

// saveLate saves what is not saved yet, if the session still lives.
func (s *Session) saveLate(ctx context.Context) error {
	if !s.isUnsaved() || s.isEnded() {
		return nil
	}
	release, err := s.exclusive(ctx)
	if err != nil {
		return err
	}
	defer release()
	if !s.isUnsaved() || s.isEnded() {
		return nil
	}
	if problem := s.keep(ctx, s.where().Status(ctx), store.Options{Verify: true}); problem != nil {
		return problem
	}
	return nil
}

// savedAtLast makes good an earlier failure: the account enters the index too.
func (s *Session) savedAtLast(ctx context.Context) {
	s.mu.Lock()
	failed := s.kept.Problem != nil
	s.mu.Unlock()
	if failed {
		s.keep(ctx, s.where().Status(ctx), store.Options{Verify: true})
	}
}

func (s *Session) isUnsaved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsaved
}

func pause(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
