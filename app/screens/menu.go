package screens

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// MenuEntry is one line of the program's menu.
type MenuEntry struct {
	Text string
	// Key and Modifier do the same without the menu; an empty Key: none does.
	Key      fyne.KeyName
	Modifier fyne.KeyModifier
	Enabled  bool
	Group    int // entries of another group stand apart
	Quit     bool
	Run      func()
}

// Shortcut is the entry's key with its modifier; nil without one.
func (e MenuEntry) Shortcut() fyne.Shortcut {
	if e.Key == "" {
		return nil
	}
	return &desktop.CustomShortcut{KeyName: e.Key, Modifier: e.Modifier}
}

// keys are what is on the keys: "Ctrl+R".
func (e MenuEntry) keys() string {
	key := string(e.Key)
	switch {
	case e.Modifier == 0:
		return key
	case e.Modifier == fyne.KeyModifierSuper: // macOS's
		return "⌘" + key
	}
	return "Ctrl+" + key
}

// Menu is the program's menu in the state s. What can't be done just now is not
// enabled.
func Menu(a presenter.Actions, s presenter.State) []MenuEntry {
	const ctrl = fyne.KeyModifierShortcutDefault
	page := func(p presenter.Page) func() { return func() { a.OpenPage(p) } }
	asked := s.Confirm != nil || s.Passphrase != nil || s.Screen == presenter.ScreenStarting
	signedIn := s.Screen == presenter.ScreenProfile && !asked && !s.Profile.SigningOut
	about := Word("menu.about")
	if s.Newer != "" {
		about = wordWith("menu.newer", values{"Version": s.Newer})
	}
	return []MenuEntry{
		{Text: Word("menu.provider"), Enabled: !asked && s.Screen != presenter.ScreenWaiting && !s.Profile.SigningOut, Run: page(presenter.PageProvider)},
		{Text: Word("menu.refresh"), Key: fyne.KeyR, Modifier: ctrl, Enabled: signedIn && !s.Profile.Refreshing, Run: a.Refresh},
		{Text: Word("menu.signout"), Enabled: signedIn, Run: a.SignOut},
		{Text: Word("menu.settings"), Key: fyne.KeyComma, Modifier: ctrl, Enabled: !asked, Group: 1, Run: page(presenter.PageSettings)},
		{Text: Word("menu.diagnostics"), Enabled: !asked, Group: 1, Run: page(presenter.PageDiagnostics)},
		{Text: Word("menu.help"), Key: fyne.KeyF1, Enabled: !asked, Group: 1, Run: a.Help},
		{Text: about, Enabled: !asked, Group: 1, Run: page(presenter.PageAbout)},
		{Text: Word("menu.quit"), Key: fyne.KeyQ, Modifier: ctrl, Enabled: true, Quit: true, Group: 2, Run: a.Quit},
	}
}

// line is the entry as it is drawn below the entry above.
func (e MenuEntry) line(apart bool) widgets.MenuLine {
	l := widgets.MenuLine{Text: e.Text, Said: e.Text, Off: !e.Enabled, Apart: apart, Run: e.Run}
	if e.Key != "" {
		l.Key = e.keys()
		l.Said += ", " + l.Key
	}
	if l.Off {
		l.Said = wordWith("menu.off", values{"What": l.Said})
	}
	return l
}

// menuButton is the quiet button that opens the menu: on every screen at the
// same place.
type menuButton struct {
	actions presenter.Actions
	object  *widgets.Button
	menu    *widgets.Menu
	state   presenter.State
}

func newMenuButton(a presenter.Actions) *menuButton {
	m := &menuButton{actions: a, menu: widgets.NewMenu()}
	m.object = widgets.NewMenuButton(Word("menu.name"), m.show)
	return m
}

// update draws s. A menu that is open stays, with what can be done in s.
func (m *menuButton) update(s presenter.State) {
	m.state = s
	setVisible(m.object, s.Screen != presenter.ScreenStarting)
	if m.menu.Shown() {
		m.menu.Update(m.lines())
	}
}

func (m *menuButton) lines() (out []widgets.MenuLine) {
	entries := Menu(m.actions, m.state)
	for i, e := range entries {
		out = append(out, e.line(i > 0 && entries[i-1].Group != e.Group))
	}
	return out
}

// toggle opens the menu, or closes it.
func (m *menuButton) toggle() {
	if m.menu.Shown() {
		m.menu.Hide()
		return
	}
	m.show()
}

// show opens the menu at its button: below it, and above it where that is at the
// foot of the window.
func (m *menuButton) show() {
	d := fyne.CurrentApp().Driver()
	c := d.CanvasForObject(m.object)
	if c == nil || !m.object.Visible() {
		return
	}
	const gap = 4
	at, button, window := d.AbsolutePositionForObject(m.object), m.object.Size(), c.Size()
	foot, right := window.Height-at.Y, window.Width-at.X-button.Width
	atFoot := at.Y > window.Height/2
	m.menu.Show(c, m.lines(), func(window, menu fyne.Size) fyne.Position {
		if atFoot {
			return fyne.NewPos(at.X, window.Height-foot-gap-menu.Height)
		}
		return fyne.NewPos(window.Width-right-menu.Width, at.Y+button.Height+gap)
	})
}
