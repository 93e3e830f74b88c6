package screens_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
)

func (a *actions) OpenPage(p presenter.Page) { a.add("OpenPage " + string(p)) }
func (a *actions) ClosePage()                { a.add("ClosePage") }
func (a *actions) Help()                     { a.add("Help") }
func (a *actions) Quit()                     { a.add("Quit") }

// opened is a state with a page over it.
func opened(s presenter.State, page presenter.Page) presenter.State {
	s.Page = page
	s.Settings, s.Diagnostics = &presenter.SettingsView{}, &presenter.DiagnosticsView{}
	s.About, s.NewProvider = &presenter.AboutView{}, &presenter.NewProviderView{}
	return s
}

// TestPages: a page lies over its screen, a question over the page; back and Esc
// lead to the screen, and the keyboard is where it was.
func TestPages(t *testing.T) {
	for page, title := range map[presenter.Page]string{
		presenter.PageSettings: "Settings", presenter.PageDiagnostics: "Diagnostics",
		presenter.PageAbout: "About Latchkey", presenter.PageProvider: "Use another provider",
	} {
		t.Run(string(page), func(t *testing.T) {
			r := newRig(t)
			r.root.Update(accountState())
			before := r.button("Refresh")
			r.window.Canvas().Focus(before)
			r.root.Update(opened(accountState(), page))
			r.wantTexts(title, "[Back]")
			r.wantNoTexts("Ada Lovelace", "[Refresh]")
			if f := r.window.Canvas().Focused(); f == fyne.Focusable(before) {
				t.Errorf("the focus stays on %v below the page", f)
			}
			r.window.Canvas().Unfocus()
			r.key(fyne.KeyEscape)
			r.want("ClosePage")
			r.button("Back").Tapped(nil)
			r.want("ClosePage")

			asked := opened(accountState(), page)
			asked.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmRemoveAccess, Old: "ada@example.com", Provider: "Google"}
			r.root.Update(asked)
			r.wantTexts("[Remove access]")
			r.wantNoTexts("[Back]")
			r.root.Update(accountState())
			r.wantTexts("Ada Lovelace")
		})
	}
}

// TestTheFocusComesBack: closing a page puts the keyboard where it was.
func TestTheFocusComesBack(t *testing.T) {
	for _, name := range []string{"Sign out", "Add another account", "Menu"} {
		r := newRig(t)
		r.root.Update(accountState())
		b := r.button(name)
		r.window.Canvas().Focus(b)
		r.root.Update(opened(accountState(), presenter.PageSettings))
		r.window.Canvas().Unfocus()
		r.root.Update(accountState())
		if r.window.Canvas().Focused() != fyne.Focusable(b) {
			t.Errorf("the focus is not on %q again", name)
		}
	}
	r := newRig(t)
	r.root.Update(accountState())
	r.window.Canvas().Focus(r.button("Sign out"))
	r.root.Update(opened(accountState(), presenter.PageSettings))
	r.root.Update(signInState()) // somebody was signed out meanwhile
	if f := r.window.Canvas().Focused(); f != nil {
		t.Errorf("the focus is on %v, which is gone", f)
	}
}

// TestAQuestionHasAFocusOfItsOwn: whoever says no is back where the question was
// asked, and a question that is asked again begins without what was said before:
// Enter must not delete because the keyboard was on "Delete" the last time.
func TestAQuestionHasAFocusOfItsOwn(t *testing.T) {
	r := newRig(t)
	asked := opened(accountState(), presenter.PageSettings)
	asked.Settings.CanErase = true
	question := asked
	question.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmEraseData}
	r.root.Update(accountState())
	r.window.Canvas().Focus(r.button("Sign out"))
	r.root.Update(asked)
	for range 2 {
		erase := r.button("Delete my data…")
		r.window.Canvas().Focus(erase)
		r.root.Update(question)
		if f := r.window.Canvas().Focused(); f != nil {
			t.Errorf("the question begins with the focus on %v", f)
		}
		r.window.Canvas().Focus(r.button("Delete my data"))
		r.root.Update(asked)
		if f := r.window.Canvas().Focused(); f != fyne.Focusable(erase) {
			t.Errorf("after no the focus is on %v", f)
		}
	}
	r.root.Update(accountState())
	if f := r.window.Canvas().Focused(); f != fyne.Focusable(r.button("Sign out")) {
		t.Errorf("after the page the focus is on %v", f)
	}
}

// TestHelpByKey: F1 works from everywhere, and not before there is anything.
func TestHelpByKey(t *testing.T) {
	r := newRig(t)
	r.root.Update(signInState())
	r.key(fyne.KeyF1)
	r.want("Help")
	r.window.Canvas().FocusNext()
	r.key(fyne.KeyF1)
	r.want("Help")
	r.root.Update(presenter.State{Screen: presenter.ScreenStarting})
	r.key(fyne.KeyF1)
	r.want()
}
