package screens_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
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

// menu are the entries of the menu that is open; what is grey has a "-".
func (r *rig) menu() (out []string) {
	top, ok := r.window.Canvas().Overlays().Top().(interface{ Visible() bool })
	if !ok || !top.Visible() {
		return nil
	}
	var texts []string
	walk(r.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if m, ok := o.(*widget.PopUpMenu); ok {
			for _, item := range m.Items {
				texts = append(texts, reflect.TypeOf(item).String())
			}
		}
	})
	return texts
}

// TestTheMenuOpens: by its button and by F10, from everywhere; Esc closes it; its
// entries do what they say.
func TestTheMenuOpens(t *testing.T) {
	for name, s := range map[string]presenter.State{
		"sign in": signInState(), "waiting": inBrowser(), "profile": accountState(),
		"settings": opened(accountState(), presenter.PageSettings),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(s)
			r.button("Menu").Tapped(nil)
			if len(r.menu()) < 8 {
				t.Fatalf("the menu has %q", r.menu())
			}
			r.key(fyne.KeyEscape)
			if r.menu() != nil {
				t.Error("Esc does not close the menu")
			}
			r.want()
			r.key(fyne.KeyF10)
			for range 10 {
				r.key(fyne.KeyDown) // to the last: quit
			}
			r.key(fyne.KeyReturn)
			r.want("Quit")
		})
	}
}

// TestTheMenuFits: wherever its button is, all of the menu is inside the window.
func TestTheMenuFits(t *testing.T) {
	for _, s := range []presenter.State{signInState(), accountState()} {
		r := newRig(t)
		r.window.Resize(fyne.NewSize(screens.MinWidth, screens.MinHeight))
		r.root.Update(s)
		r.key(fyne.KeyF10)
		walk(r.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
			m, ok := o.(*widget.PopUpMenu)
			if !ok {
				return
			}
			at, size := m.Position(), test.WidgetRenderer(m).MinSize()
			if at.X < 0 || at.Y < 0 || at.X+size.Width > screens.MinWidth || at.Y+size.Height > screens.MinHeight {
				t.Errorf("the menu of %s is at %v and %v large", s.Screen, at, size)
			}
		})
	}
}

// TestMenuEntries: what can be done in which state, and by which key.
func TestMenuEntries(t *testing.T) {
	all := "provider refresh signout settings diagnostics help about quit"
	for _, c := range []struct {
		name    string
		state   presenter.State
		enabled string
	}{
		{"starting", presenter.State{Screen: presenter.ScreenStarting}, "quit"},
		{"sign in", signInState(), "provider settings diagnostics help about quit"},
		{"waiting", inBrowser(), "settings diagnostics help about quit"},
		{"profile", accountState(), all},
		{"refreshing", with(accountState(), func(s *presenter.State) { s.Profile.Refreshing = true }), strings.Replace(all, "refresh ", "", 1)},
		{"signing out", with(accountState(), func(s *presenter.State) { s.Profile.SigningOut = true }), "settings diagnostics help about quit"},
		{"asked", with(accountState(), func(s *presenter.State) { s.Confirm = &presenter.ConfirmView{} }), "quit"},
		{"asked for a passphrase", with(accountState(), func(s *presenter.State) { s.Passphrase = &presenter.PassphraseView{} }), "quit"},
		{"a page", opened(accountState(), presenter.PageAbout), all},
	} {
		a := &actions{}
		var enabled []string
		for _, e := range screens.Menu(a, c.state) {
			for _, key := range strings.Fields(all) {
				if e.Enabled && e.Text == screens.Word("menu."+key) {
					enabled = append(enabled, key)
				}
			}
			e.Run()
		}
		if got := strings.Join(enabled, " "); got != c.enabled {
			t.Errorf("%s: enabled are %q, want %q", c.name, got, c.enabled)
		}
		want := []string{"OpenPage provider", "Refresh", "SignOut", "OpenPage settings", "OpenPage diagnostics", "Help", "OpenPage about", "Quit"}
		if got := a.take(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the entries do %q, want %q", c.name, got, want)
		}
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

// TestTheMenuSaysItsKeys, in a colour that can be read.
func TestTheMenuSaysItsKeys(t *testing.T) {
	r := newRig(t)
	r.root.Update(accountState())
	r.key(fyne.KeyF10)
	var drawn []string
	walk(r.window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if x, ok := o.(*canvas.Text); ok {
			drawn = append(drawn, x.Text)
			if _, _, _, a := x.Color.RGBA(); a != 0xffff {
				t.Errorf("%q is drawn through", x.Text)
			}
		}
	})
	for _, want := range []string{"Refresh profile   Ctrl+R", "Settings…   Ctrl+,", "Help   F1", "Quit   Ctrl+Q", "Sign out"} {
		if !slices.Contains(drawn, want) {
			t.Errorf("%q is not in the menu: %q", want, drawn)
		}
	}
}
