package widgets

import (
	"fmt"
	"math"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
)

// Mark is a small sign before a text that says at a glance how something ended.
// It is drawn, not written: the font that the program brings lacks such signs,
// and a bare system has no other.
type Mark int

// The marks.
const (
	NoMark      Mark = iota
	MarkGood         // a tick
	MarkBad          // a cross
	MarkWarning      // an exclamation mark
	MarkSkipped      // a dash
	MarkRunning      // three dots
	MarkRoom         // nothing: the text stands below that of a line with a mark
)

// marks are what is drawn, on a square of 24 whose letters would be 17 high, and
// the sign that stands for it in [Text.String].
var marks = map[Mark]struct{ sign, drawing string }{
	MarkGood:    {"✓", stroke(4.5, 12.5, 9.5, 18) + stroke(9.5, 18, 19.5, 6)},
	MarkBad:     {"✗", stroke(6, 6, 18, 18) + stroke(6, 18, 18, 6)},
	MarkWarning: {"!", stroke(12, 5, 12, 13) + dot(12, 18.5)},
	MarkSkipped: {"–", stroke(6, 12, 18, 12)},
	MarkRoom:    {},
	MarkRunning: {"…", dot(5, 18.5) + dot(12, 18.5) + dot(19, 18.5)},
}

// stroke is a line with round ends. It is drawn as an area, since Fyne gives
// areas the theme's colour, and lines not.
func stroke(x1, y1, x2, y2 float64) string {
	const r = 1.5
	length := math.Hypot(x2-x1, y2-y1)
	dx, dy := -(y2-y1)/length*r, (x2-x1)/length*r
	return fmt.Sprintf(`<path d="M%.2f %.2fA%v %v 0 0 1 %.2f %.2fL%.2f %.2fA%v %v 0 0 1 %.2f %.2fZ"/>`,
		x1+dx, y1+dy, r, r, x1-dx, y1-dy, x2-dx, y2-dy, r, r, x2+dx, y2+dy)
}

func dot(x, y float64) string { return fmt.Sprintf(`<circle cx="%v" cy="%v" r="1.9"/>`, x, y) }

// icon is the mark in a colour of the theme; it follows the theme when that
// changes.
func (m Mark) icon(color fyne.ThemeColorName) fyne.Resource {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">` + marks[m].drawing + `</svg>`
	return base.NewColoredResource(fyne.NewStaticResource(fmt.Sprintf("mark-%d.svg", m), []byte(svg)), color)
}

// markWidth is the room that a mark takes before text of a size, with the gap.
func markWidth(size float32) float32 { return float32(math.Round(float64(size * 1.3))) }

// placeMark puts a mark's picture before a line of text that begins at x: as high
// as a capital letter and as low.
func placeMark(o fyne.CanvasObject, x, y, lineHeight, size float32) {
	const middle = 0.52 // of capital letters in a line of the font
	place(o, x, y+lineHeight*middle-size/2, size, size)
}
