package app

import (
	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
)

// updateMenu keeps what the menu offers in the state s, and makes the system's
// menu bar anew when that has changed. Where the system has none, the menu is on
// the screens; an item that can't be used now is grey.
func (w *Window) updateMenu(s presenter.State) {
	old := w.entries
	w.entries = screens.Menu(w.actions, s)
	if w.menuBar && (!sameMenu(old, w.entries) || w.demo != s.Demo) {
		w.demo = s.Demo
		w.win.SetMainMenu(w.makeMenu())
	}
}

func sameMenu(a, b []screens.MenuEntry) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Text != b[i].Text || a[i].Enabled != b[i].Enabled {
			return false
		}
	}
	return true
}

// run does what the menu's entry number i does, if it can be done: a shortcut
// reaches its item even when that is grey.
func (w *Window) run(i int) {
	if e := w.entries[i]; e.Enabled {
		e.Run()
	}
}

// addShortcuts makes the keys work without a menu bar. Keys without a modifier
// are the screens' own.
func (w *Window) addShortcuts() {
	if w.menuBar {
		return // its items have them
	}
	for i, e := range screens.Menu(w.actions, presenter.State{}) { // the keys are the same in each State
		if e.Key != "" && e.Modifier != 0 {
			w.win.Canvas().AddShortcut(e.Shortcut(), func(fyne.Shortcut) { w.run(i) })
		}
	}
}

func (w *Window) makeMenu() *fyne.MainMenu {
	file, help := fyne.NewMenu(screens.Word("menu.file")), fyne.NewMenu(screens.Word("menu.help"))
	for i, e := range w.entries {
		if i > 0 && w.entries[i-1].Group != e.Group {
			file.Items = append(file.Items, fyne.NewMenuItemSeparator())
		}
		item := fyne.NewMenuItem(e.Text, func() { w.run(i) })
		item.Disabled, item.IsQuit = !e.Enabled, e.Quit
		if e.Modifier != 0 {
			item.Shortcut = e.Shortcut()
		}
		file.Items = append(file.Items, item)
	}
	if w.demo {
		help.Items = append(help.Items, fyne.NewMenuItem(screens.Word("demo.help"), w.actions.RegisterHelp))
		return fyne.NewMainMenu(file, help)
	}
	return fyne.NewMainMenu(file)
}
