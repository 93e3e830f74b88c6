package widgets

import (
	"fyne.io/fyne/v2"
)

// Ends puts one object at the left, which gives way, and one at the right at its
// natural width. Both are centred vertically, or at the top.
func Ends(gap float32, top bool, left, right fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &ends{gap: gap, top: top}, Objects: []fyne.CanvasObject{left, right}}
}

// EndsOrStack is Ends, centred, for a flow at the right: where the left has less
// than enough and would be shortened, what flows stands one below the other.
func EndsOrStack(gap, enough float32, left, right fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &ends{gap: gap, enough: enough}, Objects: []fyne.CanvasObject{left, right}}
}

type ends struct {
	gap    float32
	top    bool
	enough float32 // 0: the right is never stacked
	width  float32
}

func (e *ends) widths(objects []fyne.CanvasObject, width float32) (left, right float32) {
	if !objects[1].Visible() {
		return width, 0
	}
	stacked := false
	right = fyne.Min(naturalWidth(objects[1]), width)
	if left = width - right - e.gap; left < e.enough && left < naturalWidth(objects[0]) {
		right = fyne.Min(widest(objects[1]), width)
		stacked = true
	}
	if c, ok := objects[1].(*fyne.Container); ok {
		if f, ok := c.Layout.(*flow); ok {
			f.fill = stacked
		}
	}
	return fyne.Max(0, width-right-e.gap), right
}

// widest is the natural width of the widest object in a container.
func widest(o fyne.CanvasObject) float32 {
	c, ok := o.(*fyne.Container)
	if !ok {
		return naturalWidth(o)
	}
	var w float32
	for _, o := range c.Objects {
		if o.Visible() {
			w = fyne.Max(w, naturalWidth(o))
		}
	}
	return w
}

func (e *ends) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	l, r := e.widths(objects, width)
	return fyne.Max(HeightFor(objects[0], l), HeightFor(objects[1], r))
}

func (e *ends) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	e.width = size.Width
	l, r := e.widths(objects, size.Width)
	for i, w := range []float32{l, r} {
		h := HeightFor(objects[i], w)
		var x, y float32
		if i == 1 {
			x = size.Width - r
		}
		if !e.top {
			y = (size.Height - h) / 2
		}
		place(objects[i], x, y, w, h)
	}
}

func (e *ends) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := objects[0].MinSize().Width
	if objects[1].Visible() {
		w += e.gap + objects[1].MinSize().Width
	}
	return fyne.NewSize(w, e.HeightFor(objects, fyne.Max(w, e.width)))
}

// Follow puts tail right behind head, which is shortened when both do not fit.
func Follow(gap float32, head, tail fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &pairLayout{gap: gap, split: func(width float32, h, t fyne.CanvasObject) (float32, float32) {
		if !t.Visible() {
			return width, 0
		}
		tw := fyne.Min(naturalWidth(t), width)
		return fyne.Max(0, fyne.Min(naturalWidth(h), width-gap-tw)), tw
	}}, Objects: []fyne.CanvasObject{head, tail}}
}

// Beside puts an object at the left, as wide as it likes to be, and gives the
// rest to the other.
func Beside(gap float32, left, rest fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &pairLayout{gap: gap, split: func(width float32, l, _ fyne.CanvasObject) (float32, float32) {
		lw := fyne.Min(naturalWidth(l), width)
		return lw, fyne.Max(0, width-lw-gap)
	}}, Objects: []fyne.CanvasObject{left, rest}}
}

// Labelled puts a label of the given width before a value. Both start at the
// same height, so that a value of several lines stands beside its label.
func Labelled(width float32, label, value fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &pairLayout{firstLine: true, split: func(total float32, _, _ fyne.CanvasObject) (float32, float32) {
		return width, fyne.Max(0, total-width)
	}}, Objects: []fyne.CanvasObject{label, value}}
}

// pairLayout puts two objects side by side, centred vertically on each other or
// on the first line.
type pairLayout struct {
	gap       float32
	firstLine bool
	split     func(width float32, a, b fyne.CanvasObject) (float32, float32)
	width     float32
}

func (p *pairLayout) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	a, b := p.split(width, objects[0], objects[1])
	return fyne.Max(HeightFor(objects[0], a), HeightFor(objects[1], b))
}

func (p *pairLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	p.width = size.Width
	aw, bw := p.split(size.Width, objects[0], objects[1])
	ah, bh := HeightFor(objects[0], aw), HeightFor(objects[1], bw)
	ay, by := (size.Height-ah)/2, (size.Height-bh)/2
	if p.firstLine {
		ay, by = 0, 0
		// Smaller type sits in the middle of the label's line.
		if bh < ah {
			by = (ah - bh) / 2
		}
	}
	place(objects[0], 0, ay, aw, ah)
	place(objects[1], aw+p.gap, by, bw, bh)
}

func (p *pairLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := objects[0].MinSize().Width
	if objects[1].Visible() {
		w += p.gap + objects[1].MinSize().Width
	}
	return fyne.NewSize(w, p.HeightFor(objects, fyne.Max(w, p.width)))
}
