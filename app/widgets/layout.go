package widgets

import (
	"fyne.io/fyne/v2"
)

// Heighter is an object whose height depends on its width.
type Heighter interface {
	HeightFor(width float32) float32
}

// heightLayout is a layout that can tell its height for a width.
type heightLayout interface {
	fyne.Layout
	HeightFor(objects []fyne.CanvasObject, width float32) float32
}

// HeightFor returns how high o wants to be at the given width. A hidden object
// has no height.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	if !o.Visible() {
		return 0
	}
	switch v := o.(type) {
	case Heighter:
		return v.HeightFor(width)
	case *fyne.Container:
		if l, ok := v.Layout.(heightLayout); ok {
			return l.HeightFor(v.Objects, width)
		}
	}
	return o.MinSize().Height
}

// naturalWidth is how wide o would like to be: the width of its text on one
// line where it has one, else its smallest width.
func naturalWidth(o fyne.CanvasObject) float32 {
	if n, ok := o.(interface{ NaturalWidth() float32 }); ok {
		return n.NaturalWidth()
	}
	if c, ok := o.(*fyne.Container); ok {
		switch l := c.Layout.(type) {
		case *flow:
			return l.naturalWidth(c.Objects)
		case *pairLayout:
			if !c.Objects[1].Visible() {
				return naturalWidth(c.Objects[0])
			}
			return naturalWidth(c.Objects[0]) + l.gap + naturalWidth(c.Objects[1])
		case *column:
			var w float32
			for _, s := range l.slots {
				if s.Object.Visible() {
					w = fyne.Max(w, naturalWidth(s.Object))
				}
			}
			return w
		}
	}
	return o.MinSize().Width
}

// Slot is one object of a [Column].
type Slot struct {
	Object fyne.CanvasObject
	Before float32 // distance to the object above; none above the first visible one
	Width  float32 // at most this wide; 0: as wide as the column
	Center bool    // centred when narrower than the column
}

// Column stacks objects from the top. Hidden objects take no room, and neither
// does the distance above them.
func Column(slots ...Slot) *fyne.Container {
	objects := make([]fyne.CanvasObject, len(slots))
	for i, s := range slots {
		objects[i] = s.Object
	}
	return &fyne.Container{Layout: &column{slots: slots}, Objects: objects}
}

type column struct {
	slots []Slot
	width float32 // of the last layout; MinSize's height is for it
}

func (c *column) slotWidth(s Slot, width float32) float32 {
	if s.Width > 0 && s.Width < width {
		return s.Width
	}
	return width
}

func (c *column) HeightFor(_ []fyne.CanvasObject, width float32) float32 {
	var y float32
	first := true
	for _, s := range c.slots {
		if !s.Object.Visible() {
			continue
		}
		if !first {
			y += s.Before
		}
		first = false
		y += HeightFor(s.Object, c.slotWidth(s, width))
	}
	return y
}

func (c *column) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	var y float32
	first := true
	for _, s := range c.slots {
		if !s.Object.Visible() {
			continue
		}
		if !first {
			y += s.Before
		}
		first = false
		w := c.slotWidth(s, size.Width)
		h := HeightFor(s.Object, w)
		var x float32
		if s.Center {
			x = (size.Width - w) / 2
		}
		place(s.Object, x, y, w, h)
		y += h
	}
}

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, s := range c.slots {
		if s.Object.Visible() {
			w = fyne.Max(w, s.Object.MinSize().Width)
		}
	}
	return fyne.NewSize(w, c.HeightFor(objects, fyne.Max(w, c.width)))
}

// Flow puts objects side by side at their natural width and starts a new line
// when one does not fit. Lines are centred, or start at the left.
func Flow(gap float32, center bool, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &flow{gap: gap, center: center}, Objects: objects}
}

type flow struct {
	gap    float32
	center bool
	fill   bool // each has a line of its own, as wide as the flow
	width  float32
}

type flowLine struct {
	objects       []fyne.CanvasObject
	width, height float32
}

