package presenter_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/settings"
)

// shelf is where choices are kept.
type shelf struct {
	mu     sync.Mutex
	now    settings.Preferences
	broken error
	writes []settings.Preferences
}

func (s *shelf) Preferences() settings.Preferences { s.mu.Lock(); defer s.mu.Unlock(); return s.now }

func (s *shelf) ChangePreferences(change func(*settings.Preferences)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	change(&s.now)
	s.writes = append(s.writes, s.now)
	return nil
}

func newSettingsStage(t *testing.T, edit func(*presenter.Config)) (*stage, *shelf) {
	s, kept := newStage(t), &shelf{}
	s.configure = func(c *presenter.Config) {
		c.Preferences = kept
		if edit != nil {
			edit(c)
		}
	}
	return s, kept
}

// openSettings starts the program and opens the page.
func (s *stage) openSettings() presenter.State {
	s.t.Helper()
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageSettings)
	return s.until("the settings", func(st presenter.State) bool { return st.Settings != nil && st.Settings.Keep.Known })
}

func chosen(want presenter.Choices) func(presenter.State) bool {
	return func(s presenter.State) bool { return s.Settings != nil && s.Settings.Choices == want }
}

// TestEachChoice: it is shown, followed by the window at once, and kept.
func TestEachChoice(t *testing.T) {
	restarted := make(chan bool, 1)
	s, kept := newSettingsStage(t, func(c *presenter.Config) {
		c.CanDemo, c.Restart = true, func() { restarted <- true }
	})
	first := s.openSettings()
	if !first.Settings.CanDemo || first.Settings.Tray || first.Settings.Updates || first.Settings.CanErase || first.Settings.NoKeychain {
		t.Errorf("offered is %+v", first.Settings)
	}
	want := presenter.Choices{}
	for _, c := range []struct {
		name string
		do   func()
		want func(*presenter.Choices)
	}{
		{"dark", func() { s.p.SetAppearance(presenter.AppearanceDark) }, func(c *presenter.Choices) { c.Appearance = "dark" }},
		{"no appearance", func() { s.p.SetAppearance("neon") }, func(*presenter.Choices) {}},
		{"scale", func() { s.p.SetScale(150) }, func(c *presenter.Choices) { c.Scale = 150 }},
		{"too small", func() { s.p.SetScale(79) }, func(*presenter.Choices) {}},
		{"too large", func() { s.p.SetScale(201) }, func(*presenter.Choices) {}},
		{"language", func() { s.p.SetLanguage("ja") }, func(c *presenter.Choices) { c.Language = "ja" }},
		{"tray", func() { s.p.SetStartInTray(true) }, func(c *presenter.Choices) { c.StartInTray = true }},
		{"staying in the tray", func() { s.p.SetKeepInTray(true) }, func(c *presenter.Choices) { c.KeepInTray = true }},
		{"updates", func() { s.p.SetUpdates(false) }, func(c *presenter.Choices) { c.QuietUpdates = true }},
		{"demo", func() { s.p.SetDemo(true) }, func(c *presenter.Choices) { c.Demo = true }},
	} {
		c.do()
		c.want(&want)
		got := s.until(c.name, chosen(want))
		if got.Look != presenter.LookOf(want) {
			t.Errorf("%s: the window follows %+v, want %+v", c.name, got.Look, presenter.LookOf(want))
		}
		if got.KeepInTray != want.KeepInTray {
			t.Errorf("%s: the window stays in the tray: %v", c.name, got.KeepInTray)
		}
		if got.Settings.Restart != want.Demo {
			t.Errorf("%s: after a restart: %v", c.name, got.Settings.Restart)
		}
	}
	s.p.Restart()
	<-restarted
	s.stop()
	if kept.now != want {
		t.Errorf("kept is %+v, want %+v", kept.now, want)
	}
	s.start()
	if got := s.until("the sign-in screen", on(presenter.ScreenSignIn)); got.Look != presenter.LookOf(want) {
		t.Errorf("the first picture after a restart follows %+v", got.Look)
	}
}

// TestQuickChoices: however quick they are made, the last one is what is kept.
func TestQuickChoices(t *testing.T) {
	s, kept := newSettingsStage(t, nil)
	s.openSettings()
	for i := range 50 {
		s.p.SetScale(settings.MinScale + i)
	}
	s.until("the last", chosen(presenter.Choices{Scale: settings.MinScale + 49}))
	s.stop()
	if kept.now.Scale != settings.MinScale+49 {
		t.Errorf("kept is %d", kept.now.Scale)
	}
	if !slices.IsSortedFunc(kept.writes, func(a, b settings.Preferences) int { return a.Scale - b.Scale }) {
		t.Errorf("written in the order %v", kept.writes)
	}
}

