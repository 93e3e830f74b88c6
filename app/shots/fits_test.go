package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// names are the people every screen is tried with.
var names = map[string]string{
	"one letter":     "Q",
	"20 letters":     "Ada Lovelace-Byron X",
	"120 letters":    strings.Repeat("Wolfeschlegelsteinhausen ", 5)[:120],
	"120, no spaces": strings.Repeat("W", 120),
	"right to left":  "فاطمة بنت محمد الفهرية القرشية",
	"emoji":          "👩🏽‍🚀 Ada 🇬🇧 Lovelace 🦄",
}

// everyState is every picture, and each of those with a person with each name.
func everyState() map[string]presenter.State {
	all := map[string]presenter.State{}
	for _, s := range shots {
		all[s.name] = s.state
		if s.state.Page != presenter.PageNone { // no person on it
			continue
		}
		if s.state.Screen != presenter.ScreenProfile && s.state.Waiting.Person == nil && s.state.Confirm == nil {
			continue
		}
		for label, name := range names {
			st := s.state
			st.Profile.Person.Name = name
			st.Profile.Person.Email = name + "@example.com"
			st.Profile.Provider = name
			st.Profile.Fields = nil
			for _, f := range s.state.Profile.Fields {
				st.Profile.Fields = append(st.Profile.Fields, presenter.Field{ID: f.ID, Value: name})
			}
			if st.Waiting.Person != nil {
				st.Waiting.Person = &st.Profile.Person
			}
			if st.Confirm != nil {
				st.Confirm = &presenter.ConfirmView{Kind: st.Confirm.Kind, Old: name, New: name}
			}
			all[s.name+", "+label] = st
		}
	}
	return all
}

// looks are what every screen is drawn at. Both scales draw the same layout,
// but texts are measured in whole dots, of which there are twice as many at 2.
var looks = []struct {
	size  fyne.Size
	scale float32
}{
	{fyne.NewSize(640, 480), 1}, {fyne.NewSize(640, 480), 2},
	{fyne.NewSize(860, 600), 1}, {fyne.NewSize(860, 600), 2},
	{fyne.NewSize(1600, 1000), 1}, {fyne.NewSize(1600, 1000), 2},
	{fyne.NewSize(screens.MinWidth, screens.MinHeight), 1},
}

// TestEverythingFits: no object is smaller than it must be, nothing but focus
// rings leaves the window sideways or leaves what scrolls, and no text or button
// lies over another; texts have one of four sizes, what stands below something
// else does so at a multiple of four, and a page's content is in its middle. The screens are those of one
// program that goes from State to State.
func TestEverythingFits(t *testing.T) {
	states := everyState()
	for _, look := range looks {
		t.Run(fmt.Sprintf("%vx%v at %v", look.size.Width, look.size.Height, look.scale), func(t *testing.T) {
			test.NewTempApp(t).Settings().SetTheme(theme.NewFixed(base.VariantLight))
			root := screens.New(noActions{}, func() time.Time { return now })
			w := test.NewTempWindow(t, root.Object())
			w.SetPadded(false)
			w.Canvas().(interface{ SetScale(float32) }).SetScale(look.scale)
			w.Resize(look.size)
			for _, name := range slices.Sorted(maps.Keys(states)) {
				root.Update(states[name])
				fits(t, name, root.Object(), look.size)
			}
		})
	}
}

func fits(t *testing.T, name string, root fyne.CanvasObject, size fyne.Size) {
	const slack = 0.6 // sums of text widths
	var seen []drawn
	walk(root, func(d drawn) {
		switch o := d.CanvasObject.(type) {
		case *canvas.Rectangle:
			return // grounds and rings take their size from what they belong to
		case *fyne.Container:
			onTheGrid(t, name, o)
		case *container.Scroll:
			inTheMiddle(t, name, o)
		case *canvas.Text:
			if !d.picture && !slices.Contains(textSizes, o.TextSize) {
				t.Errorf("%s: %q has a size of %v, want one of %v", name, o.Text, o.TextSize, textSizes)
			}
		}
		min := d.MinSize()
		if min.Width > d.Size().Width+slack || min.Height > d.Size().Height+slack {
			t.Errorf("%s: %T needs %v and has %v", name, d.CanvasObject, min, d.Size())
		}
		across := d.scroll != nil && d.scroll.Direction != container.ScrollVerticalOnly // inside of a field, which shows a part
		if !across && (d.pos.X < -slack || d.pos.X+d.Size().Width > size.Width+slack) {
			t.Errorf("%s: %T from %v to %v is outside", name, d.CanvasObject, d.pos.X, d.pos.X+d.Size().Width)
		}
		if d.scroll == nil && d.pos.Y+d.Size().Height > size.Height+slack {
			t.Errorf("%s: %T ends at %v, below the window", name, d.CanvasObject, d.pos.Y+d.Size().Height)
		}
		switch d.CanvasObject.(type) {
		case *widgets.Text, *widgets.Button, *widgets.Avatar:
			for _, o := range seen {
				if overlap(d, o) {
					t.Errorf("%s: %s lies over %s", name, label(d), label(o))
				}
			}
			seen = append(seen, d)
		}
	})
}

// inTheMiddle: content that is narrower than what shows it stands in the middle.
func inTheMiddle(t *testing.T, name string, s *container.Scroll) {
	t.Helper()
	body, ok := s.Content.(*fyne.Container)
	if !ok || s.Direction != container.ScrollVerticalOnly {
		return // a field's own
	}
	for _, o := range body.Objects {
		left, right := o.Position().X, s.Size().Width-o.Position().X-o.Size().Width
		if math.Abs(float64(left-right)) > 1 {
			t.Errorf("%s: %v is free at the left of the content, and %v at the right", name, left, right)
		}
	}
}

// textSizes is the one scale of text sizes.
var textSizes = []float32{12, 14, 18, 24}

// hairline is the one distance that is none: it parts two ribbons.
const hairline = 1

// onTheGrid looks at the gaps between what stands in one column.
func onTheGrid(t *testing.T, name string, c *fyne.Container) {
	t.Helper()
	var above fyne.CanvasObject
	for _, o := range c.Objects {
		if !o.Visible() || o.Size().Height == 0 {
			continue
		}
		if above != nil && o.Position().Y >= above.Position().Y+above.Size().Height {
			gap := float64(o.Position().Y - above.Position().Y - above.Size().Height)
			if off := math.Abs(gap - 4*math.Round(gap/4)); off > 0.6 && gap != hairline {
				t.Errorf("%s: %T stands %v below %T, want a multiple of 4", name, o, gap, above)
			}
		}
		above = o
	}
}

func overlap(a, b drawn) bool {
	const slack = 0.6
	aTop, aEnd := a.seen(b)
	bTop, bEnd := b.seen(a)
	return a.pos.X+slack < b.pos.X+b.Size().Width && b.pos.X+slack < a.pos.X+a.Size().Width &&
		aTop+slack < bEnd && bTop+slack < aEnd
}

// seen is from where to where d is seen beside other: what scrolls is cut off
// where it meets what does not.
func (d drawn) seen(other drawn) (top, end float32) {
	top, end = d.pos.Y, d.pos.Y+d.Size().Height
	if d.scroll == nil || d.scroll == other.scroll {
		return top, end
	}
	return fyne.Max(top, d.top), fyne.Min(end, d.top+d.scroll.Size().Height)
}

func label(d drawn) string {
	return fmt.Sprintf("%T %q", d.CanvasObject, d.CanvasObject.(fyne.Accessible).AccessibilityLabel())
}
