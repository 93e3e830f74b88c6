package presenter

import (
	"context"
	"errors"
	"sync/atomic"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
)

// running is the sign-in under way.
type running struct {
	ctx      context.Context
	provider auth.Provider
	attempt  *auth.Attempt // nil until the browser can be opened
	cancel   context.CancelFunc
	expected *auth.Account // who should sign in again; nil: anybody
	answer   chan bool     // to State.Confirm
	before   *auth.Session // shown when the sign-in began; nil: none
	canceled atomic.Bool   // by the person, not by the end of the program
}

var errDiscarded = errors.New("another account than expected")

// SignIn implements Actions. While a sign-in at the same provider is under way
// it opens the browser again: one attempt, however often the button is pressed.
func (p *Presenter) SignIn(providerID string) {
	p.post(func() { p.signIn(providerID) })
}

func (p *Presenter) signIn(providerID string) {
	for _, provider := range p.config.Providers {
		if provider.ID == providerID {
			if p.session != nil { // beside the one that is shown
				p.addAt(provider)
				return
			}
			p.startAttempt(provider, auth.SignInOptions{}, nil)
			return
		}
	}
}

// retry starts the last sign-in again, as it was: whoever was expected still is.
func (p *Presenter) retry() {
	if p.last != nil {
		p.last()
	}
}

// signInAgain starts a sign-in for the account whose session ended. The account
// and what is shown of it stay until another one is proven.
func (p *Presenter) signInAgain() {
	if p.session == nil {
		p.retry()
		return
	}
	account := *p.account
	hint := account.Email
	if hint == "" {
		hint = account.Subject
	}
	p.startAttempt(p.session.Provider(), auth.SignInOptions{LoginHint: hint}, &account)
}

func (p *Presenter) startAttempt(provider auth.Provider, o auth.SignInOptions, expected *auth.Account) {
	if p.gone() {
		return
	}
	if p.attempt != nil {
		p.openAgain()
		return
	}
	p.last = func() { p.startAttempt(provider, o, expected) }
	ctx, cancel := context.WithCancel(p.ctx)
	r := &running{ctx: ctx, provider: provider, cancel: cancel, expected: expected, answer: make(chan bool, 1), before: p.session}
	p.attempt, p.pages.open = r, PageNone
	p.show(func(s *State) {
		*s = State{Screen: ScreenWaiting, SignIn: s.SignIn, Waiting: startWaiting(provider, p.label(provider))}
	})
	options := o
	options.Observer = func(step flow.Step) { p.during(r, func() { p.step(step) }) }
	p.work(func() {
		defer cancel()
		session, err := p.run(ctx, r, options)
		if session != nil && session != r.before && r.canceled.Load() {
			// Cancelled while the keychain was writing. Not left to an event:
			// who cancels may quit next, and no event follows then.
			p.end(session, session.Account().Key)
			return
		}
		p.post(func() { p.finished(r, session, err) })
	})
}

// during queues an event of an attempt; it is dropped when that attempt ended.
func (p *Presenter) during(r *running, event func()) {
	p.post(func() {
		if p.attempt == r {
			event()
		}
	})
}

// run is a sign-in on its own goroutine, up to the session.
func (p *Presenter) run(ctx context.Context, r *running, o auth.SignInOptions) (*auth.Session, error) {
	if err := p.chooseFallback(ctx, r); err != nil {
		return nil, err
	}
	attempt, err := p.config.Auth.Begin(ctx, r.provider, o)
	if err != nil {
		return nil, err
	}
	p.during(r, func() {
		r.attempt = attempt
		p.show(func(s *State) { s.Waiting.Host, s.Waiting.Deadline = attempt.Host(), attempt.Deadline() })
	})
	p.open(ctx, r, attempt)
	pending, err := attempt.Wait(ctx)
	if ctx.Err() == nil { // the person comes back from the browser, to a success or to a problem
		p.during(r, func() {
			if p.pages.open != PageProvider { // where what was typed would be lost
				p.closePage()
			}
		})
		p.config.Window.Raise()
	}
	if err != nil {
		return nil, err
	}
	p.during(r, func() {
		person := personOf(pending.Identity(), "")
		p.show(func(s *State) { s.Waiting.Person = &person })
	})
	if err := p.confirm(ctx, r, pending); err != nil {
		p.work(func() { pending.Discard(ctx) }) // tells the provider; the person need not wait
		return nil, err
	}
	session, err := pending.Commit(ctx)
	if err != nil {
		pending.Discard(ctx)
	}
	return session, err
}

// open opens the browser. Its failure is shown, but the attempt goes on: the
// link can be copied.
func (p *Presenter) open(ctx context.Context, r *running, attempt *auth.Attempt) {
	err := attempt.Open(ctx)
	if auth.CodeOf(err) == auth.CodeCanceled {
		return // too late: the answer is there, or the sign-in is over
	}
	p.during(r, func() {
		p.show(func(s *State) {
			if err == nil {
				s.Waiting.Browser = BrowserOpened
				if s.Waiting.Steps[0].State == StepFailed {
					s.Waiting.Steps[0].State = StepDone
				}
				return
			}
			s.Waiting.Browser = BrowserFailed
			s.Problem = problemView(err)
			s.Waiting.Steps[0].State = StepFailed
		})
	})
}

