package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
)

// TestTheLookIsFollowed: at once, also while the window is open.
func TestTheLookIsFollowed(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	t.Cleanup(func() { _ = screens.UseLanguage("") })
	looks := func() presenter.Look { return w.look }
	background := func() any {
		return w.app.Settings().Theme().Color(base.ColorNameBackground, base.VariantLight)
	}
	for _, c := range []struct {
		look presenter.Look
		want any
	}{
		{presenter.Look{Appearance: presenter.AppearanceDark}, theme.NewFixed(base.VariantDark).Color(base.ColorNameBackground, base.VariantLight)},
		{presenter.Look{Appearance: presenter.AppearanceContrast, Scale: 150}, theme.New().HighContrast().Color(base.ColorNameBackground, base.VariantLight)},
		{presenter.Look{Appearance: presenter.AppearanceLight}, theme.New().Color(base.ColorNameBackground, base.VariantLight)},
		{presenter.Look{}, theme.New().Color(base.ColorNameBackground, base.VariantLight)},
	} {
		s := profile()
		s.Look = c.look
		w.Show(s)
		if looks() != c.look || background() != c.want {
			t.Errorf("%+v: the window has %+v, its ground is %v, want %v", c.look, looks(), background(), c.want)
		}
	}
	before := w.root
	s := profile()
	s.Look.Language = "fr"
	w.Show(s)
	if w.root == before || screens.Language().String() != "fr" || w.Language() != "fr" {
		t.Errorf("the language is %s, the screens are new: %v", screens.Language(), w.root != before)
	}
	enter(w)
	if len(a.calls) != 1 || a.calls[0] != "Refresh" {
		t.Errorf("the new screens ask for %q", a.calls)
	}
}

// TestTheFocusSurvivesTheLanguage: who chooses one by keyboard goes on from there,
// and what had the keyboard before the settings gets it back after them.
func TestTheFocusSurvivesTheLanguage(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	t.Cleanup(func() { _ = screens.UseLanguage("") })
	settings := profile()
	settings.Page, settings.Settings = presenter.PageSettings, &presenter.SettingsView{}
	focused := func() string {
		if f, ok := w.win.Canvas().Focused().(fyne.Accessible); ok {
			return f.AccessibilityLabel()
		}
		return ""
	}
	reach := func(name string) {
		t.Helper()
		for range 40 {
			if w.win.Canvas().FocusNext(); strings.HasPrefix(focused(), name) {
				return
			}
		}
		t.Fatalf("the keyboard does not reach %q", name)
	}

	w.Show(profile())
	reach("Sign out")
	w.Show(settings)
	reach("Deutsch")
	settings.Look.Language = "de"
	w.Show(settings)
	if got := focused(); !strings.HasPrefix(got, "Deutsch") {
		t.Errorf("after German was chosen the keyboard is at %q", got)
	}
	s := profile()
	s.Look.Language = "de"
	w.win.Canvas().Unfocus()
	w.Show(s)
	if got := focused(); got != "Abmelden" {
		t.Errorf("after the settings the keyboard is at %q", got)
	}
}

// TestScale: ours overrides Fyne's own, which holds where nothing is chosen.
func TestScale(t *testing.T) {
	s := &scale{Settings: test.NewTempApp(t).Settings()}
	if got := s.Scale(); got != s.Settings.Scale() {
		t.Errorf("with nothing chosen it is %v", got)
	}
	s.percent = 150
	if got := s.Scale(); got != 1.5 {
		t.Errorf("150 per cent is %v", got)
	}
}
