package presenter

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"app.latchkey/auth"
	"app.latchkey/resources"
)

// ShowAccount implements Actions. The session of the account that is left goes
// on; only its requests that nobody will see are cancelled.
func (p *Presenter) ShowAccount(key string) {
	p.post(func() {
		if p.attempt != nil || p.leaving || p.session == nil || p.account.Key == key {
			return
		}
		p.showAccount(key)
	})
}

func (p *Presenter) showAccount(key string) {
	for _, a := range p.accounts() {
		if a.Key != key {
			continue
		}
		if provider, ok := p.providerOf(a); ok {
			p.show(func(s *State) { s.Problem, s.Confirm = nil, nil })
			p.resume(a, provider)
			return
		}
	}
}

// AddAccount implements Actions. Where there is one provider only, nothing has
// to be chosen here: the browser opens and offers all of its accounts.
func (p *Presenter) AddAccount() {
	p.post(func() {
		if p.attempt != nil || p.leaving || p.session == nil {
			return
		}
		if len(p.config.Providers) == 1 {
			p.addAt(p.config.Providers[0])
			return
		}
		p.show(func(s *State) {
			*s = State{Screen: ScreenSignIn, SignIn: s.SignIn, Accounts: s.Accounts}
			s.SignIn.Adding, s.SignIn.Providers = true, p.buttons()
		})
		p.lookWhatKeeps()
	})
}

// addAt signs in beside whoever is signed in already: the provider shall let
// the person choose, even if it knows somebody (OpenID Connect Core §3.1.2.1).
func (p *Presenter) addAt(provider auth.Provider) {
	p.startAttempt(provider, auth.SignInOptions{Prompt: "select_account"}, nil)
}

// accounts lists the accounts that can be shown, in an order that stays: by
// provider and name, not by the last sign-in.
func (p *Presenter) accounts() []auth.Account {
	all, err := p.config.Auth.Accounts()
	if err != nil {
		p.config.Logger.Warn("reading the accounts", "error", err.Error())
	}
	all = slices.DeleteFunc(all, func(a auth.Account) bool {
		_, ok := p.providerOf(a)
		return !ok
	})
	slices.SortStableFunc(all, func(a, b auth.Account) int {
		return cmp.Or(cmp.Compare(a.ProviderName, b.ProviderName), cmp.Compare(who(a), who(b)), cmp.Compare(a.Key, b.Key))
	})
	return all
}

// sideBar draws the accounts by what is cached of each.
func (p *Presenter) sideBar() []AccountView {
	var out []AccountView
	for _, a := range p.accounts() {
		provider, _ := p.providerOf(a)
		profile, picture, ok := p.config.Resources.Cached(a.Key)
		if !ok || profile.Subject != a.Subject {
			profile, picture = resources.FromIdentity(a.Identity), ""
		}
		out = append(out, AccountView{
			Key: a.Key, Provider: p.label(provider), Shown: p.account != nil && p.account.Key == a.Key,
			Person: person(profile.Subject, profile.Name, profile.Email, profile.EmailVerified, picture),
		})
	}
	return out
}

// first is the account that the program starts with: the one shown last, else
// the latest sign-in. The error says why there may be more than are found.
func (p *Presenter) first() (_ auth.Account, _ auth.Provider, found bool, _ error) {
	all, err := p.config.Auth.Accounts()
	if err != nil {
		p.config.Logger.Warn("reading the accounts", "error", err.Error())
	}
	last := ""
	if p.config.Memory != nil {
		last = p.config.Memory.ShownAccount()
	}
	slices.SortStableFunc(all, func(a, b auth.Account) int {
		switch {
		case a.Key == last:
			return -1
		case b.Key == last:
			return 1
		}
		return 0
	})
	for _, a := range all {
		if provider, ok := p.providerOf(a); ok {
			return a, provider, true, err
		}
	}
	return auth.Account{}, auth.Provider{}, false, err
}

// remember makes key the account that the next start shows.
func (p *Presenter) remember(key string) {
	if p.config.Memory == nil {
		return
	}
	p.work(func() {
		if err := p.config.Memory.SetShownAccount(key); err != nil {
			p.config.Logger.Warn("remembering which account is shown", "error", err.Error())
		}
	})
}

// ShowTab implements Actions.
func (p *Presenter) ShowTab(tab Tab) { p.post(func() { p.showTab(tab) }) }

