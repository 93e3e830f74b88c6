package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
)

// menuState is all that the menus depend on.
type menuState struct {
	made    bool
	refresh bool // there is a profile to refresh
	signOut bool // there is somebody to sign out
	demo    bool // there is something to help with
}

func menuStateOf(s presenter.State) menuState {
	signedIn := s.Screen == presenter.ScreenProfile && s.Confirm == nil && !s.Profile.SigningOut
	return menuState{made: true, refresh: signedIn && !s.Profile.Refreshing, signOut: signedIn, demo: s.Demo}
}

// updateMenu makes the menus anew when what they offer has changed. They offer
// only what does something; an item that can't be used now is grey. Where the
// system has no menu bar of its own there is none: all of it is on the screens.
func (w *Window) updateMenu(s presenter.State) {
	m := menuStateOf(s)
	if m == w.menu {
		return
	}
	w.menu = m
	if w.menuBar {
		w.win.SetMainMenu(w.makeMenu(m))
	}
}

// keys are what the menus' shortcuts do where there is no menu bar.
func (w *Window) keys() map[fyne.KeyName]func() {
	return map[fyne.KeyName]func(){
		fyne.KeyR: func() {
			if w.menu.refresh {
				w.actions.Refresh()
			}
		},
		fyne.KeyQ: w.win.Close,
	}
}

// addShortcuts makes the keys work without a menu bar.
func (w *Window) addShortcuts() {
	if w.menuBar {
		return // its items have them
	}
	for key, run := range w.keys() {
		w.win.Canvas().AddShortcut(shortcut(key), func(fyne.Shortcut) { run() })
	}
}

func (w *Window) makeMenu(m menuState) *fyne.MainMenu {
	// A shortcut reaches its item even when that is grey, so the action asks
	// once more.
	refresh := fyne.NewMenuItem(screens.Word("menu.refresh"), func() {
		if w.menu.refresh {
			w.actions.Refresh()
		}
	})
	refresh.Shortcut = shortcut(fyne.KeyR)
	refresh.Disabled = !m.refresh
	signOut := fyne.NewMenuItem(screens.Word("menu.signout"), func() {
		if w.menu.signOut {
			w.actions.SignOut()
		}
	})
	signOut.Disabled = !m.signOut
	quit := fyne.NewMenuItem(screens.Word("menu.quit"), w.win.Close)
	quit.Shortcut = shortcut(fyne.KeyQ)
	quit.IsQuit = true

	menus := []*fyne.Menu{fyne.NewMenu(screens.Word("menu.file"), refresh, signOut, fyne.NewMenuItemSeparator(), quit)}
	if m.demo {
		menus = append(menus, fyne.NewMenu(screens.Word("menu.help"),
			fyne.NewMenuItem(screens.Word("demo.help"), w.actions.RegisterHelp)))
	}
	return fyne.NewMainMenu(menus...)
}

// shortcut is a key with Ctrl, or Cmd on macOS.
func shortcut(key fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}
