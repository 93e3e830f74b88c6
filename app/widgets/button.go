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

// Button is a button that shows where the keyboard is. Enter and Space press
// it; other keys go on to the window, so that Esc works from everywhere.
type Button struct {
	widget.BaseWidget

	// OnTapped is what it does. Nil does nothing.
	OnTapped func()
	// OnFocus is called when the keyboard reaches the button, so that it can be
	// scrolled into view. May be nil.
	OnFocus func(*Button)

	kind Kind
	text string
	note string // small, below the text; shortened at its beginning
	name string // for screen readers where there is no text
	more string // for screen readers, after the name
	icon fyne.Resource
	busy bool
	on   bool // a tab that is selected

	hovered, focused, pressed bool
}

var (
	_ fyne.Widget       = (*Button)(nil)
	_ fyne.Tappable     = (*Button)(nil)
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Accessible   = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
	_ desktop.Mouseable = (*Button)(nil)
)

// NewButton returns a button.
func NewButton(kind Kind, text string, tapped func()) *Button {
	b := &Button{kind: kind, text: text, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// NewCloseButton returns a cross with a name for screen readers.
func NewCloseButton(name string, tapped func()) *Button {
	b := NewButton(Close, "", tapped)
	b.name, b.icon = name, base.NewColoredResource(base.CancelIcon(), theme.ColorWarning)
	return b
}

// NewMenuButton returns a button with three bars and a name for screen readers.
func NewMenuButton(name string, tapped func()) *Button {
	b := NewButton(Bare, "", tapped)
	b.name, b.icon = name, base.NewColoredResource(base.MenuIcon(), theme.ColorQuiet)
	return b
}

// SetText changes the text.
func (b *Button) SetText(text string) {
	if b.text != text {
		b.text = text
		b.Refresh()
	}
}

// SetNote puts a second, smaller line below the text, such as the host that the
// text's name is at. One that is too long loses its beginning: whose host it is
// stands at the end.
func (b *Button) SetNote(note string) {
	if b.note != note {
		b.note = note
		b.Refresh()
	}
}

// Text returns the text.
func (b *Button) Text() string { return b.text }

// SetName changes what the button is called for screen readers, where its text
// alone does not say what it is about.
func (b *Button) SetName(name string) { b.name = name }

// SetKind changes how the button looks.
func (b *Button) SetKind(k Kind) {
	if b.kind != k {
		b.kind = k
		b.Refresh()
	}
}

// Kind returns how the button looks.
func (b *Button) Kind() Kind { return b.kind }

// SetIcon puts a mark before the text; nil takes it away.
func (b *Button) SetIcon(icon fyne.Resource) {
	if b.icon != icon {
		b.icon = icon
		b.Refresh()
	}
}

// SetBusy makes the button quiet and without effect, but leaves the keyboard on
// it: what it started is under way.
func (b *Button) SetBusy(busy bool) {
	if b.busy != busy {
		b.busy = busy
		b.Refresh()
	}
}

// SetSelected says whether what a tab stands for is shown, or an option or a
// check chosen.
func (b *Button) SetSelected(on bool) {
	if b.on == on && (b.kind != Check || b.icon != nil) {
		return
	}
	b.on = on
	switch {
	case b.kind == Option && on:
		b.icon = base.NewColoredResource(base.ConfirmIcon(), base.ColorNamePrimary)
	case b.kind == Option:
		b.icon = nil
	case b.kind == Check && on:
		b.icon = base.NewColoredResource(base.CheckButtonCheckedIcon(), base.ColorNamePrimary)
	case b.kind == Check:
		b.icon = base.NewColoredResource(base.CheckButtonIcon(), theme.ColorQuiet)
	}
	b.Refresh()
}

// Selected reports whether what a tab stands for is shown, or an option or a
// check chosen.
func (b *Button) Selected() bool { return b.on }

// Busy reports whether pressing has no effect just now.
func (b *Button) Busy() bool { return b.busy }

// Press does what a click does.
func (b *Button) Press() {
	if b.OnTapped != nil && !b.busy && b.Visible() {
		b.OnTapped()
	}
}

// Tapped implements [fyne.Tappable]. As in Fyne's buttons, a click takes the
// keyboard's ring off whatever had it.
func (b *Button) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(b); c != nil {
		c.Unfocus()
	}
	b.Press()
}

// FocusGained implements [fyne.Focusable].
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	if b.OnFocus != nil {
		b.OnFocus(b)
	}
}

