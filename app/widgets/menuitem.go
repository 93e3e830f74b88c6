package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/theme"
)

// MenuItem is an entry of a [Menu]. The pointer takes the keyboard with it: one
// entry is chosen, not two.
type MenuItem struct {
	widget.BaseWidget

	menu    *Menu
	line    MenuLine
	focused bool
}

var (
	_ fyne.Tappable     = (*MenuItem)(nil)
	_ fyne.Focusable    = (*MenuItem)(nil)
	_ fyne.Tabbable     = (*MenuItem)(nil)
	_ fyne.Disableable  = (*MenuItem)(nil)
	_ fyne.Accessible   = (*MenuItem)(nil)
	_ desktop.Hoverable = (*MenuItem)(nil)
)

const (
	menuRow     = 9 * theme.Grid
	menuPad     = 3 * theme.Grid // of an entry's text
	menuKeyGap  = 8 * theme.Grid // between a text and its key
	menuMinimum = 30 * theme.Grid
)

func newMenuItem(m *Menu) *MenuItem {
	i := &MenuItem{menu: m}
	i.ExtendBaseWidget(i)
	return i
}

func (i *MenuItem) set(l MenuLine) {
	i.line = l
	i.Refresh()
}

// Text returns the text, without the key.
func (i *MenuItem) Text() string { return i.line.Text }

// Key returns the key that does the same without the menu; "": none does.
func (i *MenuItem) Key() string { return i.line.Key }

// Press does what the entry says, after the menu is closed.
func (i *MenuItem) Press() {
	if i.line.Off {
		return
	}
	i.menu.Hide()
	i.line.Run()
}

// Tapped implements [fyne.Tappable].
func (i *MenuItem) Tapped(*fyne.PointEvent) { i.Press() }

// FocusGained implements [fyne.Focusable].
func (i *MenuItem) FocusGained() { i.setFocused(true) }

// FocusLost implements [fyne.Focusable].
func (i *MenuItem) FocusLost() { i.setFocused(false) }

func (i *MenuItem) setFocused(on bool) {
	i.focused = on
	i.Refresh()
}

// TypedRune implements [fyne.Focusable].
func (i *MenuItem) TypedRune(r rune) { i.menu.typedRune(r) }

// TypedKey implements [fyne.Focusable].
func (i *MenuItem) TypedKey(ev *fyne.KeyEvent) { i.menu.TypedKey(ev) }

// AcceptsTab implements [fyne.Tabbable]: Tab leaves the menu.
func (i *MenuItem) AcceptsTab() bool { return true }

// Disabled implements [fyne.Disableable].
func (i *MenuItem) Disabled() bool { return i.line.Off }

// Disable implements [fyne.Disableable].
func (i *MenuItem) Disable() {
	i.line.Off = true
	i.Refresh()
}

// Enable implements [fyne.Disableable].
func (i *MenuItem) Enable() {
	i.line.Off = false
	i.Refresh()
}

// MouseIn implements [desktop.Hoverable].
func (i *MenuItem) MouseIn(*desktop.MouseEvent) {
	if !i.line.Off && i.menu.Shown() {
		i.menu.canvas.Focus(i)
	}
}

// MouseMoved implements [desktop.Hoverable].
func (i *MenuItem) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (i *MenuItem) MouseOut() {}

// AccessibilityLabel implements [fyne.Accessible].
func (i *MenuItem) AccessibilityLabel() string { return i.line.Said }

// AccessibilityRole implements [fyne.Accessible].
func (i *MenuItem) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// NaturalWidth is the width for the whole text and the key.
func (i *MenuItem) NaturalWidth() float32 {
	w := 2*menuPad + measureBody(i.line.Text).Width
	if i.line.Key != "" {
		w += menuKeyGap + measureBody(i.line.Key).Width
	}
	return fyne.Max(menuMinimum, w)
}

func measureBody(s string) fyne.Size {
	return fyne.MeasureText(s, base.Size(theme.SizeBody), fyne.TextStyle{})
}

// MinSize implements [fyne.CanvasObject].
func (i *MenuItem) MinSize() fyne.Size { return fyne.NewSize(menuMinimum, menuRow) }

// CreateRenderer implements [fyne.Widget].
func (i *MenuItem) CreateRenderer() fyne.WidgetRenderer {
	i.ExtendBaseWidget(i)
	r := &menuItemRenderer{i: i, ground: canvas.NewRectangle(nil), text: canvas.NewText("", nil), key: canvas.NewText("", nil)}
	r.paint()
	return r
}

type menuItemRenderer struct {
	i         *MenuItem
	ground    *canvas.Rectangle
	text, key *canvas.Text
}

func (r *menuItemRenderer) Destroy()           {}
func (r *menuItemRenderer) MinSize() fyne.Size { return r.i.MinSize() }
func (r *menuItemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.text, r.key}
}

func (r *menuItemRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	room := size.Width - 2*menuPad
	if r.i.line.Key != "" {
		ks := measureBody(r.i.line.Key)
		place(r.key, size.Width-menuPad-ks.Width, (size.Height-ks.Height)/2, ks.Width, ks.Height)
		room -= ks.Width + menuKeyGap
	}
	t := &Text{spans: []Span{{Text: r.i.line.Text}}, size: theme.SizeBody, fit: FitShort}
	r.text.Text = t.oneLine(room).runs[0].text
	ts := measureBody(r.text.Text)
	place(r.text, menuPad, (size.Height-ts.Height)/2, ts.Width, ts.Height)
}

func (r *menuItemRenderer) Refresh() {
	r.paint()
	r.Layout(r.i.Size())
	canvas.Refresh(r.i)
}

// paint shows the chosen entry by its ground and a frame, as a button shows that
// it has the keyboard.
func (r *menuItemRenderer) paint() {
	r.ground.CornerRadius, r.ground.StrokeWidth = theme.RadiusSoft, 0
	r.ground.FillColor, r.ground.StrokeColor = color.Transparent, color.Transparent
	if r.i.focused {
		r.ground.FillColor = base.Color(theme.ColorSoft)
		r.ground.StrokeColor, r.ground.StrokeWidth = base.Color(base.ColorNamePrimary), ringWidth
	}
	text, key := base.ColorNameForeground, theme.ColorQuiet
	if r.i.line.Off {
		text, key = base.ColorNameDisabled, base.ColorNameDisabled
	}
	r.text.Color, r.text.TextSize = base.Color(text), base.Size(theme.SizeBody)
	r.key.Text, r.key.Color, r.key.TextSize = r.i.line.Key, base.Color(key), base.Size(theme.SizeBody)
	r.key.Hidden = r.i.line.Key == ""
	for _, o := range []fyne.CanvasObject{r.ground, r.text, r.key} {
		o.Refresh()
	}
}
