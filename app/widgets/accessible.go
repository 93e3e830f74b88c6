package widgets

import (
	"strings"

	"fyne.io/fyne/v2"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/theme"
)

// What the widgets tell a screen reader that fyne.Accessible has no words for.
var (
	_ accessibility.Describer = (*Text)(nil)
	_ accessibility.Describer = (*Button)(nil)
	_ accessibility.Describer = (*Face)(nil)
	_ accessibility.Describer = (*Field)(nil)
	_ accessibility.Describer = (*Secret)(nil)
	_ accessibility.Describer = (*Selectable)(nil)
	_ accessibility.Describer = (*Avatar)(nil)
	_ accessibility.Describer = (*Step)(nil)
	_ accessibility.Describer = (*Sequence)(nil)
	_ accessibility.Describer = (*MenuItem)(nil)
)

// headings are the levels of texts that stand above others.
var headings = map[fyne.ThemeSizeName]int{theme.SizeTitle: 1, theme.SizeSubtitle: 2}

// SetLive says that a change of the text is told to whoever does not see it, and
// returns t.
func (t *Text) SetLive(l accessibility.Live) *Text {
	t.live = l
	return t
}

// AccessibilityDetails implements [accessibility.Describer]. A large text is a
// heading, and one in the colour of warnings is told when it appears: nobody
// should have to see the colour.
func (t *Text) AccessibilityDetails() accessibility.Details {
	d := accessibility.Details{Live: t.live}
	if len(t.spans) > 0 && t.colorOf(t.spans[0]) == theme.ColorWarning {
		d.Live = accessibility.LiveAssertive
	}
	if level := headings[t.size]; level > 0 {
		d.Role, d.Level = accessibility.RoleHeading, level
	}
	return d
}

// SetDescription changes what a screen reader says after the name, such as the
// question that an option answers.
func (b *Button) SetDescription(s string) { b.more = s }

// AccessibilityDetails implements [accessibility.Describer]. Whether a box is
// ticked is a state here, and so not in the name.
func (b *Button) AccessibilityDetails() accessibility.Details {
	d := accessibility.Details{Description: b.more, States: accessibility.States{Busy: b.busy}}
	switch b.kind {
	case Check:
		d.Role, d.Name = accessibility.RoleCheck, b.text
		d.States.Checkable, d.States.Checked = true, b.on
	case Option:
		d.Role, d.Name = accessibility.RoleOption, b.text
		d.States.Checkable, d.States.Checked = true, b.on
	case Tab:
		d.Role, d.States.Selected = accessibility.RoleTab, b.on
	case Link:
		d.Role = accessibility.RoleLink
	}
	return d
}

// AccessibilityDetails implements [accessibility.Describer]. That it can't be
// done is a state here, and so not in the name.
func (i *MenuItem) AccessibilityDetails() accessibility.Details {
	return accessibility.Details{Role: accessibility.RoleMenuItem, Name: i.line.Text, Description: i.line.Key}
}

// AccessibilityDetails implements [accessibility.Describer].
func (f *Face) AccessibilityDetails() accessibility.Details {
	return accessibility.Details{States: accessibility.States{Selected: f.shown}}
}

// AccessibilityDetails implements [accessibility.Describer].
func (f *Field) AccessibilityDetails() accessibility.Details {
	d := accessibility.Details{Role: accessibility.RoleField, Value: f.Text, Caret: f.CursorColumn}
	if f.PlaceHolder != f.name && f.Text == "" {
		d.Description = f.PlaceHolder
	}
	return d
}

// AccessibilityDetails implements [accessibility.Describer]: nothing of what was
// typed, and not how much.
func (s *Secret) AccessibilityDetails() accessibility.Details {
	return accessibility.Details{Role: accessibility.RolePassword}
}

// AccessibilityDetails implements [accessibility.Describer].
func (s *Selectable) AccessibilityDetails() accessibility.Details {
	return accessibility.Details{States: accessibility.States{ReadOnly: true}}
}

// AccessibilityDetails implements [accessibility.Describer].
func (a *Avatar) AccessibilityDetails() accessibility.Details {
	return accessibility.Details{Role: accessibility.RoleImage}
}

// AccessibilityDetails implements [accessibility.Describer]. What stands aside
// counts the seconds, and is left out of the name, whose change is told.
func (s *Step) AccessibilityDetails() accessibility.Details {
	return accessibility.Details{Role: accessibility.RoleText, Name: s.text.String() + ", " + s.said,
		Description: s.aside.String(), Live: accessibility.LivePolite}
}

// AccessibilityDetails implements [accessibility.Describer]: a list of steps,
// named after the parties.
func (s *Sequence) AccessibilityDetails() accessibility.Details {
	d := accessibility.Details{Role: accessibility.RoleList, Name: strings.Join(s.lanes, ", ")}
	for _, key := range s.keys() {
		d.Items = append(d.Items, s.item(key))
	}
	return d
}

// item is a step of the diagram: what each of its arrows says.
func (s *Sequence) item(key string) accessibility.Item {
	i := accessibility.Item{Key: key, States: accessibility.States{Selected: key == s.selected}, Press: func() { s.choose(key) }}
	var words []string
	for row, a := range s.arrows {
		if a.Key != key {
			continue
		}
		if len(words) == 0 {
			i.Bounds = accessibility.Rect{Y: laneHead + float32(row)*rowHigh, Width: s.Size().Width}
		}
		i.Bounds.Height += rowHigh
		words = append(words, s.way(a))
		for _, w := range []string{a.Label, a.Note, a.Aside} {
			if w != "" {
				words = append(words, w)
			}
		}
	}
	i.Name = strings.Join(words, ", ")
	return i
}

// way is from whom to whom an arrow goes.
func (s *Sequence) way(a Arrow) string {
	if a.From >= len(s.lanes) || a.To >= len(s.lanes) || a.From == a.To {
		return s.lanes[min(a.From, len(s.lanes)-1)]
	}
	return s.lanes[a.From] + " → " + s.lanes[a.To]
}
