package screens_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/widgets"
	"app.latchkey/assets"
)

// menu are the entries of the menu that is open, found by a walk through
// containers alone, as screen readers' is; nil: none is.
func (r *rig) menu() (items []*widgets.MenuItem) {
	var find func(o fyne.CanvasObject)
	find = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widgets.MenuItem:
			items = append(items, o)
		case *fyne.Container:
			for _, c := range o.Objects {
				find(c)
			}
		}
	}
	if top := r.window.Canvas().Overlays().Top(); top != nil {
		find(top)
	}
	return items
}

// chosen is the entry of the menu that has the keyboard.
func (r *rig) chosen() string {
	if i, ok := r.window.Canvas().Focused().(*widgets.MenuItem); ok {
		return i.Text()
	}
	return ""
}

func (r *rig) wantChosen(what, want string) {
	r.t.Helper()
	if got := r.chosen(); got != want {
		r.t.Errorf("%s: the keyboard is on %q, want %q", what, got, want)
	}
}

// TestTheMenuOpens: by its button and by F10, from everywhere; its entries do
// what they say.
func TestTheMenuOpens(t *testing.T) {
	for name, s := range map[string]presenter.State{
		"sign in": signInState(), "waiting": inBrowser(), "profile": accountState(),
		"settings": opened(accountState(), presenter.PageSettings),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(s)
			r.button("Menu").Tapped(nil)
			if len(r.menu()) != 8 {
				t.Fatalf("the menu has %d entries", len(r.menu()))
			}
			r.key(fyne.KeyEscape)
			r.want()
			r.key(fyne.KeyF10)
			r.key(fyne.KeyEnd)
			r.key(fyne.KeyReturn)
			r.want("Quit")
			if r.menu() != nil {
				t.Error("the menu stays open")
			}
		})
	}
}

// TestTheMenusKeys: what can't be done is passed over, and the ends meet.
func TestTheMenusKeys(t *testing.T) {
	r := newRig(t)
	r.root.Update(signInState()) // nobody is signed in: no refreshing, no signing out
	r.key(fyne.KeyF10)
	r.wantChosen("opened", "Use another provider…")
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{
		{fyne.KeyDown, "Settings…"}, {fyne.KeyDown, "Diagnostics"}, {fyne.KeyUp, "Settings…"}, {fyne.KeyUp, "Use another provider…"},
		{fyne.KeyUp, "Quit"}, {fyne.KeyDown, "Use another provider…"}, {fyne.KeyEnd, "Quit"}, {fyne.KeyHome, "Use another provider…"},
		{fyne.KeyLeft, "Use another provider…"}, {fyne.KeyF1, "Use another provider…"},
	} {
		r.key(c.key)
		r.wantChosen(string(c.key), c.want)
	}
	for _, c := range []struct {
		letter rune
		want   string
	}{{'d', "Diagnostics"}, {'A', "About Latchkey"}, {'s', "Settings…"}, {'s', "Settings…"}, {'r', "Settings…"}, {'é', "Settings…"}} {
		r.window.Canvas().Focused().TypedRune(c.letter)
		r.wantChosen(string(c.letter), c.want)
	}
	r.want()
	r.window.Canvas().Focused().TypedRune(' ')
	r.want("OpenPage settings")
	if r.menu() != nil {
		t.Error("the menu stays open")
	}
}

// TestTheMenuCloses, and the keyboard is where it was.
func TestTheMenuCloses(t *testing.T) {
	click := func(r *rig) { test.TapCanvas(r.window.Canvas(), fyne.NewPos(400, 590)) }
	key := func(k fyne.KeyName) func(*rig) { return func(r *rig) { r.key(k) } }
	for name, closing := range map[string]func(*rig){
		"Esc": key(fyne.KeyEscape), "F10": key(fyne.KeyF10), "Tab": key(fyne.KeyTab), "a click elsewhere": click,
		"Esc, after a click on what can't be done": func(r *rig) {
			test.Tap(r.menu()[1])
			r.window.Canvas().Unfocus() // as the driver does
			r.key(fyne.KeyDown)
			r.wantChosen("after the click", "Use another provider…")
			r.key(fyne.KeyEscape)
		},
		"another screen": func(r *rig) { r.root.Update(inBrowser()); r.root.Update(signInState()) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(signInState())
			before := r.button("Sign in with GitLab")
			r.window.Canvas().Focus(before)
			r.key(fyne.KeyF10)
			if r.chosen() == "" {
				t.Fatal("the menu does not have the keyboard")
			}
			closing(r)
			if r.menu() != nil {
				t.Error("it stays open")
			}
			if f := r.window.Canvas().Focused(); f != fyne.Focusable(before) && name != "another screen" {
				t.Errorf("the keyboard is on %v", f)
			}
			r.want()
		})
	}
}

