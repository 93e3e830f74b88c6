package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
)

type buttonRenderer struct {
	b                  *Button
	ground, veil, ring *canvas.Rectangle
	line               *canvas.Rectangle // below a tab that is selected
	icon               *canvas.Image
	label, note        *canvas.Text
}

func (r *buttonRenderer) Destroy()           {}
func (r *buttonRenderer) MinSize() fyne.Size { return r.b.MinSize() }

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.veil, r.icon, r.label, r.ring, r.line, r.note}
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	l := looks[r.b.kind]
	r.ground.Resize(size)
	r.veil.Resize(size)
	place(r.line, 0, size.Height-tabLine, size.Width, tabLine)
	out := float32(ringWidth + ringGap)
	if l.inner {
		out = -ringGap
	}
	place(r.ring, -out, -out, size.Width+2*out, size.Height+2*out)
	r.ring.CornerRadius = l.radius + out

	if r.b.text == "" {
		side := float32(16)
		if r.b.kind == Bare {
			side = iconSize
		}
		place(r.icon, (size.Width-side)/2, (size.Height-side)/2, side, side)
		return
	}
	room := size.Width - 2*l.pad
	if r.b.icon != nil {
		room -= iconSize + r.b.iconGap()
	}
	r.label.Text = r.shortened(room)
	ts := fyne.MeasureText(r.label.Text, base.Size(l.size), l.style)
	x := (size.Width - ts.Width) / 2
	if r.b.icon != nil {
		x = (size.Width - ts.Width - iconSize - r.b.iconGap()) / 2
		place(r.icon, x, (size.Height-iconSize)/2, iconSize, iconSize)
		x += iconSize + r.b.iconGap()
	}
	y := (size.Height - ts.Height) / 2
	if r.b.note != "" {
		r.note.Text = lastPart(r.b.note, size.Width-2*l.pad, theme.SizeSmall, fyne.TextStyle{})
		ns := fyne.MeasureText(r.note.Text, base.Size(theme.SizeSmall), fyne.TextStyle{})
		y = (size.Height - ts.Height - ns.Height) / 2
		place(r.note, (size.Width-ns.Width)/2, y+ts.Height, ns.Width, ns.Height)
	}
	place(r.label, x, y, ts.Width, ts.Height)
}

// lastPart is as much of the end of s as fits.
func lastPart(s string, width float32, size fyne.ThemeSizeName, style fyne.TextStyle) string {
	wide := func(s string) bool {
		return fyne.MeasureText(s, base.Size(size), style).Width > width+slack
	}
	if !wide(s) {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && wide("…"+string(r)) {
		r = r[1:]
	}
	return "…" + string(r)
}

func (r *buttonRenderer) shortened(room float32) string {
	l := looks[r.b.kind]
	t := &Text{spans: []Span{{Text: r.b.text, Style: l.style}}, size: l.size, fit: FitShort}
	return t.oneLine(room).runs[0].text
}

func (r *buttonRenderer) Refresh() {
	r.paint()
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}

func (r *buttonRenderer) paint() {
	l := looks[r.b.kind]
	r.ground.FillColor, r.ground.CornerRadius = base.Color(l.ground), l.radius
	r.ground.StrokeColor, r.ground.StrokeWidth = color.Transparent, 0
	if l.stroke != "" {
		r.ground.StrokeColor, r.ground.StrokeWidth = base.Color(l.stroke), 1
	}
	r.veil.CornerRadius = l.radius
	switch {
	case r.b.busy:
		r.veil.FillColor = color.Transparent
	case r.b.pressed:
		r.veil.FillColor = base.Color(base.ColorNamePressed)
	case r.b.hovered:
		r.veil.FillColor = base.Color(base.ColorNameHover)
	default:
		r.veil.FillColor = color.Transparent
	}
	r.label.TextSize, r.label.TextStyle, r.label.Color = base.Size(l.size), l.style, base.Color(l.text)
	if r.b.busy && l.ground != base.ColorNamePrimary {
		r.label.Color = base.Color(theme.ColorQuiet)
	}
	r.note.TextSize, r.note.Color, r.note.Hidden = base.Size(theme.SizeSmall), base.Color(theme.ColorQuiet), r.b.note == ""
	if r.b.kind == Primary {
		r.note.Color = base.Color(base.ColorNameForegroundOnPrimary)
	}
	r.line.Hidden, r.line.FillColor = !r.b.on || r.b.kind != Tab, base.Color(base.ColorNamePrimary)
	if r.b.on {
		r.label.Color = base.Color(base.ColorNameForeground)
	}
	if r.b.on && r.b.kind == Option {
		r.ground.FillColor, r.ground.StrokeColor = base.Color(theme.ColorSoft), base.Color(base.ColorNamePrimary)
		r.label.Color = base.Color(base.ColorNamePrimary)
	}
	r.ring.Hidden = !r.b.focused
	r.ring.StrokeWidth, r.ring.StrokeColor = ringWidth, base.Color(base.ColorNamePrimary)
	if l.text == theme.ColorWarning {
		r.ring.StrokeColor = base.Color(theme.ColorWarning)
	}
	r.label.Hidden = r.b.text == ""
	r.icon.Hidden = r.b.icon == nil
	if r.b.icon != nil {
		r.icon.Resource = r.b.icon
		r.icon.Refresh()
	}
	for _, o := range []fyne.CanvasObject{r.ground, r.veil, r.line, r.ring, r.label, r.note} {
		o.Refresh()
	}
}
