package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	base "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Selectable is one line of text to copy from: drag over it, double-click for
// all, or reach it by Tab, which selects all; then Ctrl+C (Cmd+C), or the menu of
// the other mouse button. Where it is too narrow the text is shortened on screen;
// selecting all still copies the whole.
//
// Fyne's own selectable label takes the focus without showing it and swallows
// Esc and Enter; this one shows it and lets them through.
type Selectable struct {
	widget.BaseWidget

	text  *Text
	color fyne.ThemeColorName
	style fyne.TextStyle
	copy  string // the word in the menu

	from, to int // selected characters of what is shown; from is where it began
	focused  bool
	byMouse  bool
}

var (
	_ fyne.Focusable         = (*Selectable)(nil)
	_ fyne.Draggable         = (*Selectable)(nil)
	_ fyne.DoubleTappable    = (*Selectable)(nil)
	_ fyne.SecondaryTappable = (*Selectable)(nil)
	_ fyne.Shortcutable      = (*Selectable)(nil)
	_ fyne.Accessible        = (*Selectable)(nil)
	_ desktop.Mouseable      = (*Selectable)(nil)
	_ desktop.Cursorable     = (*Selectable)(nil)
)

// NewSelectable returns a line; copyWord is "Copy" in the user's language.
func NewSelectable(size fyne.ThemeSizeName, color fyne.ThemeColorName, style fyne.TextStyle, copyWord string) *Selectable {
	s := &Selectable{text: NewText(size, color, fyne.TextAlignLeading, FitShort), color: color, style: style, copy: copyWord}
	s.ExtendBaseWidget(s)
	return s
}

// SetText changes the text. The selection is kept when the text is the same.
func (s *Selectable) SetText(text string) {
	if s.text.String() != text {
		s.from, s.to = 0, 0
		s.text.Set(text, s.style)
		s.Refresh()
	}
}

// Text returns the whole text.
func (s *Selectable) Text() string { return s.text.String() }

// SelectAll selects the whole text.
func (s *Selectable) SelectAll() { s.selectRange(0, len(s.shown())) }

// Selected returns what is selected.
func (s *Selectable) Selected() string {
	shown := s.shown()
	a, b := min(s.from, s.to), min(max(s.from, s.to), len(shown))
	if a == 0 && b == len(shown) {
		return s.Text()
	}
	return strings.TrimSuffix(string(shown[min(a, b):b]), "…")
}

func (s *Selectable) shown() []rune {
	l := s.text.oneLine(s.Size().Width)
	var b strings.Builder
	for _, r := range l.runs {
		b.WriteString(r.text)
	}
	return []rune(b.String())
}

func (s *Selectable) selectRange(from, to int) {
	if s.from != from || s.to != to {
		s.from, s.to = from, to
		s.Refresh()
	}
}

// at is the character boundary nearest to x.
func (s *Selectable) at(x float32) int {
	shown := s.shown()
	for i := range shown {
		left, right := s.offset(shown, i), s.offset(shown, i+1)
		if x < (left+right)/2 {
			return i
		}
	}
	return len(shown)
}

func (s *Selectable) offset(shown []rune, n int) float32 {
	return s.text.measure(string(shown[:min(n, len(shown))]), s.style)
}

// FocusGained implements [fyne.Focusable].
func (s *Selectable) FocusGained() {
	s.focused = true
	if !s.byMouse {
		s.SelectAll()
	}
	s.byMouse = false
	s.Refresh()
}

// FocusLost implements [fyne.Focusable].
func (s *Selectable) FocusLost() {
	s.focused = false
	s.from, s.to = 0, 0
	s.Refresh()
}

// TypedRune implements [fyne.Focusable].
func (s *Selectable) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable].
func (s *Selectable) TypedKey(ev *fyne.KeyEvent) { forwardKey(s, ev) }

