package widgets

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
)

// run is a piece of one span on one line: its mark, or some of its text.
type run struct {
	span  int
	mark  bool
	text  string
	width float32
}

type textLine struct {
	runs  []run
	width float32
	// hang is how far the lines that go on from this one are indented: they stand
	// below the text, not below the mark before it.
	hang float32
}

// next is the line that goes on from l.
func (l *textLine) next() textLine { return textLine{width: l.hang, hang: l.hang} }

// indent is where the line begins.
func (l *textLine) indent() float32 {
	if len(l.runs) > 0 && l.runs[0].mark {
		return 0
	}
	return l.hang
}

// begun reports whether there is text on the line.
func (l *textLine) begun() bool {
	return len(l.runs) > 1 || len(l.runs) == 1 && !l.runs[0].mark
}

// addMark begins a span with its mark, where it has one.
func (l *textLine) addMark(t *Text, span int) {
	if w := t.markWidth(t.spans[span]); w > 0 {
		if len(l.runs) == 0 && t.align == fyne.TextAlignLeading {
			l.hang = w
		}
		l.runs = append(l.runs, run{span: span, mark: true, width: w})
		l.width += w
	}
}

func (l *textLine) add(t *Text, span int, s string) {
	if n := len(l.runs); n > 0 && l.runs[n-1].span == span && !l.runs[n-1].mark {
		r := &l.runs[n-1]
		l.width -= r.width
		r.text += s
		r.width = t.measure(r.text, t.spans[span].Style)
		l.width += r.width
		return
	}
	w := t.measure(s, t.spans[span].Style)
	l.runs = append(l.runs, run{span: span, text: s, width: w})
	l.width += w
}

// trim takes the spaces off the end, which would push a centred line aside.
func (l *textLine) trim(t *Text) {
	if len(l.runs) == 0 {
		return
	}
	r := &l.runs[len(l.runs)-1]
	if r.mark {
		return
	}
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

// mostEven is how many lines are made evenly long at most.
const mostEven = 6

// breakLines breaks the text so that no line is wider than width. Few lines that
// are centred are made evenly long, and a last line is not left with a word alone.
func (t *Text) breakLines(width float32) []textLine {
	lines := t.fill(width)
	if len(lines) < 2 || len(lines) > mostEven {
		return lines
	}
	least := t.widestWord()
	switch {
	case least > width:
		return lines // an address, which is broken as it is
	case t.align == fyne.TextAlignCenter:
		return t.even(lines, least, width)
	case !strings.Contains(t.String(), "\n"):
		return t.withoutWidow(lines, least, width)
	}
	return lines
}

// even makes the lines as narrow as they can be without becoming more.
func (t *Text) even(lines []textLine, least, width float32) []textLine {
	for least < width-1 {
		middle := (least + width) / 2
		if narrower := t.fill(middle); len(narrower) == len(lines) {
			lines, width = narrower, middle
		} else {
			least = middle
		}
	}
	return lines
}

// withoutWidow makes the lines a little narrower where the last one is very
// short, so that it gets some words.
func (t *Text) withoutWidow(lines []textLine, least, width float32) []textLine {
	const alone, enough, step = 0.2, 0.3, 0.05 // of the width
	if lines[len(lines)-1].width >= alone*width {
		return lines
	}
	for w := width * (1 - step); w >= least; w -= width * step {
		narrower := t.fill(w)
		if len(narrower) != len(lines) {
			break
		}
		if narrower[len(narrower)-1].width >= enough*width {
			return narrower
		}
	}
	return lines
}

// widestWord is the width of the widest word, with its mark.
func (t *Text) widestWord() float32 {
	var w float32
	for _, s := range t.spans {
		for _, paragraph := range strings.Split(s.Text, "\n") {
			for _, word := range words(paragraph) {
				w = fyne.Max(w, t.markWidth(s)+t.measure(strings.TrimRight(word, " "), s.Style))
			}
		}
	}
	return w
}

// fill puts as many words onto each line as there is room for.
func (t *Text) fill(width float32) []textLine {
	out := []textLine{{}}
	for i, s := range t.spans {
		out[len(out)-1].addMark(t, i)
		for n, paragraph := range strings.Split(s.Text, "\n") {
			if n > 0 {
				out = append(out, textLine{})
			}
			for _, word := range words(paragraph) {
				if word != "" {
					out = t.addWord(out, i, word, width)
				}
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
	if l.begun() {
		out = append(out, l.next())
		l = &out[len(out)-1]
	}
	for t.measure(bare, style) > width-l.width+slack {
		head := t.prefix(bare, style, width-l.width)
		if head == "" {
			break
		}
		head = atSeparator(head)
		l.add(t, span, head)
		word, bare = word[len(head):], bare[len(head):]
		out = append(out, l.next())
		l = &out[len(out)-1]
	}
	l.add(t, span, word)
	return out
}

// atSeparator is the beginning of a word that is too long for a line, up to where
// an address is best broken.
func atSeparator(head string) string {
	if i := strings.LastIndexAny(head, "/.-_?&=@:,") + 1; i > len(head)/3 {
		return head[:i]
	}
	return head
}

// oneLine is the text on one line, shortened if it may be.
func (t *Text) oneLine(width float32) textLine {
	var l textLine
	natural := t.NaturalWidth()
	for i, s := range t.spans {
		l.addMark(t, i)
		if t.fit == FitEnd {
			l.add(t, i, lastPart(s.Text, width-l.width, t.size, s.Style))
			continue
		}
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
