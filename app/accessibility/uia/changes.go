package uia

import (
	"unicode/utf16"

	"app.latchkey/app/accessibility"
)

// Events and properties (uiautomationclient.h).
const (
	eventFocus    = 20005
	eventSelected = 20012

	propertyName     = 30005
	propertyEnabled  = 30010
	propertyValue    = 30045
	propertyToggle   = 30086
	propertySelected = 30079
)

// listener hears of changes.
type listener interface {
	event(id accessibility.ID, event int32)
	property(id accessibility.ID, property int32)
	structure()
	say(text []uint16, urgent bool)
}

// tell tells l what happened between two Trees, of which the second is shown
// already. again: the window has just got the keyboard, so the focus is told
// although it is where it was.
func tell(l listener, before, after accessibility.Tree, again bool) {
	c := accessibility.Compare(before, after)
	if len(c.Added)+len(c.Removed) > 0 {
		l.structure()
	}
	for _, id := range c.Renamed {
		l.property(id, propertyName)
	}
	for _, id := range c.Valued {
		l.property(id, propertyValue)
	}
	selected := map[accessibility.ID]bool{}
	after.Walk(func(n *accessibility.Node, _ accessibility.ID) bool {
		if n.States.Selected || n.Role == accessibility.RoleOption && n.States.Checked {
			selected[n.ID] = true
		}
		return true
	})
	for _, id := range c.Stated {
		// Of what a node has not, nothing is told.
		l.property(id, propertyEnabled)
		l.property(id, propertyToggle)
		l.property(id, propertySelected)
		if selected[id] {
			l.event(id, eventSelected)
		}
	}
	focus := c.Focus
	if f := after.Focused(); again && f != nil {
		focus = f.ID
	}
	if focus != 0 {
		l.event(focus, eventFocus)
	}
	for _, a := range c.Say {
		l.say(utf16.Encode([]rune(a.Text)), a.Urgent)
	}
}
