package widgets

import (
	"math"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/accessibility"
)

// Fit says what happens to text that is wider than its place.
type Fit int

// How text fits.
const (
	FitWhole Fit = iota // one line, never shortened: its place must be wide enough
	FitShort            // one line, shortened with …
	FitEnd              // one line, shortened at its beginning: of a host the end says whose it is
	FitWrap             // as many lines as needed; a word that is too long is broken
)

// slack is what a sum of measured widths may differ from the whole's.
const slack = 0.5

// minTextWidth is the least width of text that can give way.
const minTextWidth = 32

// Span is a piece of text in one style, after a mark where it has one.
type Span struct {
	Text  string
	Style fyne.TextStyle
	Color fyne.ThemeColorName // empty: that of the Text
	Mark  Mark
	// Said is the mark in a word for screen readers, where the text alone does
	// not say what it means.
	Said string
}

// Text draws text without the padding of Fyne's Label, in spans of mixed
// weight. It is plain text: nothing in it is ever read as markup, so it is safe
// for names that come from elsewhere.
type Text struct {
	widget.BaseWidget

	spans []Span
	size  fyne.ThemeSizeName
	color fyne.ThemeColorName
	align fyne.TextAlign
	fit   Fit
	live  accessibility.Live

	laid []laidOut // by width; see lines
}

// laidOut are the lines for a width.
type laidOut struct {
	width, size float32
	lines       []textLine
}

// maxLaid is how many widths are remembered: that of the place, that of the
// smallest one, and what a layout tries.
const maxLaid = 4

var (
	_ fyne.Widget     = (*Text)(nil)
	_ fyne.Accessible = (*Text)(nil)
	_ Heighter        = (*Text)(nil)
)

// NewText returns a text in one size and colour.
func NewText(size fyne.ThemeSizeName, color fyne.ThemeColorName, align fyne.TextAlign, fit Fit) *Text {
	t := &Text{size: size, color: color, align: align, fit: fit}
	t.ExtendBaseWidget(t)
	return t
}

// Set replaces the text by one span and returns t.
func (t *Text) Set(text string, style fyne.TextStyle) *Text {
	return t.SetSpans(Span{Text: text, Style: style})
}

// SetSpans replaces the text and returns t. Setting what is already there costs
// nothing.
func (t *Text) SetSpans(spans ...Span) *Text {
	if !slices.Equal(t.spans, spans) {
		t.spans, t.laid = spans, nil
		t.Refresh()
	}
	return t
}

// String returns the whole text, shortened or not, with signs for its marks.
func (t *Text) String() string {
	var b strings.Builder
	for _, s := range t.spans {
		if sign := marks[s.Mark].sign; sign != "" {
			b.WriteString(sign + " ")
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// AccessibilityLabel implements [fyne.Accessible]. It has words in place of the
// marks.
func (t *Text) AccessibilityLabel() string {
	var b strings.Builder
	for _, s := range t.spans {
		if s.Said != "" {
			b.WriteString(s.Said + ": ")
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// AccessibilityRole implements [fyne.Accessible].
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// NaturalWidth is the width of the text on one line.
func (t *Text) NaturalWidth() float32 {
	var w float32
	for _, s := range t.spans {
		w += t.markWidth(s) + t.measure(s.Text, s.Style)
	}
	return w
}

// HeightFor implements [Heighter].
func (t *Text) HeightFor(width float32) float32 {
	n := 1
	if t.fit == FitWrap {
		n = max(1, len(t.lines(width)))
	}
	return float32(n) * t.lineHeight()
}

// MinSize implements [fyne.CanvasObject]. The height is for the present width.
func (t *Text) MinSize() fyne.Size {
	w := t.NaturalWidth()
	if t.fit != FitWhole {
		w = fyne.Min(w, minTextWidth)
	}
	return fyne.NewSize(w, t.HeightFor(fyne.Max(w, t.Size().Width)))
}

func (t *Text) lineHeight() float32 {
	// Whole pixels keep the distances between lines equal.
	return float32(math.Round(float64(fyne.MeasureText("Ag", base.Size(t.size), fyne.TextStyle{}).Height)))
}

func (t *Text) measure(s string, style fyne.TextStyle) float32 {
	return fyne.MeasureText(s, base.Size(t.size), style).Width
}

// markWidth is what a span's mark takes of the line.
func (t *Text) markWidth(s Span) float32 {
	if s.Mark == NoMark {
		return 0
	}
	return markWidth(base.Size(t.size))
}