func (p *Presenter) showTab(tab Tab) {
	if p.state.Screen != ScreenProfile || tab != TabProfile && tab != TabSession && tab != TabFlow {
		return
	}
	p.tab = tab
	p.show(func(s *State) { s.Profile.Tab = tab })
	p.lookAtSession()
	p.lookAtFlow()
}

// lookAtSession draws the session's tab: what is known without the network.
func (p *Presenter) lookAtSession() {
	session := p.session
	if session == nil {
		return
	}
	looked := p.tab == TabSession // only then may the provider be asked what it offers
	p.work(func() {
		kept := session.Kept(p.ctx)
		better, logout := "", false
		if looked {
			if session.CanMove(p.ctx) {
				better = p.config.Auth.Keeping(p.ctx).Name
			}
			logout = session.OffersLogout(p.ctx)
		}
		p.onSession(session, func() {
			view := sessionView(session, kept)
			view.Better, view.Logout = better, logout
			if p.over {
				view.Access = AccessEnded
			}
			if !looked && p.details != nil {
				view.Better, view.Logout = p.details.Better, p.details.Logout
			}
			p.details = &view
			if p.state.Screen == ScreenProfile {
				p.show(func(s *State) { s.Profile.Session = p.details })
			}
		})
	})
}

func sessionView(session *auth.Session, kept auth.Kept) SessionView {
	account := session.Account()
	v := SessionView{Access: AccessRenew, Granted: session.Scopes(), SignedIn: account.SignedIn}
	v.Declined = session.Declined()
	if !kept.UntilQuit() {
		v.Store = kept.Status.Name
	}
	switch until, ok := session.Access(); {
	case ok && until.IsZero():
		v.Access = AccessLasting
	case ok:
		v.Access, v.Expires = AccessValid, until
	}
	return v
}

// RemoveAccess implements Actions: it asks first, for it ends the sign-ins on
// the person's other computers too.
func (p *Presenter) RemoveAccess() {
	p.post(func() {
		if p.session == nil || p.leaving || p.attempt != nil {
			return
		}
		p.answer = func(yes bool) {
			if yes {
				p.leave(p.session.RemoveAccess)
			}
		}
		p.show(func(s *State) {
			s.Confirm = &ConfirmView{Kind: ConfirmRemoveAccess, Old: who(*p.account),
				Provider: p.label(p.session.Provider()), Google: p.session.Provider().Google}
		})
	})
}

// Keep implements Actions. The better place may show a dialog of its own.
func (p *Presenter) Keep() {
	p.post(func() {
		session := p.session
		if session == nil || p.leaving || p.attempt != nil {
			return
		}
		p.work(func() {
			err := session.Move(p.ctx)
			p.onSession(session, func() {
				if err != nil {
					p.show(func(s *State) { s.Problem = problemView(err) })
				}
				p.lookWhereKept()
				p.lookAtSession()
			})
		})
	})
}

// Logout implements Actions: the person is signed out here first, whatever
// becomes of the page in the browser.
func (p *Presenter) Logout() {
	p.post(func() {
		if p.session == nil || p.leaving || p.attempt != nil {
			return
		}
		session := p.session
		p.leave(func(ctx context.Context) error {
			logout, err := session.Logout(ctx)
			if err != nil {
				return errors.Join(session.SignOut(ctx), err)
			}
			if err := session.SignOut(ctx); err != nil {
				_ = logout.Close()
				return err
			}
			if err := logout.Open(ctx); err != nil {
				_ = logout.Close()
				return err
			}
			p.work(func() {
				if err := logout.Wait(p.ctx); err != nil {
					p.config.Logger.Info("waiting for the browser to sign out", "code", string(auth.CodeOf(err)))
				}
			})
			return nil
		})
	})
}

// leave ends the session, by way of end, and shows the next account or the
// first screen.
func (p *Presenter) leave(end func(context.Context) error) {
	p.leaving = true
	session, life, key := p.session, p.life, p.account.Key
	p.show(func(s *State) { s.Profile.SigningOut, s.Problem = true, nil })
	p.work(func() {
		life.end()
		life.work.Wait()
		err := end(p.ctx)
		if forgetErr := p.config.Resources.Forget(key); forgetErr != nil {
			err = errors.Join(err, forgetErr)
		}
		p.onSession(session, func() {
			p.leaving = false
			for _, a := range p.accounts() {
				if a.Key != key {
					p.showAccount(a.Key)
					p.show(func(s *State) { s.Problem = problemView(err) })
					return
				}
			}
			p.showSignIn(err)
		})
	})
}
