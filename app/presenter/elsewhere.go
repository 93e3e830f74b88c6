package presenter

import "app.latchkey/auth"

// ElsewhereView is the way for a browser that runs on another computer, where
// it can open neither the link to this one nor the page that brings back: a
// link in, and an address back by hand.
type ElsewhereView struct {
	Copied bool `json:"copied,omitempty"` // the link was copied: the button says so
	// Problem is what was wrong with the address that was pasted last.
	Problem *ProblemView `json:"problem,omitempty"`
}

// waitsForBrowser reports whether a sign-in is under way that a browser can
// still answer.
func (p *Presenter) waitsForBrowser() bool { return p.attempt != nil && p.attempt.attempt != nil }

// Elsewhere implements Actions.
func (p *Presenter) Elsewhere(open bool) {
	p.post(func() {
		if !p.waitsForBrowser() {
			return
		}
		p.show(func(s *State) {
			s.Problem, s.Waiting.Elsewhere = nil, nil
			if open {
				s.Waiting.Elsewhere = &ElsewhereView{}
			}
		})
	})
}

// CopyRemoteLink implements Actions. This link holds the request itself, so it
// is copied only for whoever says that the browser is elsewhere.
func (p *Presenter) CopyRemoteLink() {
	p.post(func() {
		if !p.waitsForBrowser() || p.state.Waiting.Elsewhere == nil {
			return
		}
		link, err := p.attempt.attempt.RemoteLink()
		if err != nil {
			p.elsewhereProblem(err)
			return
		}
		p.config.Window.CopyText(link.Reveal())
		p.show(func(s *State) { s.Waiting.Elsewhere = &ElsewhereView{Copied: true} })
	})
}

// Paste implements Actions. An address that is not the one is told about, and
// the sign-in goes on waiting.
func (p *Presenter) Paste(address string) {
	p.post(func() {
		if !p.waitsForBrowser() || p.state.Waiting.Elsewhere == nil {
			return
		}
		if err := p.attempt.attempt.Paste(address); err != nil {
			p.elsewhereProblem(err)
			return
		}
		p.show(func(s *State) { s.Waiting.Elsewhere, s.Problem = nil, nil })
	})
}

func (p *Presenter) elsewhereProblem(err error) {
	if auth.CodeOf(err) == auth.CodeCanceled {
		return // the answer came by itself in the meantime
	}
	p.show(func(s *State) {
		view := *s.Waiting.Elsewhere
		view.Problem = problemView(err)
		s.Waiting.Elsewhere = &view
	})
}

// Extend implements Actions.
func (p *Presenter) Extend() {
	p.post(func() {
		if p.waitsForBrowser() {
			deadline := p.attempt.attempt.Extend()
			p.show(func(s *State) { s.Waiting.Deadline = deadline })
		}
	})
}

// AskAgain implements Actions.
func (p *Presenter) AskAgain() {
	p.post(func() {
		if p.session == nil || p.leaving || p.attempt != nil {
			return
		}
		account := *p.account
		p.startAttempt(p.session.Provider(), p.session.AskAgain(), &account)
	})
}
