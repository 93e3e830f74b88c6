package widgets

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
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
	FitWrap             // as many lines as needed; a word that is too long is broken
)

// slack is what a sum of measured widths may differ from the whole's.
const slack = 0.5

// minTextWidth is the least width of text that can give way.
const minTextWidth = 32

// Span is a piece of text in one style.
type Span struct {
	Text  string
	Style fyne.TextStyle
	Color fyne.ThemeColorName // empty: that of the Text
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

// String returns the whole text, shortened or not.
func (t *Text) String() string {
	var b strings.Builder
	for _, s := range t.spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// AccessibilityLabel implements [fyne.Accessible].
func (t *Text) AccessibilityLabel() string { return t.String() }

// AccessibilityRole implements [fyne.Accessible].
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// NaturalWidth is the width of the text on one line.
func (t *Text) NaturalWidth() float32 {
	var w float32
	for _, s := range t.spans {
		w += t.measure(s.Text, s.Style)
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

// run is a piece of one span on one line.
type run struct {
	span  int
	text  string
	width float32
}

type textLine struct {
	runs  []run
	width float32
}

func (l *textLine) add(t *Text, span int, s string) {
	if n := len(l.runs); n > 0 && l.runs[n-1].span == span {
		r := &l.runs[n-1]
		l.width -= r.width
		r.text += s
		r.width = t.measure(r.text, t.spans[span].Style)
		l.width += r.width
		return
	}
	w := t.measure(s, t.spans[span].Style)
	l.runs = append(l.runs, run{span, s, w})
	l.width += w
}

// trim takes the spaces off the end, which would push a centred line aside.
func (l *textLine) trim(t *Text) {
	if len(l.runs) == 0 {
		return
	}
	r := &l.runs[len(l.runs)-1]
	l.width -= r.width
	r.text = strings.TrimRight(r.text, " ")
	r.width = t.measure(r.text, t.spans[r.span].Style)
	l.width += r.width
}

// lines breaks the text for a width. Measuring a licence's thousands of words
// takes a tenth of a second, and layouts ask several times: what was found is
// remembered.
func (t *Text) lines(width float32) []textLine {
	if t.fit != FitWrap {
		return []textLine{t.oneLine(width)}
	}
	size := base.Size(t.size)
	for _, l := range t.laid {
		if l.width == width && l.size == size {
			return l.lines
		}
	}
	lines := t.breakLines(width)
	if len(t.laid) == maxLaid {
		t.laid = t.laid[1:]
	}
	t.laid = append(t.laid, laidOut{width, size, lines})
	return lines
}

func (t *Text) breakLines(width float32) []textLine {
	out := []textLine{{}}
	for i, s := range t.spans {
		for n, paragraph := range strings.Split(s.Text, "\n") {
			if n > 0 {
				out = append(out, textLine{})
			}
			for _, word := range words(paragraph) {
				out = t.addWord(out, i, word, width)
			}
		}
	}
	for i := range out {
		out[i].trim(t)
	}
	return out
}

func (t *Text) addWord(out []textLine, span int, word string, width float32) []textLine {
	l := &out[len(out)-1]
	style := t.spans[span].Style
	bare := strings.TrimRight(word, " ")
	if l.width+t.measure(bare, style) <= width+slack {
		l.add(t, span, word)
		return out
	}
	if len(l.runs) > 0 {
		out = append(out, textLine{})
		l = &out[len(out)-1]
	}
	for t.measure(bare, style) > width+slack {
		head := t.prefix(bare, style, width)
		if head == "" {
			break
		}
		l.add(t, span, head)
		word, bare = word[len(head):], bare[len(head):]
		out = append(out, textLine{})
		l = &out[len(out)-1]
	}
	l.add(t, span, word)
	return out
}

// oneLine is the text on one line, shortened if it may be.
func (t *Text) oneLine(width float32) textLine {
	var l textLine
	natural := t.NaturalWidth()
	for i, s := range t.spans {
		if t.fit == FitShort && natural > width+slack && l.width+t.measure(s.Text, s.Style) > width-t.measure("…", s.Style) {
			room := width - l.width - t.measure("…", s.Style)
			l.add(t, i, strings.TrimRight(t.prefix(s.Text, s.Style, room), " ")+"…")
			return l
		}
		l.add(t, i, s.Text)
	}
	return l
}

// prefix is the longest beginning of s that fits, never ending between a letter
// and its marks.
func (t *Text) prefix(s string, style fyne.TextStyle, width float32) string {
	r := []rune(s)
	lo, hi := 0, len(r)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if t.measure(string(r[:mid]), style) <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	for lo > 0 && lo < len(r) && (unicode.Is(unicode.M, r[lo]) || r[lo] == '\u200d' || r[lo-1] == '\u200d') {
		lo--
	}
	return string(r[:lo])
}

// CreateRenderer implements [fyne.Widget].
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{t: t}
	r.build(t.Size())
	return r
}

type textRenderer struct {
	t       *Text
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

// build makes one canvas text for each run, reusing those that are there.
func (r *textRenderer) build(size fyne.Size) {
	t := r.t
	h := t.lineHeight()
	n := 0
	for row, l := range t.lines(size.Width) {
		var x float32
		switch t.align {
		case fyne.TextAlignCenter:
			x = (size.Width - l.width) / 2
		case fyne.TextAlignTrailing:
			x = size.Width - l.width
		}
		for _, run := range l.runs {
			if n == len(r.objects) {
				r.objects = append(r.objects, canvas.NewText("", nil))
			}
			c := r.objects[n].(*canvas.Text)
			n++
			s := t.spans[run.span]
			c.Text, c.TextStyle, c.TextSize, c.Color = run.text, s.Style, base.Size(t.size), base.Color(t.colorOf(s))
			place(c, x, float32(row)*h, run.width, h)
			c.Refresh()
			x += run.width
		}
	}
	r.objects = r.objects[:n]
}

func (t *Text) colorOf(s Span) fyne.ThemeColorName {
	if s.Color != "" {
		return s.Color
	}
	return t.color
}
