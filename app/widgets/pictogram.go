package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/theme"
)

// Motif is what a pictogram shows.
type Motif int

// The motifs.
const (
	NoMotif      Motif = iota
	MotifNetwork       // a globe, crossed out
	MotifClock
	MotifLock
	MotifBrowser // a window with a cross in it
	MotifKey     // a key, crossed out
	MotifPage    // a sheet with lines
	MotifStop    // no entry
)

// PictogramSize is the side of a pictogram.
const PictogramSize = 10 * theme.Grid

// Pictogram is a small drawing that says at a glance what a notice is about. It
// adds nothing to the words, so it has no name for screen readers. It stands on
// the ground of warnings.
type Pictogram struct {
	widget.BaseWidget
	motif Motif
}

// NewPictogram returns a pictogram that shows nothing and takes no room yet.
func NewPictogram() *Pictogram {
	p := &Pictogram{}
	p.ExtendBaseWidget(p)
	p.Hide()
	return p
}

// SetMotif changes what is shown; NoMotif hides it.
func (p *Pictogram) SetMotif(m Motif) {
	if p.motif != m {
		p.motif = m
		p.Refresh()
	}
	if shown := m != NoMotif; shown != p.Visible() {
		if shown {
			p.Show()
		} else {
			p.Hide()
		}
	}
}

// MinSize implements [fyne.CanvasObject].
func (p *Pictogram) MinSize() fyne.Size { return fyne.NewSquareSize(PictogramSize) }

// drawing is made of what Fyne can draw, on a square of 40.
type drawing struct {
	circles [][3]float32 // middle and radius
	boxes   [][5]float32 // corner, size and radius; the later lies over the earlier
	lines   [][4]float32
}

var slash = [4]float32{8, 34, 34, 8}

var drawings = map[Motif]drawing{
	MotifNetwork: {circles: [][3]float32{{20, 20, 15}}, boxes: [][5]float32{{13, 5, 14, 30, 7}}, lines: [][4]float32{{5, 20, 35, 20}, slash}},
	MotifClock:   {circles: [][3]float32{{20, 20, 15}}, lines: [][4]float32{{20, 20, 20, 10}, {20, 20, 27, 24}}},
	MotifLock:    {boxes: [][5]float32{{13, 5, 14, 24, 7}, {8, 17, 24, 18, 4}}, lines: [][4]float32{{20, 23, 20, 29}}},
	MotifBrowser: {boxes: [][5]float32{{4, 6, 32, 28, 4}}, lines: [][4]float32{{4, 13, 36, 13}, {15, 18, 25, 28}, {25, 18, 15, 28}}},
	MotifKey:     {circles: [][3]float32{{12, 20, 7}}, lines: [][4]float32{{19, 20, 36, 20}, {30, 20, 30, 26}, {35, 20, 35, 25}, slash}},
	MotifPage:    {boxes: [][5]float32{{9, 4, 22, 32, 4}}, lines: [][4]float32{{14, 13, 26, 13}, {14, 20, 26, 20}, {14, 27, 21, 27}}},
	MotifStop:    {circles: [][3]float32{{20, 20, 15}}, lines: [][4]float32{{12, 20, 28, 20}}},
}

// CreateRenderer implements [fyne.Widget].
func (p *Pictogram) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	r := &pictogramRenderer{p: p}
	r.draw()
	return r
}

type pictogramRenderer struct {
	p       *Pictogram
	objects []fyne.CanvasObject
}

func (r *pictogramRenderer) Destroy()                     {}
func (r *pictogramRenderer) MinSize() fyne.Size           { return r.p.MinSize() }
func (r *pictogramRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *pictogramRenderer) Layout(fyne.Size)             {} // it has one size

func (r *pictogramRenderer) Refresh() {
	r.draw()
	canvas.Refresh(r.p)
}

func (r *pictogramRenderer) draw() {
	const width = 2
	stroke, ground := base.Color(theme.ColorWarning), base.Color(theme.ColorWarningGround)
	d := drawings[r.p.motif]
	r.objects = nil
	for _, c := range d.circles {
		o := &canvas.Circle{StrokeColor: stroke, StrokeWidth: width, FillColor: color.Transparent}
		place(o, c[0]-c[2], c[1]-c[2], 2*c[2], 2*c[2])
		r.objects = append(r.objects, o)
	}
	for i, b := range d.boxes {
		o := &canvas.Rectangle{StrokeColor: stroke, StrokeWidth: width, FillColor: color.Transparent, CornerRadius: b[4]}
		if i > 0 {
			o.FillColor = ground
		}
		place(o, b[0], b[1], b[2], b[3])
		r.objects = append(r.objects, o)
	}
	for _, l := range d.lines {
		if l[0] == l[2] || l[1] == l[3] { // as a bar it is sharp
			o := &canvas.Rectangle{FillColor: stroke}
			place(o, l[0]-width/2, l[1]-width/2, l[2]-l[0]+width, l[3]-l[1]+width)
			r.objects = append(r.objects, o)
			continue
		}
		r.objects = append(r.objects, &canvas.Line{StrokeColor: stroke, StrokeWidth: width,
			Position1: fyne.NewPos(l[0], l[1]), Position2: fyne.NewPos(l[2], l[3])})
	}
}

// Illustrated puts a pictogram to the left of content, at the top; while it is
// hidden the content has the whole width.
func Illustrated(p *Pictogram, content fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &illustrated{}, Objects: []fyne.CanvasObject{p, content}}
}

type illustrated struct{ width float32 }

func (l *illustrated) indent(objects []fyne.CanvasObject) float32 {
	if !objects[0].Visible() {
		return 0
	}
	return PictogramSize + 4*theme.Grid
}

func (l *illustrated) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return fyne.Max(HeightFor(objects[0], PictogramSize), HeightFor(objects[1], width-l.indent(objects)))
}

func (l *illustrated) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	x := l.indent(objects)
	place(objects[0], 0, 0, PictogramSize, PictogramSize)
	place(objects[1], x, 0, size.Width-x, size.Height)
}

func (l *illustrated) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := objects[1].MinSize().Width + l.indent(objects)
	return fyne.NewSize(w, l.HeightFor(objects, fyne.Max(w, l.width)))
}
