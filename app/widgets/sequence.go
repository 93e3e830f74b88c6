package widgets

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/theme"
)

// Arrow is one message of a [Sequence].
type Arrow struct {
	Key      string // what is selected with it; several arrows may share one
	From, To int    // lanes
	Label    string // above the line; may be empty
	Note     string // below the line, quiet; may be empty
	Aside    string // beside the first lane, as a warning; may be empty
	Failed   bool
}

// Sequence is a sequence diagram: a lane for each party and an arrow for each
// message. One arrow's step is selected, by a click or by the arrow keys.
type Sequence struct {
	widget.BaseWidget

	// OnSelect is told which step was chosen. Nil does nothing.
	OnSelect func(key string)
	// OnFocus is called when the keyboard reaches the diagram. May be nil.
	OnFocus func(fyne.CanvasObject)

	lanes    []string
	arrows   []Arrow
	selected string
	focused  bool
}

var (
	_ fyne.Tappable   = (*Sequence)(nil)
	_ fyne.Focusable  = (*Sequence)(nil)
	_ fyne.Accessible = (*Sequence)(nil)
	_ Heighter        = (*Sequence)(nil)
)

const (
	laneHead = 7 * theme.Grid  // of the lanes' names
	rowHigh  = 13 * theme.Grid // of one arrow
	laneLeft = 17 * theme.Grid // from the edge to the first lane: room for what stands aside
	laneEnd  = 11 * theme.Grid // from the last lane to the edge
	tipLong  = 8               // of an arrow
)

// NewSequence returns an empty diagram.
func NewSequence(onSelect func(key string)) *Sequence {
	s := &Sequence{OnSelect: onSelect}
	s.ExtendBaseWidget(s)
	return s
}

// Set replaces lanes and arrows and says which step is selected.
func (s *Sequence) Set(lanes []string, arrows []Arrow, selected string) {
	if slices.Equal(s.lanes, lanes) && slices.Equal(s.arrows, arrows) && s.selected == selected {
		return
	}
	s.lanes, s.arrows, s.selected = slices.Clone(lanes), slices.Clone(arrows), selected
	s.Refresh()
}

// Selected is the key of the step that is selected.
func (s *Sequence) Selected() string { return s.selected }

// HeightFor implements [Heighter].
func (s *Sequence) HeightFor(float32) float32 {
	return laneHead + float32(len(s.arrows))*rowHigh + 2*theme.Grid
}

// MinSize implements [fyne.CanvasObject].
func (s *Sequence) MinSize() fyne.Size { return fyne.NewSize(360, s.HeightFor(0)) }

func (s *Sequence) choose(key string) {
	if key != s.selected && s.OnSelect != nil {
		s.OnSelect(key)
	}
}

// Tapped implements [fyne.Tappable].
func (s *Sequence) Tapped(ev *fyne.PointEvent) {
	if row := int((ev.Position.Y - laneHead) / rowHigh); ev.Position.Y >= laneHead && row < len(s.arrows) {
		s.choose(s.arrows[row].Key)
	}
}

// keys are the steps in their order, each once.
func (s *Sequence) keys() []string {
	var out []string
	for _, a := range s.arrows {
		if !slices.Contains(out, a.Key) {
			out = append(out, a.Key)
		}
	}
	return out
}

// FocusGained implements [fyne.Focusable].
func (s *Sequence) FocusGained() {
	s.focused = true
	s.Refresh()
	if s.OnFocus != nil {
		s.OnFocus(s)
	}
}

// FocusLost implements [fyne.Focusable].
func (s *Sequence) FocusLost() { s.focused = false; s.Refresh() }

// TypedRune implements [fyne.Focusable].
func (s *Sequence) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable]: the arrow keys go from step to step.
func (s *Sequence) TypedKey(ev *fyne.KeyEvent) {
	keys := s.keys()
	i := slices.Index(keys, s.selected)
	switch ev.Name {
	case fyne.KeyUp, fyne.KeyLeft:
		if i > 0 {
			s.choose(keys[i-1])
		}
	case fyne.KeyDown, fyne.KeyRight:
		if i+1 < len(keys) {
			s.choose(keys[i+1])
		}
	default:
		forwardKey(s, ev)
	}
}

// AccessibilityLabel implements [fyne.Accessible]: the step that is selected.
func (s *Sequence) AccessibilityLabel() string {
	for _, a := range s.arrows {
		if a.Key == s.selected && a.Label != "" {
			return a.Label
		}
	}
	return ""
}

// AccessibilityRole implements [fyne.Accessible].
func (s *Sequence) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements [fyne.Widget].
func (s *Sequence) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &sequenceRenderer{s: s}
	r.build(s.Size())
	return r
}

type sequenceRenderer struct {
	s       *Sequence
	objects []fyne.CanvasObject
}

func (r *sequenceRenderer) Destroy()                     {}
func (r *sequenceRenderer) MinSize() fyne.Size           { return r.s.MinSize() }
func (r *sequenceRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *sequenceRenderer) Layout(size fyne.Size)        { r.build(size) }

