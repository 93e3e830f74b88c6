package screens

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

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

// menuButton is the quiet button that opens the menu: on every screen at the
// same place.
type menuButton struct {
	actions presenter.Actions
	object  *widgets.Button
	state   presenter.State
	open    *widget.PopUpMenu // nil: never was
}

func newMenuButton(a presenter.Actions) *menuButton {
	m := &menuButton{actions: a}
	m.object = widgets.NewMenuButton(Word("menu.name"), m.show)
	return m
}

func (m *menuButton) update(s presenter.State) {
	m.state = s
	setVisible(m.object, s.Screen != presenter.ScreenStarting)
}

// show opens the menu, by the button or F10.
func (m *menuButton) show() {
	d := fyne.CurrentApp().Driver()
	c := d.CanvasForObject(m.object)
	if c == nil || !m.object.Visible() {
		return
	}
	if m.open != nil {
		m.open.Hide()
	}
	m.open = widget.NewPopUpMenu(popUp(Menu(m.actions, m.state)), c)
	at := d.AbsolutePositionForObject(m.object)
	below := at.AddXY(m.object.Size().Width-m.open.MinSize().Width, m.object.Size().Height+4)
	if at.Y > c.Size().Height/2 { // at the foot of the side bar
		below = at.AddXY(0, -m.open.MinSize().Height-4)
	}
	m.open.ShowAtPosition(fyne.NewPos(fyne.Max(4, below.X), fyne.Max(4, below.Y)))
	m.open.ActivateNext() // the keyboard begins at the first entry
}

// popUp is the menu for Fyne.
func popUp(entries []MenuEntry) *fyne.Menu {
	menu := fyne.NewMenu("")
	for i, e := range entries {
		if i > 0 && entries[i-1].Group != e.Group {
			menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
		}
		// Fyne draws an item's Shortcut so pale that it can't be read.
		text := e.Text
		if e.Key != "" {
			text += "   " + e.keys()
		}
		item := fyne.NewMenuItem(text, e.Run)
		item.Disabled = !e.Enabled
		menu.Items = append(menu.Items, item)
	}
	return menu
}
