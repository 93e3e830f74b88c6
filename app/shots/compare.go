package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
)

// How far two drawings of the same screen may be apart. Processors that multiply
// and add in one step (arm64, amd64 from level v3 on) round otherwise: that
// moves a channel of one pixel in a thousand by 3 of 255 at most. One letter
// that is missing is more than enough to be noticed.
const (
	slack     = 6   // of 255, that a channel may be off
	mostApart = 4   // pixels that may be off by more
	mostOff   = 200 // one pixel of so many may be off at all
)

// difference is how far two pictures are apart.
type difference struct {
	want, got image.Rectangle
	apart     int // pixels of which a channel is off by more than slack
	off       int // pixels that are off at all
	most      int // what a channel is off at most, of 255
	where     image.Rectangle
	marked    *image.NRGBA
}

// compare holds got against want.
func compare(want, got image.Image) difference {
	d := difference{want: want.Bounds(), got: got.Bounds()}
	if d.want != d.got {
		return d
	}
	a, b := pixels(want), pixels(got)
	d.marked = image.NewNRGBA(d.want)
	for y := d.want.Min.Y; y < d.want.Max.Y; y++ {
		for x := d.want.Min.X; x < d.want.Max.X; x++ {
			was, is := a.NRGBAAt(x, y), b.NRGBAAt(x, y)
			far := max(apart(was.R, is.R), apart(was.G, is.G), apart(was.B, is.B), apart(was.A, is.A))
			d.most = max(d.most, far)
			if far > 0 {
				d.off++
				d.where = d.where.Union(image.Rect(x, y, x+1, y+1))
			}
			if far > slack {
				d.apart++
			}
			d.marked.SetNRGBA(x, y, mark(was, far))
		}
	}
	return d
}

// same: nobody could tell the two apart, and no change of ours made the difference.
func (d difference) same() bool {
	return d.want == d.got && d.apart <= mostApart && d.off <= d.want.Dx()*d.want.Dy()/mostOff
}

func (d difference) String() string {
	if d.want != d.got {
		return fmt.Sprintf("it is %v, not %v", d.got, d.want)
	}
	return fmt.Sprintf("%d pixels differ, %d of them by more than %d, the most by %d of 255, within %v", d.off, d.apart, slack, d.most, d.where)
}

// picture is want in pale grey, with red where got is another; nil where the
// two have not the same size.
func (d difference) picture() image.Image {
	if d.marked == nil {
		return nil
	}
	return d.marked
}

func mark(was color.NRGBA, far int) color.NRGBA {
	switch {
	case far > slack:
		return color.NRGBA{R: 0xd0, A: 0xff}
	case far > 0:
		return color.NRGBA{R: 0xf0, G: 0xa0, B: 0xa0, A: 0xff}
	}
	grey := color.GrayModel.Convert(was).(color.Gray).Y
	pale := 0xc0 + grey/4
	return color.NRGBA{R: pale, G: pale, B: pale, A: 0xff}
}

func apart(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

func pixels(m image.Image) *image.NRGBA {
	if n, ok := m.(*image.NRGBA); ok {
		return n
	}
	n := image.NewNRGBA(m.Bounds())
	draw.Draw(n, n.Bounds(), m, m.Bounds().Min, draw.Src)
	return n
}