func (r *sequenceRenderer) Refresh() {
	r.build(r.s.Size())
	canvas.Refresh(r.s)
}

// build draws everything anew: a diagram changes when a step is chosen, no
// oftener.
func (r *sequenceRenderer) build(size fyne.Size) {
	r.objects = nil
	if len(r.s.lanes) < 2 {
		return
	}
	lane := func(i int) float32 {
		return laneLeft + float32(i)*(size.Width-laneLeft-laneEnd)/float32(len(r.s.lanes)-1)
	}
	is := func(a Arrow) bool { return a.Key == r.s.selected }
	if first := slices.IndexFunc(r.s.arrows, is); first >= 0 {
		rows := 1
		for first+rows < len(r.s.arrows) && is(r.s.arrows[first+rows]) {
			rows++
		}
		r.add(NewPanel(theme.ColorSoft, "", theme.RadiusSoft), 0, laneHead+float32(first)*rowHigh, size.Width, float32(rows)*rowHigh)
	}
	bottom := float32(laneHead) + float32(len(r.s.arrows))*rowHigh + theme.Grid
	for i, name := range r.s.lanes {
		r.text(name, base.ColorNameForeground, theme.ColorCard, fyne.TextStyle{Bold: true}, lane(i), 0, size.Width)
		r.add(NewPanel(theme.ColorLine, "", 0), lane(i), laneHead-theme.Grid, 1, bottom-laneHead+theme.Grid)
	}
	for i, a := range r.s.arrows {
		r.arrow(a, laneHead+float32(i)*rowHigh, lane(a.From), lane(a.To), size.Width)
	}
	if r.s.focused {
		ring := canvas.NewRectangle(color.Transparent)
		ring.StrokeColor, ring.StrokeWidth, ring.CornerRadius = base.Color(base.ColorNamePrimary), ringWidth, theme.RadiusSoft
		const out = ringWidth + ringGap
		r.add(ring, -out, -out, size.Width+2*out, size.Height+2*out)
	}
}

func (r *sequenceRenderer) add(o fyne.CanvasObject, x, y, w, h float32) {
	place(o, x, y, w, h)
	r.objects = append(r.objects, o)
}

// text puts a short line of text with its middle at x, inside of the diagram,
// on a ground of its own: no lane strikes it through.
func (r *sequenceRenderer) text(s string, c, ground fyne.ThemeColorName, style fyne.TextStyle, x, y, width float32) {
	t := NewText(theme.SizeSmall, c, fyne.TextAlignCenter, FitShort).Set(s, style)
	w := fyne.Min(t.NaturalWidth(), width)
	left := fyne.Max(0, fyne.Min(x-w/2, width-w))
	h := t.lineHeight()
	r.add(NewPanel(ground, "", 0), left-2, y, w+4, h)
	r.add(t, left, y, w, h)
}

func (r *sequenceRenderer) arrow(a Arrow, y, from, to, width float32) {
	selected := a.Key == r.s.selected
	c := base.ColorNamePrimary
	if a.Failed {
		c = theme.ColorWarning
	}
	const line = 24 // from the row's top to the arrow
	thick := float32(2)
	if selected {
		thick = 3
	}
	left, right := fyne.Min(from, to), fyne.Max(from, to)
	r.add(NewPanel(c, "", 0), left, y+line-thick/2, right-left, thick)
	r.tip(c, to, y+line, to > from)
	middle := (left + right) / 2
	ground, quiet := theme.ColorCard, theme.ColorQuiet
	if selected { // quiet text is too faint on the soft ground
		ground, quiet = theme.ColorSoft, base.ColorNameForeground
	}
	if a.Label != "" {
		r.text(a.Label, base.ColorNameForeground, ground, fyne.TextStyle{Bold: selected}, middle, y+4, width)
	}
	if a.Note != "" {
		r.text(a.Note, quiet, ground, fyne.TextStyle{}, middle, y+line+6, width)
	}
	if a.Aside != "" {
		t := NewText(theme.SizeSmall, theme.ColorWarning, fyne.TextAlignTrailing, FitWrap).Set(a.Aside, fyne.TextStyle{})
		w := float32(laneLeft - 2*theme.Grid)
		h := t.HeightFor(w)
		r.add(t, 0, y+line-h/2, w, h)
	}
}

// tip is the head of an arrow that ends at x.
func (r *sequenceRenderer) tip(c fyne.ThemeColorName, x, y float32, rightwards bool) {
	const half = tipLong / 2
	points := []fyne.Position{{X: 0, Y: 0}, {X: tipLong, Y: half}, {X: 0, Y: tipLong}}
	left := x - tipLong
	if !rightwards {
		points = []fyne.Position{{X: tipLong, Y: 0}, {X: tipLong, Y: tipLong}, {X: 0, Y: half}}
		left = x
	}
	tip := &canvas.ArbitraryPolygon{Points: points, FillColor: base.Color(c)}
	r.add(tip, left, y-half, tipLong, tipLong)
}
