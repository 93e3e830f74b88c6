package widgets

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
)

const (
	markSize = 24
	markGap  = 12
	asideGap = 12
)

// Step is one line of a list of steps: its number or outcome in a circle, its
// text, and at the right an aside such as the time that is left. The outcome is
// told by a mark and to screen readers by a word, never by colour alone.
type Step struct {
	widget.BaseWidget

	number int
	state  presenter.StepState
	text   *Text
	aside  *Text
	said   string // the state in a word, for screen readers
}

var _ fyne.Accessible = (*Step)(nil)

// NewStep returns the line with the given number, counted from 1.
func NewStep(number int) *Step {
	s := &Step{
		number: number,
		text:   NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, FitShort),
		aside:  NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignTrailing, FitWhole),
	}
	s.ExtendBaseWidget(s)
	return s
}

// Set changes the line. said is the state in a word.
func (s *Step) Set(text string, state presenter.StepState, said string) {
	span := Span{Text: text}
	switch state {
	case presenter.StepActive:
		span.Style.Bold = true
	case presenter.StepFailed:
		span.Style.Bold, span.Color = true, theme.ColorWarning
	case presenter.StepTodo:
		span.Color = theme.ColorQuiet
	}
	s.text.SetSpans(span)
	s.state, s.said = state, said
	s.Refresh()
}

// SetAside changes what stands at the right.
func (s *Step) SetAside(text string) {
	if s.aside.String() != text {
		s.aside.Set(text, fyne.TextStyle{Monospace: true})
		s.Refresh()
	}
}

// State returns how far the step is.
func (s *Step) State() presenter.StepState { return s.state }

// AccessibilityLabel implements [fyne.Accessible].
func (s *Step) AccessibilityLabel() string {
	l := s.text.String() + ", " + s.said
	if a := s.aside.String(); a != "" {
		l += ", " + a
	}
	return l
}

// AccessibilityRole implements [fyne.Accessible].
func (s *Step) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// MinSize implements [fyne.CanvasObject].
func (s *Step) MinSize() fyne.Size {
	w := markSize + markGap + s.text.MinSize().Width
	if s.aside.String() != "" {
		w += asideGap + s.aside.MinSize().Width
	}
	return fyne.NewSize(w, markSize)
}

// CreateRenderer implements [fyne.Widget].
func (s *Step) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &stepRenderer{
		s: s, ring: canvas.NewCircle(nil), number: canvas.NewText("", nil),
		strokes: [2]*canvas.Line{canvas.NewLine(nil), canvas.NewLine(nil)},
	}
	r.paint()
	return r
}

type stepRenderer struct {
	s       *Step
	ring    *canvas.Circle
	number  *canvas.Text
	strokes [2]*canvas.Line // of the tick or the cross
}

func (r *stepRenderer) Destroy()           {}
func (r *stepRenderer) MinSize() fyne.Size { return r.s.MinSize() }

func (r *stepRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ring, r.number, r.strokes[0], r.strokes[1], r.s.text, r.s.aside}
}

func (r *stepRenderer) Layout(size fyne.Size) {
	top := (size.Height - markSize) / 2
	place(r.ring, 0, top, markSize, markSize)
	ns := r.number.MinSize()
	place(r.number, (markSize-ns.Width)/2, top+(markSize-ns.Height)/2, ns.Width, ns.Height)
	r.drawMark(top)

	room := size.Width - markSize - markGap
	if r.s.aside.String() != "" {
		as := r.s.aside.MinSize()
		place(r.s.aside, size.Width-as.Width, (size.Height-as.Height)/2, as.Width, as.Height)
		room -= as.Width + asideGap
	}
	h := r.s.text.HeightFor(room)
	place(r.s.text, markSize+markGap, (size.Height-h)/2, room, h)
}

// drawMark draws the tick or the cross as lines, so that it needs no font.
func (r *stepRenderer) drawMark(top float32) {
	at := func(x, y float32) fyne.Position { return fyne.NewPos(x, top+y) }
	p := [4]fyne.Position{at(8, 12.5), at(11, 15.5), at(11, 15.5), at(16.5, 9)}
	if r.s.state == presenter.StepFailed {
		p = [4]fyne.Position{at(8.5, 8.5), at(15.5, 15.5), at(8.5, 15.5), at(15.5, 8.5)}
	}
	for i, l := range r.strokes {
		l.Position1, l.Position2 = p[2*i], p[2*i+1]
		l.Refresh()
	}
}

func (r *stepRenderer) Refresh() {
	r.paint()
	r.Layout(r.s.Size())
	r.s.text.Refresh()
	r.s.aside.Refresh()
	canvas.Refresh(r.s)
}

func (r *stepRenderer) paint() {
	fill, stroke, number := color.Color(color.Transparent), base.Color(theme.ColorLine), base.Color(theme.ColorQuiet)
	marked := false
	switch r.s.state {
	case presenter.StepActive:
		stroke, number = base.Color(base.ColorNamePrimary), base.Color(base.ColorNamePrimary)
	case presenter.StepDone:
		fill, stroke, marked = base.Color(theme.ColorGood), base.Color(theme.ColorGood), true
	case presenter.StepFailed:
		fill, stroke, marked = base.Color(theme.ColorWarning), base.Color(theme.ColorWarning), true
	}
	r.ring.FillColor, r.ring.StrokeColor, r.ring.StrokeWidth = fill, stroke, 2
	r.number.Text, r.number.Color, r.number.TextSize = strconv.Itoa(r.s.number), number, base.Size(theme.SizeSmall)
	r.number.Hidden = marked
	r.s.aside.Hidden = r.s.aside.String() == ""
	for _, l := range r.strokes {
		l.Hidden = !marked
		l.StrokeWidth, l.StrokeColor = 2, base.Color(theme.ColorOnGood)
	}
	r.ring.Refresh()
	r.number.Refresh()
}