// confirm asks before another account than the expected one is signed in.
func (p *Presenter) confirm(ctx context.Context, r *running, pending *auth.Pending) error {
	got := pending.Account()
	if r.expected == nil || r.expected.Issuer == got.Issuer && r.expected.Subject == got.Subject {
		return nil
	}
	p.during(r, func() {
		p.show(func(s *State) {
			s.Confirm = &ConfirmView{Kind: ConfirmOtherAccount, Old: who(*r.expected), New: who(got)}
		})
	})
	select {
	case yes := <-r.answer:
		if yes {
			return nil
		}
		return errDiscarded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Confirm implements Actions.
func (p *Presenter) Confirm(yes bool) {
	p.post(func() {
		if p.state.Confirm == nil {
			return
		}
		p.show(func(s *State) { s.Confirm = nil })
		if answer := p.answer; answer != nil {
			p.answer = nil
			answer(yes)
			return
		}
		if p.attempt == nil {
			return
		}
		select {
		case p.attempt.answer <- yes:
		default:
		}
	})
}

// step draws one step of the sign-in.
func (p *Presenter) step(step flow.Step) {
	p.show(func(s *State) {
		s.Waiting.Steps = advanceTo(s.Waiting.Steps, step)
		if step.Kind == flow.KindStore {
			s.Waiting.Unlock = ""
		}
	})
	if step.Kind == flow.KindStore && step.Status == flow.StatusRunning {
		p.lookWhetherLocked()
	}
}

// lookWhetherLocked tells the person to look for the keychain's own window,
// which may be behind ours.
func (p *Presenter) lookWhetherLocked() {
	r := p.attempt
	p.work(func() {
		keep := keepOf(p.config.Auth.Keeping(p.ctx))
		p.during(r, func() {
			if keep.Locked && r.attempt == nil {
				p.show(func(s *State) { s.Waiting.Unlock = keep.Name })
			}
		})
	})
}

// finished ends the attempt and shows what came of it.
func (p *Presenter) finished(r *running, session *auth.Session, err error) {
	if p.attempt != r {
		if session != nil && session != p.session { // cancelled just after the keychain had written
			p.work(func() { p.end(session, session.Account().Key) })
		}
		return
	}
	p.attempt = nil
	if err == nil {
		p.replace(r, session)
		p.signedIn(session)
		return
	}
	if auth.CodeOf(err) == auth.CodeCanceled || errors.Is(err, errDiscarded) || errors.Is(err, context.Canceled) {
		err = nil
	}
	p.back(err)
}

// replace signs out whom the person chose to replace: an account that is not
// shown must not come back by itself.
func (p *Presenter) replace(r *running, session *auth.Session) {
	old := p.session
	if r.expected == nil || old == nil || old == session {
		return
	}
	key := r.expected.Key
	p.work(func() { p.end(old, key) })
}

// end signs a session out that is no longer shown.
func (p *Presenter) end(session *auth.Session, key string) {
	err := errors.Join(session.SignOut(p.ctx), p.config.Resources.Forget(key))
	if err != nil {
		p.config.Logger.Warn("signing out an account that is not shown", "error", err.Error())
	}
}

// back shows the screen from before the sign-in.
func (p *Presenter) back(problem error) {
	if p.session == nil {
		p.showSignIn(problem)
		return
	}
	p.showProfile()
	p.show(func(s *State) { s.Problem = problemView(problem) })
}

// OpenAgain implements Actions.
func (p *Presenter) OpenAgain() { p.post(p.openAgain) }

func (p *Presenter) openAgain() {
	r := p.attempt
	if r == nil || r.attempt == nil {
		return
	}
	p.show(func(s *State) { s.Problem, s.Waiting.Browser = nil, BrowserOpening })
	attempt := r.attempt
	p.work(func() { p.open(r.ctx, r, attempt) })
}

// CopyLink implements Actions. Each press makes a fresh link.
func (p *Presenter) CopyLink() { p.post(p.copyLink) }

func (p *Presenter) copyLink() {
	if p.attempt == nil || p.attempt.attempt == nil {
		return
	}
	link, err := p.attempt.attempt.Link()
	if auth.CodeOf(err) == auth.CodeCanceled {
		return
	}
	if err != nil {
		p.show(func(s *State) { s.Problem = problemView(err) })
		return
	}
	p.config.Window.CopyText(link)
	p.show(func(s *State) { s.Waiting.Copied, s.Problem = true, nil })
}

// Cancel implements Actions: the screen changes now, the rest winds up behind it.
func (p *Presenter) Cancel() {
	p.post(func() {
		switch {
		case p.attempt != nil:
			p.attempt.canceled.Store(true)
			p.attempt.cancel()
			p.attempt = nil
			p.back(nil)
		case p.state.SignIn.Adding:
			p.back(nil)
		default:
			p.answer = nil
			p.show(func(s *State) { s.Problem, s.Confirm = nil, nil })
		}
	})
}
