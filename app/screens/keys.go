package screens

import (
	"fyne.io/fyne/v2"
)

// TypedKey does what a key does while nothing has the focus: Enter the next
// step, Esc back, and the keys that scroll.
func (r *Root) TypedKey(ev *fyne.KeyEvent) {
	if r.menu.menu.Shown() { // and a click took the keyboard off its entries
		r.menu.menu.TypedKey(ev)
		return
	}
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		r.Primary()
	case fyne.KeyEscape:
		r.Escape()
	case fyne.KeyF10:
		r.menu.toggle()
	case fyne.KeyF1:
		r.runKey(ev.Name)
	case fyne.KeyUp:
		r.scroll(-40)
	case fyne.KeyDown:
		r.scroll(40)
	case fyne.KeyPageUp:
		r.scrollPages(-1)
	case fyne.KeyPageDown:
		r.scrollPages(1)
	}
}

// runKey does what the menu's entry with that key, and no modifier, does.
func (r *Root) runKey(key fyne.KeyName) {
	for _, e := range Menu(r.actions, r.state) {
		if e.Key == key && e.Modifier == 0 && e.Enabled {
			e.Run()
		}
	}
}

// Primary does the one thing to do next on the screen that is shown.
func (r *Root) Primary() {
	if r.shown != nil {
		r.shown.primary()
	}
}

// Escape cancels, goes back or closes a problem.
func (r *Root) Escape() {
	if r.shown != nil {
		r.shown.escape()
	}
}

func (r *Root) scroll(dy float32) {
	if r.shown != nil {
		r.shown.page().ScrollBy(dy)
	}
}

func (r *Root) scrollPages(n float32) {
	if r.shown != nil {
		r.scroll(n * r.shown.page().Height() * 0.9)
	}
}
