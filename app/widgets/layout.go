package widgets

import (
	"math"

	"fyne.io/fyne/v2"

	"app.latchkey/app/theme"
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
	return c.stack(width, func(Slot, float32, float32, float32) {})
}

// stack goes through what is shown, from above, and tells each one's place and
// size. It returns the height of all.
func (c *column) stack(width float32, put func(s Slot, y, w, h float32)) float32 {
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
		w := c.slotWidth(s, width)
		h := HeightFor(s.Object, w)
		put(s, y, w, h)
		y += h
	}
	return y
}

func (c *column) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	c.stack(size.Width, func(s Slot, y, w, h float32) {
		var x float32
		if s.Center {
			x = (size.Width - w) / 2
		}
		place(s.Object, x, y, w, h)
	})
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

func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Resize(fyne.NewSize(w, h))
	o.Move(fyne.NewPos(x, y))
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

// Split puts two objects side by side, the right one of the given width or a
// third of the whole, where there is room of at least enough for both; else the
// right one goes below.
func Split(gap, right, enough float32, a, b fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &split{gap: gap, right: right, enough: enough}, Objects: []fyne.CanvasObject{a, b}}
}

type split struct{ gap, right, enough, width float32 }

func (l *split) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	if width < l.enough {
		return HeightFor(objects[0], width) + l.gap + HeightFor(objects[1], width)
	}
	left, right := l.widths(width)
	return fyne.Max(HeightFor(objects[0], left), HeightFor(objects[1], right))
}

// widths are those of both, on the grid.
func (l *split) widths(width float32) (left, right float32) {
	third := theme.Grid * float32(math.Floor(float64(width/3/theme.Grid)))
	right = fyne.Max(l.right, third)
	return width - l.gap - right, right
}

func (l *split) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	if size.Width < l.enough {
		h := HeightFor(objects[0], size.Width)
		place(objects[0], 0, 0, size.Width, h)
		place(objects[1], 0, h+l.gap, size.Width, HeightFor(objects[1], size.Width))
		return
	}
	left, right := l.widths(size.Width)
	place(objects[0], 0, 0, left, HeightFor(objects[0], left))
	place(objects[1], left+l.gap, 0, right, HeightFor(objects[1], right))
}

func (l *split) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := fyne.Max(objects[0].MinSize().Width, objects[1].MinSize().Width)
	return fyne.NewSize(w, l.HeightFor(objects, fyne.Max(w, l.width)))
}
