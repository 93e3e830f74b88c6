package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"
)

// CreateRenderer implements [fyne.Widget].
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{t: t}
	r.build(t.Size())
	return r
}

type textRenderer struct {
	t       *Text
	texts   []*canvas.Text
	icons   []*canvas.Image
	objects []fyne.CanvasObject
}

func (r *textRenderer) Destroy()                     {}
func (r *textRenderer) MinSize() fyne.Size           { return r.t.MinSize() }
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *textRenderer) Layout(size fyne.Size)        { r.build(size) }

func (r *textRenderer) Refresh() {
	r.build(r.t.Size())
	canvas.Refresh(r.t)
}

// build makes one canvas object for each run, reusing those that are there.
func (r *textRenderer) build(size fyne.Size) {
	t := r.t
	h := t.lineHeight()
	r.objects = r.objects[:0]
	texts, icons := 0, 0
	for row, l := range t.lines(size.Width) {
		x := l.indent()
		switch t.align {
		case fyne.TextAlignCenter:
			x = (size.Width - l.width) / 2
		case fyne.TextAlignTrailing:
			x = size.Width - l.width
		}
		y := float32(row) * h
		for _, run := range l.runs {
			switch {
			case run.mark && marks[t.spans[run.span].Mark].drawing == "": // room only
			case run.mark:
				r.drawMark(icons, t.spans[run.span], x, y, h)
				icons++
			default:
				r.drawText(texts, run, x, y, h)
				texts++
			}
			x += run.width
		}
	}
	r.texts, r.icons = r.texts[:texts], r.icons[:icons]
}

func (r *textRenderer) drawText(n int, run run, x, y, height float32) {
	if n == len(r.texts) {
		r.texts = append(r.texts, canvas.NewText("", nil))
	}
	c, s := r.texts[n], r.t.spans[run.span]
	c.Text, c.TextStyle, c.TextSize, c.Color = run.text, s.Style, base.Size(r.t.size), base.Color(r.t.colorOf(s))
	place(c, x, y, run.width, height)
	c.Refresh()
	r.objects = append(r.objects, c)
}

func (r *textRenderer) drawMark(n int, s Span, x, y, height float32) {
	if n == len(r.icons) {
		r.icons = append(r.icons, &canvas.Image{FillMode: canvas.ImageFillContain})
	}
	c := r.icons[n]
	c.Resource = s.Mark.icon(r.t.colorOf(s))
	placeMark(c, x, y, height, base.Size(r.t.size))
	c.Refresh()
	r.objects = append(r.objects, c)
}

func (t *Text) colorOf(s Span) fyne.ThemeColorName {
	if s.Color != "" {
		return s.Color
	}
	return t.color
}