// FocusLost implements [fyne.Focusable].
func (b *Button) FocusLost() {
	b.focused = false
	b.Refresh()
}

// TypedRune implements [fyne.Focusable].
func (b *Button) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable].
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.Press()
	default:
		forwardKey(b, ev)
	}
}

// forwardKey hands a key to the window, which gets none while something has the
// focus.
func forwardKey(o fyne.CanvasObject, ev *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		if f := c.OnTypedKey(); f != nil {
			f(ev)
		}
	}
}

// forwardShortcut hands a shortcut to the window: Fyne gives its shortcuts to
// whatever has the focus and takes them.
func forwardShortcut(o fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(o).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// MouseIn implements [desktop.Hoverable].
func (b *Button) MouseIn(*desktop.MouseEvent) { b.setPointer(true, b.pressed) }

// MouseMoved implements [desktop.Hoverable].
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (b *Button) MouseOut() { b.setPointer(false, false) }

// MouseDown implements [desktop.Mouseable].
func (b *Button) MouseDown(*desktop.MouseEvent) { b.setPointer(b.hovered, true) }

// MouseUp implements [desktop.Mouseable].
func (b *Button) MouseUp(*desktop.MouseEvent) { b.setPointer(b.hovered, false) }

func (b *Button) setPointer(hovered, pressed bool) {
	b.hovered, b.pressed = hovered, pressed
	b.Refresh()
}

// AccessibilityLabel implements [fyne.Accessible].
func (b *Button) AccessibilityLabel() string {
	if b.name != "" {
		return b.name
	}
	if b.note != "" {
		return b.text + ", " + b.note
	}
	return b.text
}

// AccessibilityRole implements [fyne.Accessible].
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (b *Button) textSize() fyne.Size {
	l := looks[b.kind]
	if b.text == "" {
		return fyne.Size{}
	}
	return fyne.MeasureText(b.text, base.Size(l.size), l.style)
}

// NaturalWidth is the width of the whole text and its distances.
func (b *Button) NaturalWidth() float32 {
	l := looks[b.kind]
	if b.text == "" {
		return l.height
	}
	w := b.textSize().Width + 2*l.pad
	if b.icon != nil {
		w += iconSize + b.iconGap()
	}
	return w
}

// iconGap is between the icon and the text. Fyne's icons have some air of their
// own.
func (b *Button) iconGap() float32 {
	switch b.kind {
	case Option:
		return theme.Grid
	case Google, Provider:
		return googleGap
	}
	return 2 * theme.Grid
}

// MinSize implements [fyne.CanvasObject]. A button can be narrower than its
// text, which is then shortened.
func (b *Button) MinSize() fyne.Size {
	return fyne.NewSize(fyne.Min(b.NaturalWidth(), 96), b.height())
}

// noteHeight is what a note adds to a button.
const noteHeight = 4 * theme.Grid

func (b *Button) height() float32 {
	if b.note != "" {
		return looks[b.kind].height + noteHeight
	}
	return looks[b.kind].height
}

// CreateRenderer implements [fyne.Widget].
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	r := &buttonRenderer{
		b:      b,
		ground: canvas.NewRectangle(nil),
		veil:   canvas.NewRectangle(nil),
		ring:   canvas.NewRectangle(color.Transparent),
		line:   canvas.NewRectangle(nil),
		icon:   &canvas.Image{FillMode: canvas.ImageFillContain},
		label:  canvas.NewText("", nil),
		note:   canvas.NewText("", nil),
	}
	r.paint()
	return r
}