func TestChoicesThatCannotBeKept(t *testing.T) {
	s, kept := newSettingsStage(t, nil)
	kept.broken = errors.New("disk full")
	s.openSettings()
	s.p.SetAppearance(presenter.AppearanceLight)
	got := s.until("that it is not kept", func(st presenter.State) bool { return st.Settings != nil && st.Settings.NotKept })
	if got.Look.Appearance != presenter.AppearanceLight {
		t.Error("it does not hold until the end either")
	}
	kept.mu.Lock()
	kept.broken = nil
	kept.mu.Unlock()
	s.p.SetAppearance(presenter.AppearanceDark)
	s.until("that it is", func(st presenter.State) bool { return st.Settings != nil && !st.Settings.NotKept })
}

// TestWhatTheComputerHas: a tray is offered where there is one, updates where
// they are built in, and the vault where there is no keychain.
func TestWhatTheComputerHas(t *testing.T) {
	s, _ := newSettingsStage(t, func(c *presenter.Config) { c.Tray = func() bool { return true } })
	s.openSettings()
	s.until("the tray", func(st presenter.State) bool { return st.Settings != nil && st.Settings.Tray })

	v, c := newVaultStage(t)
	v.start()
	v.until("the sign-in screen", on(presenter.ScreenSignIn))
	v.p.OpenPage(presenter.PageSettings)
	kept := func(inVault bool) func(presenter.State) bool {
		return func(st presenter.State) bool {
			return st.Settings != nil && st.Settings.NoKeychain && st.Settings.Vault == inVault && st.Settings.Keep.Persistent == inVault
		}
	}
	v.until("the choice", kept(false))
	v.p.SetVault(true)
	v.until("the vault", kept(true))
	v.p.SetVault(false)
	v.until("until I quit", kept(false))
	if want := []bool{true, false}; !slices.Equal(c.choice, want) {
		t.Errorf("remembered is %v, want %v", c.choice, want)
	}
}

// eraser forgets.
type eraser struct {
	left  []presenter.Leftover
	calls int
	hold  chan struct{}
}

func (e *eraser) Erase(context.Context) []presenter.Leftover {
	e.calls++
	if e.hold != nil {
		<-e.hold
	}
	return e.left
}

// TestErase: it is asked first; then nothing begins any more, and what may be
// left is said.
func TestErase(t *testing.T) {
	e := &eraser{left: []presenter.Leftover{{Kind: presenter.LeftFile}}, hold: make(chan struct{})}
	quit := make(chan bool, 1)
	s, _ := newSettingsStage(t, func(c *presenter.Config) { c.Eraser, c.Quit = e, func() { quit <- true } })
	s.start()
	s.signIn()
	s.p.OpenPage(presenter.PageSettings)
	s.until("the settings", func(st presenter.State) bool { return st.Settings != nil && st.Settings.CanErase })
	s.p.EraseData()
	s.until("the question", asksFor(presenter.ConfirmEraseData))
	s.p.Confirm(false)
	s.until("no question", func(st presenter.State) bool { return st.Confirm == nil })
	if e.calls != 0 {
		t.Fatal("it was not meant")
	}
	s.p.EraseData()
	s.until("the question", asksFor(presenter.ConfirmEraseData))
	s.p.Confirm(true)
	s.until("that it goes on", func(st presenter.State) bool { return st.Settings != nil && st.Settings.Erasing })
	s.p.ClosePage()
	s.p.Refresh()
	s.p.SignOut()
	s.p.SetScale(120)
	s.p.SignIn("google")
	close(e.hold)
	got := s.until("the end", func(st presenter.State) bool { return st.Settings != nil && st.Settings.Erased != nil })
	if !slices.Equal(got.Settings.Erased.Left, e.left) || len(got.Accounts) > 0 || got.Screen != presenter.ScreenSignIn || got.Settings.Choices.Scale != 0 {
		t.Errorf("shown is %+v, %+v", got, got.Settings)
	}
	s.p.SignIn("google")
	s.p.ClosePage()
	s.p.OpenPage(presenter.PageAbout)
	s.p.Quit()
	<-quit
	s.stop()
	for _, st := range s.all() {
		if st.Screen == presenter.ScreenWaiting && st.Accounts != nil {
			t.Error("a sign-in began after it")
		}
	}
	if last := s.all()[len(s.all())-1]; last.Page != presenter.PageSettings || last.Settings.Erased == nil {
		t.Errorf("the last is the page %q", last.Page)
	}
}
