// Package tray is the program's icon among the desktop's own: a menu with a few
// of the presenter's Actions, and the account that is shown.
//
// Not every desktop has a tray; a plain GNOME has none. [Watch] knows whether
// this one does, at any moment: a window is only hidden there while something
// shows how to get it back.
package tray

import (
	"bytes"
	"image"
	"image/png"
	"runtime"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/systray"
	"golang.org/x/image/draw"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/assets"
)

const (
	// iconSize is that of the icon, in pixels, as desktops ask for on dense screens.
	iconSize = 64
	// longest is how many characters of an account are shown.
	longest = 48
)

// Tray is the icon with its menu. It is owned by Fyne's goroutine.
type Tray struct {
	app     desktop.App
	actions presenter.Actions
	raise   func()
	last    []entry
	// menu is always the same one: Fyne shows the first that it was given once
	// more when the tray is ready, which may be after a later one.
	menu *fyne.Menu
}

// entry is one line of the menu.
type entry struct {
	text    string
	enabled bool
	line    bool // a line between two groups
	quit    bool
	run     func()
}

// New puts the icon into the tray. It must be called on the main goroutine before
// the program's loop runs; raise shows the window.
func New(app desktop.App, a presenter.Actions, raise func()) *Tray {
	t := &Tray{app: app, actions: a, raise: raise, menu: fyne.NewMenu("")}
	t.Update(presenter.State{Screen: presenter.ScreenStarting})
	app.SetSystemTrayIcon(fyne.NewStaticResource("icon", icon()))
	systray.SetOnTapped(raise) // Fyne's own way would only show it, and not in front
	return t
}

// Update makes the menu anew if s changes it.
func (t *Tray) Update(s presenter.State) {
	entries := t.entries(s)
	if slices.EqualFunc(entries, t.last, same) {
		return
	}
	t.last = entries
	var items []*fyne.MenuItem
	for _, e := range entries {
		if e.line {
			items = append(items, fyne.NewMenuItemSeparator())
			continue
		}
		item := fyne.NewMenuItem(e.text, e.run)
		item.Disabled, item.IsQuit = !e.enabled, e.quit
		items = append(items, item)
	}
	t.menu.Items = items
	t.app.SetSystemTrayMenu(t.menu)
}

func same(a, b entry) bool {
	return a.text == b.text && a.enabled == b.enabled && a.line == b.line
}

func (t *Tray) entries(s presenter.State) []entry {
	asked := s.Confirm != nil || s.Passphrase != nil || s.Screen == presenter.ScreenStarting
	signedIn := s.Screen == presenter.ScreenProfile && !asked && !s.Profile.SigningOut
	return []entry{
		{text: literal(screens.Word("tray.show")), enabled: true, run: t.raise},
		{line: true},
		{text: literal(account(s))},
		{text: literal(screens.Word("menu.settings")), enabled: !asked, run: func() {
			t.actions.OpenPage(presenter.PageSettings)
			t.raise()
		}},
		{text: literal(screens.Word("menu.signout")), enabled: signedIn, run: t.actions.SignOut},
		{line: true},
		{text: literal(screens.Word("menu.quit")), enabled: true, quit: true, run: t.actions.Quit},
	}
}

// account is who is signed in, of the accounts the one that is shown.
func account(s presenter.State) string {
	var person presenter.PersonView
	if s.Screen == presenter.ScreenProfile {
		person = s.Profile.Person
	}
	for _, a := range s.Accounts {
		if a.Shown && person.Name == "" {
			person = a.Person
		}
	}
	text := person.Name
	if person.Email != "" {
		text = person.Email // never the same for two
	}
	if text == "" {
		return screens.Word("tray.nobody")
	}
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest-1]) + "…"
	}
	return text
}

// literal is text as menus show it unchanged: on the bus an underscore marks a
// key, on Windows an ampersand does, and what is no UTF-8 ends the connection.
func literal(text string) string {
	text = strings.ToValidUTF8(text, "�")
	switch runtime.GOOS {
	case "darwin":
		return text
	case "windows":
		return strings.ReplaceAll(text, "&", "&&")
	}
	return strings.ReplaceAll(text, "_", "__")
}

// icon is the program's, small. A large one would go over the bus pixel by pixel.
func icon() []byte {
	large, err := png.Decode(bytes.NewReader(assets.IconPNG))
	if err != nil {
		return assets.IconPNG // of ours, and tested
	}
	small := image.NewNRGBA(image.Rect(0, 0, iconSize, iconSize))
	draw.CatmullRom.Scale(small, small.Bounds(), large, large.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if png.Encode(&out, small) != nil { // into memory: never
		return assets.IconPNG
	}
	return out.Bytes()
}
