package widgets

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
)

type sequenceRenderer struct {
	s       *Sequence
	objects []fyne.CanvasObject
	size    fyne.Size // for which objects was made
	width   float32
}

func (r *sequenceRenderer) Destroy()                     {}
func (r *sequenceRenderer) MinSize() fyne.Size           { return r.s.MinSize() }
func (r *sequenceRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Layout makes nothing anew for the same size: Fyne lays out whatever has new
// objects, and would draw without end.
func (r *sequenceRenderer) Layout(size fyne.Size) {
	if size != r.size {
		r.build(size)
	}
}

func (r *sequenceRenderer) Refresh() {
	r.build(r.s.Size())
	canvas.Refresh(r.s)
}

// build draws everything anew: a diagram changes when a step is chosen, no
// oftener.
func (r *sequenceRenderer) build(size fyne.Size) {
	r.objects, r.size, r.width = nil, size, size.Width
	if len(r.s.lanes) < 2 {
		return
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
		r.text(name, base.ColorNameForeground, theme.ColorCard, fyne.TextStyle{Bold: true}, spot{x: r.lane(i), middle: true})
		r.add(NewPanel(theme.ColorLine, "", 0), r.lane(i), laneHead-theme.Grid, 1, bottom-laneHead+theme.Grid)
	}
	for i, a := range r.s.arrows {
		r.arrow(a, laneHead+float32(i)*rowHigh)
	}
	if r.s.focused {
		ring := canvas.NewRectangle(color.Transparent)
		ring.StrokeColor, ring.StrokeWidth, ring.CornerRadius = base.Color(base.ColorNamePrimary), ringWidth, theme.RadiusSoft
		const out = ringWidth + ringGap
		r.add(ring, -out, -out, size.Width+2*out, size.Height+2*out)
	}
}

// lane is where a lane stands.
func (r *sequenceRenderer) lane(i int) float32 {
	return laneLeft + float32(i)*(r.width-laneLeft-laneEnd)/float32(len(r.s.lanes)-1)
}

func (r *sequenceRenderer) add(o fyne.CanvasObject, x, y, w, h float32) {
	place(o, x, y, w, h)
	r.objects = append(r.objects, o)
}

// spot is where a text goes: x is its middle, or else its left end.
type spot struct {
	x, y   float32
	middle bool
}

func (s spot) down(dy float32) spot { s.y += dy; return s }

// text puts a short line of text inside of the diagram, on a ground of its own:
// no lane strikes it through.
func (r *sequenceRenderer) text(s string, c, ground fyne.ThemeColorName, style fyne.TextStyle, at spot) {
	t := NewText(theme.SizeSmall, c, fyne.TextAlignCenter, FitShort).Set(s, style)
	w := fyne.Min(t.NaturalWidth(), r.width)
	left := at.x
	if at.middle {
		left -= w / 2
	}
	left = fyne.Max(0, fyne.Min(left, r.width-w))
	h := t.lineHeight()
	r.add(NewPanel(ground, "", 0), left-2, at.y, w+4, h)
	r.add(t, left, at.y, w, h)
}

func (r *sequenceRenderer) arrow(a Arrow, y float32) {
	selected := a.Key == r.s.selected
	c, thick := base.ColorNamePrimary, float32(2)
	switch {
	case a.Failed:
		c = theme.ColorWarning
	case a.Stopped:
		c = theme.ColorQuiet
	}
	if selected {
		thick = 3
	}
	at := r.shaft(a, c, y+rowLine, thick)
	at.y = y
	ground, quiet := theme.ColorCard, theme.ColorQuiet
	if selected { // quiet text is too faint on the soft ground
		ground, quiet = theme.ColorSoft, base.ColorNameForeground
	}
	if a.Label != "" {
		style := fyne.TextStyle{Bold: selected}
		r.text(a.Label, base.ColorNameForeground, ground, style, r.besideWall(a, style, at).down(1))
	}
	if a.Note != "" {
		r.text(a.Note, quiet, ground, fyne.TextStyle{}, at.down(rowLine+5))
	}
	if a.Aside != "" {
		r.aside(a.Aside, y+rowLine)
	}
	if a.Stopped {
		const wide, high = 4, 12
		r.add(NewPanel(theme.ColorGood, "", 2), r.end(a)-wide/2, y+rowLine-high/2, wide, high)
	}
}

// besideWall moves the label of an arrow that does not arrive, so that the wall
// does not stand in it.
func (r *sequenceRenderer) besideWall(a Arrow, style fyne.TextStyle, at spot) spot {
	if !a.Stopped || !at.middle {
		return at
	}
	const gap = 6
	half := fyne.MeasureText(a.Label, base.Size(theme.SizeSmall), style).Width / 2
	if a.To < a.From {
		at.x = fyne.Max(at.x, r.end(a)+gap+half)
	} else {
		at.x = fyne.Min(at.x, r.end(a)-gap-half)
	}
	return at
}

// end is where the line of an arrow ends: at the lane, or at the wall before it.
func (r *sequenceRenderer) end(a Arrow) float32 {
	to := r.lane(a.To)
	switch {
	case !a.Stopped:
		return to
	case a.To < a.From:
		return to + wallGap
	}
	return to - wallGap
}

// shaft draws the line of an arrow at y, and returns where its texts go.
func (r *sequenceRenderer) shaft(a Arrow, c fyne.ThemeColorName, y, thick float32) spot {
	from, to := r.lane(a.From), r.lane(a.To)
	if a.From == a.To {
		const drop = 3 * theme.Grid
		r.add(NewPanel(c, "", 0), from, y-drop/2, selfWide, thick)
		r.add(NewPanel(c, "", 0), from+selfWide, y-drop/2, thick, drop+thick)
		r.add(NewPanel(c, "", 0), from+tipLong/2, y+drop/2, selfWide-tipLong/2, thick)
		r.tip(c, from, y+drop/2+thick/2, false)
		return spot{x: from + selfWide + 2*theme.Grid}
	}
	end := r.end(a)
	r.add(NewPanel(c, "", 0), fyne.Min(from, end), y-thick/2, fyne.Max(from, end)-fyne.Min(from, end), thick)
	if !a.Stopped {
		r.tip(c, end, y, to > from)
	}
	return spot{x: (from + to) / 2, middle: true}
}

// aside writes a warning beside the first lane and marks the lane at y.
func (r *sequenceRenderer) aside(s string, y float32) {
	const mark = 10
	dot := canvas.NewCircle(base.Color(theme.ColorWarning))
	r.add(dot, r.lane(0)-mark/2, y-mark/2, mark, mark)
	t := NewText(theme.SizeSmall, theme.ColorWarning, fyne.TextAlignTrailing, FitWrap).Set(s, fyne.TextStyle{})
	const w = laneLeft - mark/2 - theme.Grid
	h := t.HeightFor(w)
	r.add(t, 0, y-h/2, w, h)
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
