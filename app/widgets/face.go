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

// FaceSize is the diameter of a [Face].
const FaceSize = 10 * theme.Grid

// Face is a round button with a person on it, or a plus. The one that is shown
// has a ring; so has, wider, the one that has the keyboard.
type Face struct {
	widget.BaseWidget

	// OnTapped is what it does. Nil does nothing.
	OnTapped func()

	avatar *Avatar // nil: a plus
	name   string
	shown  bool

	hovered, focused bool
}

var (
	_ fyne.Tappable     = (*Face)(nil)
	_ fyne.Focusable    = (*Face)(nil)
	_ fyne.Accessible   = (*Face)(nil)
	_ desktop.Hoverable = (*Face)(nil)
)

// NewFace returns a button with a person on it; see [Face.SetPerson].
func NewFace(tapped func()) *Face {
	f := &Face{avatar: NewAvatar(FaceSize), OnTapped: tapped}
	f.ExtendBaseWidget(f)
	return f
}

// NewPlus returns a button with a plus on it. The name is for screen readers.
func NewPlus(name string, tapped func()) *Face {
	f := &Face{name: name, OnTapped: tapped}
	f.ExtendBaseWidget(f)
	return f
}

// SetPerson says whose face it is, as in [Avatar.SetPerson], and whether that
// is the one shown. The name is for screen readers.
func (f *Face) SetPerson(name, initials string, ground int, picture string, shown bool) {
	f.avatar.SetPerson(name, initials, ground, picture)
	if f.name != name || f.shown != shown {
		f.name, f.shown = name, shown
		f.Refresh()
	}
}

// Press does what a click does.
func (f *Face) Press() {
	if f.OnTapped != nil && f.Visible() {
		f.OnTapped()
	}
}

// Tapped implements [fyne.Tappable].
func (f *Face) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(f); c != nil {
		c.Unfocus()
	}
	f.Press()
}

// FocusGained implements [fyne.Focusable].
func (f *Face) FocusGained() { f.focused = true; f.Refresh() }

// FocusLost implements [fyne.Focusable].
func (f *Face) FocusLost() { f.focused = false; f.Refresh() }

// TypedRune implements [fyne.Focusable].
func (f *Face) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable].
func (f *Face) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		f.Press()
	default:
		forwardKey(f, ev)
	}
}

// MouseIn implements [desktop.Hoverable].
func (f *Face) MouseIn(*desktop.MouseEvent) { f.hovered = true; f.Refresh() }

// MouseMoved implements [desktop.Hoverable].
func (f *Face) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (f *Face) MouseOut() { f.hovered = false; f.Refresh() }

// AccessibilityLabel implements [fyne.Accessible].
func (f *Face) AccessibilityLabel() string { return f.name }

// AccessibilityRole implements [fyne.Accessible].
func (f *Face) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// MinSize implements [fyne.CanvasObject].
func (f *Face) MinSize() fyne.Size { return fyne.NewSquareSize(FaceSize) }

// CreateRenderer implements [fyne.Widget].
func (f *Face) CreateRenderer() fyne.WidgetRenderer {
	f.ExtendBaseWidget(f)
	r := &faceRenderer{
		f:     f,
		ring:  canvas.NewCircle(color.Transparent),
		edge:  canvas.NewCircle(color.Transparent),
		veil:  canvas.NewCircle(color.Transparent),
		bars:  [2]*canvas.Rectangle{canvas.NewRectangle(nil), canvas.NewRectangle(nil)},
		plain: f.avatar == nil,
	}
	r.paint()
	return r
}

type faceRenderer struct {
	f                *Face
	ring, edge, veil *canvas.Circle
	bars             [2]*canvas.Rectangle // of the plus
	plain            bool
}

func (r *faceRenderer) Destroy()           {}
func (r *faceRenderer) MinSize() fyne.Size { return r.f.MinSize() }

func (r *faceRenderer) Objects() []fyne.CanvasObject {
	if r.plain {
		return []fyne.CanvasObject{r.edge, r.bars[0], r.bars[1], r.veil, r.ring}
	}
	return []fyne.CanvasObject{r.f.avatar, r.veil, r.ring}
}

func (r *faceRenderer) Layout(size fyne.Size) {
	r.veil.Resize(size)
	r.edge.Resize(size)
	const out = ringWidth + ringGap
	place(r.ring, -out, -out, size.Width+2*out, size.Height+2*out)
	const long, thin = 12, 2
	place(r.bars[0], (size.Width-long)/2, (size.Height-thin)/2, long, thin)
	place(r.bars[1], (size.Width-thin)/2, (size.Height-long)/2, thin, long)
	if !r.plain {
		place(r.f.avatar, 0, 0, size.Width, size.Height)
	}
}

func (r *faceRenderer) Refresh() {
	r.paint()
	r.Layout(r.f.Size())
	canvas.Refresh(r.f)
}

func (r *faceRenderer) paint() {
	r.veil.FillColor = color.Transparent
	if r.f.hovered {
		r.veil.FillColor = base.Color(base.ColorNameHover)
	}
	r.edge.StrokeColor, r.edge.StrokeWidth = base.Color(theme.ColorQuiet), 1
	for _, b := range r.bars {
		b.FillColor = base.Color(theme.ColorQuiet)
	}
	r.ring.Hidden = !r.f.shown && !r.f.focused
	r.ring.StrokeColor, r.ring.StrokeWidth = base.Color(base.ColorNamePrimary), ringWidth
	if r.f.shown && r.f.focused {
		r.ring.StrokeWidth = 2 * ringWidth
	}
	for _, o := range []fyne.CanvasObject{r.veil, r.edge, r.ring, r.bars[0], r.bars[1]} {
		o.Refresh()
	}
}