// TypedShortcut implements [fyne.Shortcutable].
func (s *Selectable) TypedShortcut(sc fyne.Shortcut) {
	switch sc.(type) {
	case *fyne.ShortcutCopy:
		s.copySelected()
	case *fyne.ShortcutSelectAll:
		s.SelectAll()
	default:
		forwardShortcut(s, sc)
	}
}

func (s *Selectable) copySelected() {
	if t := s.Selected(); t != "" {
		fyne.CurrentApp().Clipboard().SetContent(t)
	}
}

// MouseDown implements [desktop.Mouseable].
func (s *Selectable) MouseDown(ev *desktop.MouseEvent) {
	if ev.Button != desktop.MouseButtonPrimary {
		return
	}
	i := s.at(ev.Position.X)
	s.selectRange(i, i)
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		s.byMouse = true
		c.Focus(s)
		s.byMouse = false
	}
}

// MouseUp implements [desktop.Mouseable].
func (s *Selectable) MouseUp(*desktop.MouseEvent) {}

// Dragged implements [fyne.Draggable].
func (s *Selectable) Dragged(ev *fyne.DragEvent) { s.selectRange(s.from, s.at(ev.Position.X)) }

// DragEnd implements [fyne.Draggable].
func (s *Selectable) DragEnd() {}

// DoubleTapped implements [fyne.DoubleTappable].
func (s *Selectable) DoubleTapped(*fyne.PointEvent) { s.SelectAll() }

// TappedSecondary implements [fyne.SecondaryTappable].
func (s *Selectable) TappedSecondary(ev *fyne.PointEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	if c == nil {
		return
	}
	if s.Selected() == "" || s.from == s.to {
		s.SelectAll()
	}
	text := s.Selected()
	line := MenuLine{Text: s.copy, Said: s.copy, Run: func() { fyne.CurrentApp().Clipboard().SetContent(text) }}
	NewMenu().Show(c, []MenuLine{line}, func(_, _ fyne.Size) fyne.Position { return ev.AbsolutePosition })
}

// Cursor implements [desktop.Cursorable].
func (s *Selectable) Cursor() desktop.Cursor { return desktop.TextCursor }

// AccessibilityLabel implements [fyne.Accessible].
func (s *Selectable) AccessibilityLabel() string { return s.Text() }

// AccessibilityRole implements [fyne.Accessible].
func (s *Selectable) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// NaturalWidth is the width of the whole text.
func (s *Selectable) NaturalWidth() float32 { return s.text.NaturalWidth() }

// MinSize implements [fyne.CanvasObject].
func (s *Selectable) MinSize() fyne.Size { return s.text.MinSize() }

// CreateRenderer implements [fyne.Widget].
func (s *Selectable) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &selectableRenderer{s: s, mark: canvas.NewRectangle(nil)}
	r.paint()
	return r
}

type selectableRenderer struct {
	s    *Selectable
	mark *canvas.Rectangle
}

func (r *selectableRenderer) Destroy()           {}
func (r *selectableRenderer) MinSize() fyne.Size { return r.s.MinSize() }

func (r *selectableRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.mark, r.s.text}
}

func (r *selectableRenderer) Layout(size fyne.Size) {
	r.s.text.Resize(size)
	shown := r.s.shown()
	a, b := min(r.s.from, r.s.to), max(r.s.from, r.s.to)
	left := r.s.offset(shown, a)
	place(r.mark, left, 0, r.s.offset(shown, b)-left, size.Height)
}

func (r *selectableRenderer) Refresh() {
	r.paint()
	r.Layout(r.s.Size())
	r.s.text.Refresh()
	canvas.Refresh(r.s)
}

func (r *selectableRenderer) paint() {
	r.mark.FillColor = base.Color(base.ColorNameSelection)
	r.mark.CornerRadius = base.Size(base.SizeNameSelectionRadius)
	r.mark.Hidden = !r.s.focused || r.s.from == r.s.to
	r.s.text.color = r.s.color
	if !r.mark.Hidden {
		r.s.text.color = base.ColorNameForeground // quiet text is too pale on a selection
	}
	r.mark.Refresh()
}
