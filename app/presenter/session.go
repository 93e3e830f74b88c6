package presenter

import (
	"errors"
	"os"
	"path/filepath"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/resources"
)

// resume shows an account from the cache and then renews it.
func (p *Presenter) resume(a auth.Account, provider auth.Provider) {
	session, err := p.config.Auth.Resume(a, provider)
	if err != nil {
		p.showSignIn(err)
		return
	}
	p.adopt(session, a)
	p.last = func() { p.signInAgain() }
	if profile, picture, ok := p.config.Resources.Cached(a.Key); ok && profile.Subject == a.Subject {
		p.profile, p.picture = profile, picture
	}
	p.showProfile()
	p.refresh()
}

// signedIn shows a new session: at once by its ID token, then by its profile.
func (p *Presenter) signedIn(session *auth.Session) {
	p.adopt(session, session.Account())
	p.show(func(s *State) { s.Problem = nil })
	p.showProfile()
	p.refresh()
	p.lookWhereKept()
}

// lookWhereKept shows whether the session ends with the program, and why.
func (p *Presenter) lookWhereKept() {
	session := p.session
	p.work(func() {
		kept := session.Kept(p.ctx)
		p.onSession(session, func() {
			until := untilOf(kept)
			news := until != p.until
			p.until = until
			p.show(func(s *State) {
				s.Profile.Until = p.until
				if news && kept.Problem != nil {
					s.Problem = problemView(kept.Problem)
				}
			})
		})
	})
}

func untilOf(k auth.Kept) Until {
	switch {
	case !k.UntilQuit():
		return ""
	case k.Problem != nil:
		return UntilFailed
	case k.Status.Persistent:
		return UntilNothing
	}
	return UntilNoPlace
}

// onSession queues an event about a session; it is dropped when another one or
// none is shown by then.
func (p *Presenter) onSession(session *auth.Session, event func()) {
	p.post(func() {
		if p.session == session {
			event()
		}
	})
}

func (p *Presenter) showProfile() {
	p.show(func(s *State) {
		view := p.profileView(p.session.Provider(), *p.account, p.profile, p.picture)
		view.Until, view.Refreshing, view.SigningOut = p.until, p.loading, p.leaving
		view.Tab, view.Session, view.Flow = p.tab, p.details, p.flowNow()
		view.ClockOff = clockOff(p.session.ClockSkew())
		*s = State{Screen: ScreenProfile, SignIn: s.SignIn, Profile: view, Accounts: p.sideBar(), Problem: s.Problem, Confirm: p.question(s)}
		s.SignIn.Adding = false
	})
	p.lookAtSession()
	p.lookAtFlow()
}

// question is what is asked about the account that is shown; the question of a
// sign-in ends with it.
func (p *Presenter) question(s *State) *ConfirmView {
	if p.answer == nil {
		return nil
	}
	return s.Confirm
}

// Refresh implements Actions.
func (p *Presenter) Refresh() { p.post(p.refreshNow) }

// refreshNow is what a person asked for: the provider is not left alone first.
func (p *Presenter) refreshNow() {
	if p.session != nil {
		p.session.Hurry()
	}
	p.refresh()
}

func (p *Presenter) refresh() {
	if p.session == nil || p.loading || p.leaving || p.state.Screen != ScreenProfile {
		return
	}
	p.loading = true
	p.show(func(s *State) { s.Profile.Refreshing, s.Problem = true, nil })
	session, life := p.session, p.life
	var recorder *flow.Recorder // the first request only is part of the sign-in
	if !life.recorded {
		life.recorded, recorder = true, session.Recorder()
	}
	life.work.Add(1)
	p.work(func() {
		defer life.work.Done()
		profile, err := p.config.Resources.Profile(life.ctx, session, recorder)
		p.keepFlow(life, session, recorder)
		p.onSession(session, func() { p.loaded(profile, err) })
		if err == nil {
			p.loadPicture(life, session, profile, recorder)
			p.keepFlow(life, session, recorder)
		}
	})
}

// keepFlow stores the record of a sign-in; recorder is nil where there was none.
func (p *Presenter) keepFlow(life *life, session *auth.Session, recorder *flow.Recorder) {
	if recorder == nil || life.ctx.Err() != nil {
		return
	}
	if err := session.KeepFlow(); err != nil {
		p.config.Logger.Warn("keeping the record of the sign-in", "error", err.Error())
	}
}

// loadPicture runs behind the profile: a name without a face is shown at once.
func (p *Presenter) loadPicture(life *life, session *auth.Session, profile resources.Profile, recorder *flow.Recorder) {
	picture, err := p.config.Resources.Picture(life.ctx, session, profile, recorder)
	if err != nil {
		p.config.Logger.Info("loading the picture", "error", err.Error())
		return
	}
	p.onSession(session, func() {
		p.picture = picture
		p.show(func(s *State) {
			s.Profile.Person.Picture = picture
			if len(s.Accounts) > 0 {
				s.Accounts = p.sideBar()
			}
		})
	})
}

func (p *Presenter) loaded(profile resources.Profile, err error) {
	p.loading = false
	p.lookWhereKept() // a rotated token may not have been stored
	if err == nil {
		p.profile, p.life.offline = profile, 0
	}
	p.over = auth.CodeOf(err) == auth.CodeRefreshRevoked
	if p.state.Screen != ScreenProfile {
		return // a sign-in has begun meanwhile; what was loaded is shown after it
	}
	if err == nil {
		p.showProfile()
		return
	}
	p.lookAtSession()
	code := auth.CodeOf(err)
	p.show(func(s *State) {
		s.Profile.Refreshing = false
		switch {
		case code == auth.CodeCanceled:
		case code == auth.CodeOffline:
			s.Profile.Offline = true
		default:
			s.Problem = problemView(err)
		}
	})
	if code == auth.CodeOffline {
		p.refreshLater()
	}
}

// unlock opens the keychain's own dialog, then goes on where it was needed.
func (p *Presenter) unlock() {
	session := p.session
	if session == nil {
		p.retry() // a sign-in begins by unlocking
		return
	}
	p.work(func() {
		err := session.Unlock(p.ctx)
		p.onSession(session, func() {
			if err != nil {
				p.show(func(s *State) { s.Problem = problemView(err) })
				return
			}
			p.refresh()
		})
	})
}

// SignOut implements Actions.
func (p *Presenter) SignOut() {
	p.post(func() {
		if p.session != nil && !p.leaving && p.attempt == nil {
			p.leave(p.session.SignOut)
		}
	})
}

// ProvidersTemplate is the providers.toml for somebody who has none yet.
const ProvidersTemplate = `# Providers that Latchkey offers. Remove the "#" and fill in your own client:
# https://console.cloud.google.com/ > APIs & Services > Credentials >
# Create credentials > OAuth client ID > Desktop app. Then restart Latchkey.
#
# [[provider]]
# id = "google"
# name = "Google"
# preset = "google"
# client_id = "….apps.googleusercontent.com"
# client_secret = "…"
`

// openConfig shows the folder of the configuration, with a providers.toml to
// fill in.
func (p *Presenter) openConfig() {
	dir := p.config.ConfigDir
	p.work(func() {
		path := filepath.Join(dir, "providers.toml")
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			_, err = f.WriteString(ProvidersTemplate)
			err = errors.Join(err, f.Close())
		}
		if err != nil && !errors.Is(err, os.ErrExist) {
			p.config.Logger.Warn("making providers.toml", "error", err.Error())
		}
		p.config.Window.OpenFolder(dir)
	})
}