// TestTheMenuByMouse: the pointer takes the keyboard with it, and what can't be
// done does nothing.
func TestTheMenuByMouse(t *testing.T) {
	r := newRig(t)
	r.root.Update(signInState())
	r.key(fyne.KeyF10)
	items := r.menu()
	items[4].MouseIn(nil)
	r.wantChosen("the pointer", "Diagnostics")
	items[1].MouseIn(nil)
	r.wantChosen("the pointer", "Diagnostics")
	test.Tap(items[1])
	r.want()
	test.Tap(items[4])
	r.want("OpenPage diagnostics")
}

// TestTheMenuFollows: while it is open, what can be done is what the latest State
// says.
func TestTheMenuFollows(t *testing.T) {
	r := newRig(t)
	r.root.Update(accountState())
	r.key(fyne.KeyF10)
	r.key(fyne.KeyDown)
	r.wantChosen("opened", "Refresh profile")
	r.root.Update(with(accountState(), func(s *presenter.State) { s.Profile.Refreshing = true }))
	r.wantChosen("while it is refreshed", "Sign out")
	if i := r.menu()[1]; !i.Disabled() {
		t.Error("what can't be done now can be chosen")
	}
	r.root.Update(accountState())
	r.wantChosen("refreshed", "Sign out")
	if i := r.menu()[1]; i.Disabled() {
		t.Error("what can be done again can't be chosen")
	}
}

// TestTheMenuIsRead: by name, key, and whether it can be done.
func TestTheMenuIsRead(t *testing.T) {
	r := newRig(t)
	r.root.Update(signInState())
	r.key(fyne.KeyF10)
	var got []string
	for _, i := range r.menu() {
		if i.AccessibilityRole() != fyne.AccessibleRoleButton {
			t.Errorf("%q is a %s", i.Text(), i.AccessibilityRole())
		}
		got = append(got, i.AccessibilityLabel())
	}
	want := []string{"Use another provider…", "Refresh profile, Ctrl+R, not available", "Sign out, not available", "Settings…, Ctrl+,",
		"Diagnostics", "Help, F1", "About Latchkey", "Quit, Ctrl+Q"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read is %q, want %q", got, want)
	}
}

// TestTheMenuFits: wherever its button is and in every language, all of the menu
// is inside the window, and each text and key is whole and beside the other.
func TestTheMenuFits(t *testing.T) {
	for _, l := range assets.Languages() {
		if err := screens.UseLanguage(l.Tag); err != nil {
			t.Fatal(err)
		}
		for _, s := range []presenter.State{signInState(), accountState()} {
			s.Newer = "12.34.56"
			r := newRig(t)
			r.window.Resize(fyne.NewSize(screens.MinWidth, screens.MinHeight))
			r.root.Update(s)
			r.key(fyne.KeyF10)
			for _, i := range r.menu() {
				at, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(i), i.Size()
				if at.X < 8 || at.Y < 8 || at.X+size.Width > screens.MinWidth-8 || at.Y+size.Height > screens.MinHeight-8 {
					t.Errorf("%s: %q of %s is at %v and %v large", l.Tag, i.Text(), s.Screen, at, size)
				}
				if size.Width < i.NaturalWidth() || size.Height < 32 {
					t.Errorf("%s: %q is %v large and wants to be %v wide", l.Tag, i.Text(), size, i.NaturalWidth())
				}
			}
			if len(r.menu()) != 8 {
				t.Errorf("the menu has %d entries", len(r.menu()))
			}
		}
	}
	if err := screens.UseLanguage("en"); err != nil {
		t.Fatal(err)
	}
}

// TestTheMenuSaysItsKeys, at the right.
func TestTheMenuSaysItsKeys(t *testing.T) {
	r := newRig(t)
	r.root.Update(accountState())
	r.key(fyne.KeyF10)
	var got []string
	for _, i := range r.menu() {
		got = append(got, strings.TrimSpace(fmt.Sprint(i.Text(), " ", i.Key())))
	}
	for _, want := range []string{"Refresh profile Ctrl+R", "Settings… Ctrl+,", "Help F1", "Quit Ctrl+Q", "Sign out"} {
		if !strings.Contains(strings.Join(got, "\n")+"\n", want+"\n") {
			t.Errorf("%q is not in the menu: %q", want, got)
		}
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