func (f *flow) lines(objects []fyne.CanvasObject, width float32) []flowLine {
	var out []flowLine
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		w := fyne.Min(naturalWidth(o), width)
		n := len(out)
		if n == 0 || out[n-1].width+f.gap+w > width {
			out = append(out, flowLine{})
			n++
		} else {
			out[n-1].width += f.gap
		}
		l := &out[n-1]
		l.objects = append(l.objects, o)
		l.width += w
		l.height = fyne.Max(l.height, HeightFor(o, w))
	}
	return out
}

func (f *flow) naturalWidth(objects []fyne.CanvasObject) float32 {
	w := -f.gap
	for _, o := range objects {
		if o.Visible() {
			w += f.gap + naturalWidth(o)
		}
	}
	return fyne.Max(0, w)
}

func (f *flow) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	var h float32
	for i, l := range f.lines(objects, width) {
		if i > 0 {
			h += f.gap
		}
		h += l.height
	}
	return h
}

func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	var y float32
	for _, l := range f.lines(objects, size.Width) {
		var x float32
		if f.center {
			x = (size.Width - l.width) / 2
		}
		for _, o := range l.objects {
			w := fyne.Min(naturalWidth(o), size.Width)
			if f.fill {
				w = size.Width
			}
			h := HeightFor(o, w)
			place(o, x, y+(l.height-h)/2, w, h)
			x += w + f.gap
		}
		y += l.height + f.gap
	}
}

func (f *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, o := range objects {
		if o.Visible() {
			w = fyne.Max(w, o.MinSize().Width)
		}
	}
	return fyne.NewSize(w, f.HeightFor(objects, fyne.Max(w, f.width)))
}

// Inset keeps a distance around an object.
func Inset(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &inset{top, right, bottom, left}, Objects: []fyne.CanvasObject{o}}
}

type inset struct{ top, right, bottom, left float32 }

func (p *inset) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return HeightFor(objects[0], width-p.left-p.right) + p.top + p.bottom
}

func (p *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	place(objects[0], p.left, p.top, size.Width-p.left-p.right, size.Height-p.top-p.bottom)
}

func (p *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(p.left+p.right, p.top+p.bottom)
}

// Layers draws objects over each other, all of the same size.
func Layers(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: layers{}, Objects: objects}
}

type layers struct{}

func (layers) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	var h float32
	for _, o := range objects {
		h = fyne.Max(h, HeightFor(o, width))
	}
	return h
}

func (layers) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, 0, 0, size.Width, size.Height)
	}
}

func (layers) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if o.Visible() {
			s = s.Max(o.MinSize())
		}
	}
	return s
}

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

func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(w, h))
	o.Move(fyne.NewPos(x, y))
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

// TopRight puts an object into the upper right corner at its smallest size, a
// little into the distance around, where a cross is expected.
func TopRight(o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: topRight{}, Objects: []fyne.CanvasObject{o}}
}

type topRight struct{}

func (topRight) HeightFor(objects []fyne.CanvasObject, _ float32) float32 {
	return objects[0].MinSize().Height
}

func (topRight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	m := objects[0].MinSize()
	place(objects[0], size.Width-m.Width+8, -4, m.Width, m.Height)
}

func (topRight) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// Split puts two objects side by side, the right one of the given width, where
// there is room of at least enough for both; else the right one goes below.
func Split(gap, right, enough float32, a, b fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &split{gap: gap, right: right, enough: enough}, Objects: []fyne.CanvasObject{a, b}}
}

type split struct{ gap, right, enough, width float32 }

func (l *split) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	if width < l.enough {
		return HeightFor(objects[0], width) + l.gap + HeightFor(objects[1], width)
	}
	return fyne.Max(HeightFor(objects[0], width-l.gap-l.right), HeightFor(objects[1], l.right))
}

func (l *split) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	if size.Width < l.enough {
		h := HeightFor(objects[0], size.Width)
		place(objects[0], 0, 0, size.Width, h)
		place(objects[1], 0, h+l.gap, size.Width, HeightFor(objects[1], size.Width))
		return
	}
	left := size.Width - l.gap - l.right
	place(objects[0], 0, 0, left, HeightFor(objects[0], left))
	place(objects[1], left+l.gap, 0, l.right, HeightFor(objects[1], l.right))
}

func (l *split) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := fyne.Max(objects[0].MinSize().Width, objects[1].MinSize().Width)
	return fyne.NewSize(w, l.HeightFor(objects, fyne.Max(w, l.width)))
}
