package widgets

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"app.latchkey/app/theme"
)

// Arrow is one message of a [Sequence].
type Arrow struct {
	Key      string // what is selected with it; several arrows may share one
	From, To int    // lanes; the same: what a party does by itself
	Label    string // above the line; may be empty
	Note     string // below the line, quiet; may be empty
	Aside    string // beside the first lane, as a warning, and a mark on the lane; may be empty
	Failed   bool   // drawn as a warning
	Stopped  bool   // does not arrive: ends at a wall before the lane
}

// Sequence is a sequence diagram: a lane for each party and an arrow for each
// message. One arrow's step is selected, by a click or by the arrow keys.
type Sequence struct {
	widget.BaseWidget

	// OnSelect is told which step was chosen. Nil does nothing.
	OnSelect func(key string)
	// OnFocus is called when the keyboard reaches the diagram. May be nil.
	OnFocus func(fyne.CanvasObject)

	lanes    []string
	arrows   []Arrow
	selected string
	focused  bool
}

var (
	_ fyne.Tappable   = (*Sequence)(nil)
	_ fyne.Focusable  = (*Sequence)(nil)
	_ fyne.Accessible = (*Sequence)(nil)
	_ Heighter        = (*Sequence)(nil)
)

const (
	laneHead = 7 * theme.Grid  // of the lanes' names
	rowHigh  = 11 * theme.Grid // of one arrow
	rowLine  = 5 * theme.Grid  // from a row's top to its arrow
	laneLeft = 21 * theme.Grid // from the edge to the first lane: room for what stands aside
	laneEnd  = 9 * theme.Grid  // from the last lane to the edge
	tipLong  = 8               // of an arrow
	selfWide = 6 * theme.Grid  // of the loop of what a party does by itself
	wallGap  = 2 * theme.Grid  // between a wall and the lane behind it
)

// NewSequence returns an empty diagram.
func NewSequence(onSelect func(key string)) *Sequence {
	s := &Sequence{OnSelect: onSelect}
	s.ExtendBaseWidget(s)
	return s
}

// Set replaces lanes and arrows and says which step is selected.
func (s *Sequence) Set(lanes []string, arrows []Arrow, selected string) {
	if slices.Equal(s.lanes, lanes) && slices.Equal(s.arrows, arrows) && s.selected == selected {
		return
	}
	s.lanes, s.arrows, s.selected = slices.Clone(lanes), slices.Clone(arrows), selected
	s.Refresh()
}

// Selected is the key of the step that is selected.
func (s *Sequence) Selected() string { return s.selected }

// HeightFor implements [Heighter].
func (s *Sequence) HeightFor(float32) float32 {
	return laneHead + float32(len(s.arrows))*rowHigh + 2*theme.Grid
}

// MinSize implements [fyne.CanvasObject].
func (s *Sequence) MinSize() fyne.Size { return fyne.NewSize(360, s.HeightFor(0)) }

func (s *Sequence) choose(key string) {
	if key != s.selected && s.OnSelect != nil {
		s.OnSelect(key)
	}
}

// Tapped implements [fyne.Tappable].
func (s *Sequence) Tapped(ev *fyne.PointEvent) {
	if row := int((ev.Position.Y - laneHead) / rowHigh); ev.Position.Y >= laneHead && row < len(s.arrows) {
		s.choose(s.arrows[row].Key)
	}
}

// keys are the steps in their order, each once.
func (s *Sequence) keys() []string {
	var out []string
	for _, a := range s.arrows {
		if !slices.Contains(out, a.Key) {
			out = append(out, a.Key)
		}
	}
	return out
}

// FocusGained implements [fyne.Focusable].
func (s *Sequence) FocusGained() {
	s.focused = true
	s.Refresh()
	if s.OnFocus != nil {
		s.OnFocus(s)
	}
}

// FocusLost implements [fyne.Focusable].
func (s *Sequence) FocusLost() { s.focused = false; s.Refresh() }

// TypedRune implements [fyne.Focusable].
func (s *Sequence) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable]: the arrow keys go from step to step.
func (s *Sequence) TypedKey(ev *fyne.KeyEvent) {
	keys := s.keys()
	i := slices.Index(keys, s.selected)
	switch ev.Name {
	case fyne.KeyUp, fyne.KeyLeft:
		if i > 0 {
			s.choose(keys[i-1])
		}
	case fyne.KeyDown, fyne.KeyRight:
		if i+1 < len(keys) {
			s.choose(keys[i+1])
		}
	default:
		forwardKey(s, ev)
	}
}

// AccessibilityLabel implements [fyne.Accessible]: the step that is selected,
// and what is noted of it.
func (s *Sequence) AccessibilityLabel() string {
	var words []string
	for _, a := range s.arrows {
		if a.Key == s.selected {
			words = append(words, a.Label, a.Note)
		}
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	return strings.Join(words, ", ")
}

// AccessibilityRole implements [fyne.Accessible].
func (s *Sequence) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements [fyne.Widget].
func (s *Sequence) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	r := &sequenceRenderer{s: s}
	r.build(s.Size())
	return r
}
