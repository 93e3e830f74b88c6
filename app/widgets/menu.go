package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/theme"
)

// MenuLine is one entry of a [Menu].
type MenuLine struct {
	Text string
	Key  string // does the same without the menu; drawn at the right
	Said string // the entry's name for screen readers
	Off  bool   // can't be done now
	// Apart: a line parts it from the entry above.
	Apart bool
	Run   func()
}

// Menu is a list of entries that lies over the window until one is chosen. The
// arrow keys go round, Home and End to the ends, and a letter to the next entry
// that begins with it; what can't be done is left out. Enter and Space do an
// entry; Esc, Tab and a click elsewhere close the menu. Then what had the
// keyboard before has it again.
//
// Fyne's own pop-up menu tells screen readers nothing, and draws keys so pale
// that they can't be read.
type Menu struct {
	object *fyne.Container // everything, as large as the window
	column *fyne.Container
	items  []*MenuItem
	canvas fyne.Canvas // nil: it is not shown
	place  func(window, menu fyne.Size) fyne.Position
}

// menuMargin is how far a menu keeps from the edges of the window.
const menuMargin = 2 * theme.Grid

// NewMenu returns a menu that is not shown.
func NewMenu() *Menu {
	m := &Menu{column: Column()}
	const pad = theme.Grid
	panel := Layers(newFloatingPanel(theme.ColorCard, theme.ColorLine, theme.RadiusCard), Inset(pad, pad, pad, pad, m.column))
	m.object = &fyne.Container{Layout: menuLayout{m}, Objects: []fyne.CanvasObject{newBackdrop(m.Hide), panel}}
	return m
}

// Show opens the menu over the window of c, with the keyboard on its first
// entry. at says where its upper left corner is wanted; it is moved so that all
// of it is in the window.
func (m *Menu) Show(c fyne.Canvas, lines []MenuLine, at func(window, menu fyne.Size) fyne.Position) {
	m.Hide()
	m.items, m.place = nil, at
	m.Update(lines)
	m.canvas = c
	c.Overlays().Add(m.object)
	m.object.Resize(c.Size())
	m.focus(m.next(-1, 1))
}

// Update changes the entries of a menu that is open. The keyboard stays on its
// entry, if that can still be done.
func (m *Menu) Update(lines []MenuLine) {
	slots := []Slot{}
	for i, l := range lines {
		if i == len(m.items) {
			m.items = append(m.items, newMenuItem(m))
		}
		before := float32(0)
		if l.Apart && i > 0 {
			slots = append(slots, Slot{Object: Line(), Before: theme.Grid})
			before = theme.Grid
		}
		m.items[i].set(l)
		slots = append(slots, Slot{Object: m.items[i], Before: before})
	}
	m.items = m.items[:len(lines)]
	fresh := Column(slots...)
	m.column.Layout, m.column.Objects = fresh.Layout, fresh.Objects
	m.object.Refresh()
	if i := m.focused(); m.Shown() && i >= 0 && m.items[i].line.Off {
		m.focus(m.next(i, 1))
	}
}

// Hide closes the menu.
func (m *Menu) Hide() {
	if m.canvas != nil {
		m.canvas.Overlays().Remove(m.object)
		m.canvas = nil
	}
}

// Shown reports whether the menu is open.
func (m *Menu) Shown() bool { return m.canvas != nil }

// TypedKey is what a key does while the menu is open.
func (m *Menu) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyDown:
		m.focus(m.next(m.focused(), 1))
	case fyne.KeyUp:
		m.focus(m.next(m.focused(), -1))
	case fyne.KeyHome, fyne.KeyPageUp:
		m.focus(m.next(-1, 1))
	case fyne.KeyEnd, fyne.KeyPageDown:
		m.focus(m.next(-1, -1))
	case fyne.KeyEscape, fyne.KeyTab, fyne.KeyF10:
		m.Hide()
	case fyne.KeyReturn, fyne.KeyEnter:
		m.run()
	}
}

// typedRune is what a letter does. Space is done here, where it arrives last:
// else it would be typed into what has the keyboard after the menu.
func (m *Menu) typedRune(r rune) {
	if r == ' ' {
		m.run()
		return
	}
	letter := strings.ToLower(string(r))
	from := m.focused()
	for n := range m.items {
		i := (from + 1 + n) % len(m.items)
		if l := m.items[i].line; !l.Off && strings.HasPrefix(strings.ToLower(l.Text), letter) {
			m.focus(i)
			return
		}
	}
}

// run does the entry that has the keyboard.
func (m *Menu) run() {
	if i := m.focused(); i >= 0 {
		m.items[i].Press()
	}
}

// focused is the number of the entry that has the keyboard; -1: none has.
func (m *Menu) focused() int {
	for i, item := range m.items {
		if m.Shown() && m.canvas.Focused() == fyne.Focusable(item) {
			return i
		}
	}
	return -1
}

func (m *Menu) focus(i int) {
	if i >= 0 {
		m.canvas.Focus(m.items[i])
	}
}

// next is the next entry after i, or before it, that can be done; from -1 the
// first, or the last. It is -1 where there is none.
func (m *Menu) next(i, step int) int {
	n := len(m.items)
	if i < 0 && step < 0 {
		i = 0
	}
	for range n {
		if i = (i + step + n) % n; !m.items[i].line.Off {
			return i
		}
	}
	return -1
}

// menuLayout makes the panel as large as its entries want it, inside the window.
type menuLayout struct{ m *Menu }

func (l menuLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if size.IsZero() {
		return // not in a window yet
	}
	objects[0].Resize(size)
	want := objects[1].MinSize()
	var natural float32
	for _, i := range l.m.items {
		natural = fyne.Max(natural, i.NaturalWidth())
	}
	want.Width = fyne.Min(natural+2*theme.Grid, size.Width-2*menuMargin)
	at := l.m.place(size, want)
	place(objects[1],
		fyne.Max(menuMargin, fyne.Min(at.X, size.Width-menuMargin-want.Width)),
		fyne.Max(menuMargin, fyne.Min(at.Y, size.Height-menuMargin-want.Height)), want.Width, want.Height)
}

func (menuLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// backdrop is the rest of the window, where a click closes the menu.
type backdrop struct {
	widget.BaseWidget
	tapped func()
}

func newBackdrop(tapped func()) *backdrop {
	b := &backdrop{tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// Tapped implements [fyne.Tappable].
func (b *backdrop) Tapped(*fyne.PointEvent) { b.tapped() }

// TappedSecondary implements [fyne.SecondaryTappable].
func (b *backdrop) TappedSecondary(*fyne.PointEvent) { b.tapped() }

// CreateRenderer implements [fyne.Widget].
func (b *backdrop) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{})
}
