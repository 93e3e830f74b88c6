package presenter

import "app.latchkey/resources"

// EraseData implements Actions: it asks first.
func (p *Presenter) EraseData() {
	p.post(func() {
		if p.config.Eraser == nil || p.attempt != nil || p.leaving || p.gone() {
			return
		}
		p.answer = func(yes bool) {
			if yes {
				p.erase()
			}
		}
		p.show(func(s *State) { s.Confirm = &ConfirmView{Kind: ConfirmEraseData} })
	})
}

// erase ends what is under way for the session that is shown, deletes, and says
// what may be left. Nothing can be done after it but to quit: what was kept in
// this program's memory must not be written again.
func (p *Presenter) erase() {
	p.choices.erasing = true
	life := p.life
	if p.session == nil {
		life = nil
	}
	p.session, p.account = nil, nil
	p.pages.settings.Erasing = true
	p.show(func(*State) {})
	p.work(func() {
		if life != nil {
			life.end()
			life.work.Wait()
		}
		left := p.config.Eraser.Erase(p.ctx)
		p.post(func() {
			p.choices.erasing, p.choices.erased = false, true
			p.profile, p.picture, p.details, p.record = resources.Profile{}, "", nil, nil
			p.pages.settings.Erasing, p.pages.settings.Erased = false, &ErasedView{Left: left}
			p.pages.open = PageSettings
			p.show(func(s *State) { *s = State{Screen: ScreenSignIn, SignIn: SignInView{Providers: p.buttons()}} })
		})
	})
}

// gone reports whether the data is being deleted, or was: then nothing begins.
func (p *Presenter) gone() bool { return p.choices.erasing || p.choices.erased }
