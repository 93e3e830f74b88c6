package widgets

import (
	"fyne.io/fyne/v2"
)

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
