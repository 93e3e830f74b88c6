//go:build linux

package atspi

import (
	"context"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"

	"app.latchkey/app/accessibility"
)

// The interfaces of events.
const (
	eventObject = "org.a11y.atspi.Event.Object."
	eventWindow = "org.a11y.atspi.Event.Window."
)

// maxSaid is how many announcements can still be asked about.
const maxSaid = 8

// tell hands out what is shown now, and tells readers what changed.
func (s *service) tell(ctx context.Context, now shown) {
	before := s.view.Load()
	c := accessibility.Compare(before.tree, now.tree)
	after := newView(now, before.said)
	s.view.Store(after)
	s.children(before, after, c)
	s.window(before, after)
	for _, id := range c.Renamed {
		if id != accessibility.WindowID {
			s.emit(pathOf(id), eventObject+"PropertyChange", "accessible-name", 0, 0, after.nodes[id].node.Name)
		}
	}
	for _, id := range c.Stated {
		s.stated(id, before, after)
	}
	for _, id := range c.Moved {
		if !slices.Contains(c.Stated, id) {
			s.stated(id, before, after)
		}
	}
	for _, id := range c.Valued {
		s.valued(id, before.nodes[id].node, after.nodes[id].node)
	}
	s.focused(c, before, after)
	for _, a := range c.Say {
		if !a.Screen { // the window's name tells that
			s.announce(ctx, a)
		}
	}
}

// children tells what came and went. Of what is inside of that nothing is told.
func (s *service) children(before, after *view, c accessibility.Changes) {
	for _, p := range c.Removed {
		parent := pathOf(p.Parent)
		if _, is := after.nodes[p.Parent]; p.Parent != 0 && !is {
			continue
		}
		if p.Parent == 0 {
			parent = rootPath
			s.emit(pathOf(p.ID), eventWindow+"Destroy", "", 0, 0, before.nodes[p.ID].node.Name)
		}
		s.emit(parent, eventObject+"ChildrenChanged", "remove", p.Index, 0, s.nodeRef(p.ID))
		s.emit(pathOf(p.ID), eventObject+"StateChanged", "defunct", 1, 0, int32(0))
	}
	for _, p := range c.Added {
		parent := pathOf(p.Parent)
		if _, was := before.nodes[p.Parent]; p.Parent != 0 && !was {
			continue
		}
		if p.Parent == 0 {
			parent = rootPath
		}
		s.emit(parent, eventObject+"ChildrenChanged", "add", p.Index, 0, s.nodeRef(p.ID))
		if p.Parent == 0 {
			s.emit(pathOf(p.ID), eventWindow+"Create", "", 0, 0, "")
		}
	}
}

// window tells whether the window has the keyboard, and what it is called.
func (s *service) window(before, after *view) {
	if after.tree.Root.ID == 0 {
		return
	}
	const window = accessibility.WindowID
	name := title(&after.tree)
	if was := title(&before.tree); was != name && before.tree.Root.ID != 0 {
		s.emit(pathOf(window), eventObject+"PropertyChange", "accessible-name", 0, 0, name)
	}
	is := after.active
	if was := before.active && before.tree.Root.ID != 0; was == is {
		return
	}
	s.state(window, stateActive, is)
	if is {
		s.emit(pathOf(window), eventWindow+"Activate", "", 0, 0, name)
	} else {
		s.emit(pathOf(window), eventWindow+"Deactivate", "", 0, 0, name)
	}
}

// stated tells of each state that is another now, but the focus.
func (s *service) stated(id accessibility.ID, before, after *view) {
	was, is := statesOf(before.nodes[id].node, true), statesOf(after.nodes[id].node, true)
	for x := range stateNames {
		if x != stateFocused && was.has(x) != is.has(x) {
			s.state(id, x, is.has(x))
		}
	}
}

// focused tells where the keyboard is: when that changed, and when the window
// gets it.
func (s *service) focused(c accessibility.Changes, before, after *view) {
	if c.Blurred != 0 {
		s.state(c.Blurred, stateFocused, false)
	}
	if !after.active {
		return
	}
	if c.Focus != 0 {
		s.state(c.Focus, stateFocused, true)
		return
	}
	if f := after.tree.Focused(); f != nil && !before.active {
		s.state(f.ID, stateFocused, true)
	}
}

// valued tells what was typed, and where the caret is.
func (s *service) valued(id accessibility.ID, was, is *accessibility.Node) {
	old, now := textOf(was), textOf(is)
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	if gone := old[head : len(old)-tail]; len(gone) > 0 {
		s.emit(pathOf(id), eventObject+"TextChanged", "delete", head, len(gone), string(gone))
	}
	if come := now[head : len(now)-tail]; len(come) > 0 {
		s.emit(pathOf(id), eventObject+"TextChanged", "insert", head, len(come), string(come))
	}
	if is.Role == accessibility.RoleField {
		s.emit(pathOf(id), eventObject+"TextCaretMoved", "", min(max(is.Caret, 0), len(now)), 0, int32(0))
	}
}

// announce has a text spoken: as an announcement where a reader listens for
// those (AT-SPI 2.46 has them, Orca from 45 on), else as a notification that
// appears, which older ones read.
func (s *service) announce(ctx context.Context, a accessibility.Announcement) {
	if s.listensFor(ctx, "announcement") {
		const polite, assertive = 1, 2
		how := polite
		if a.Urgent {
			how = assertive
		}
		s.emit(pathOf(accessibility.WindowID), eventObject+"Announcement", "", how, 0, a.Text)
		return
	}
	v := *s.view.Load()
	next := said{1, a.Text}
	if n := len(v.said); n > 0 {
		next.number = v.said[n-1].number + 1
	}
	v.said = append(v.said[max(0, len(v.said)-maxSaid+1):len(v.said):len(v.said)], next)
	s.view.Store(&v)
	s.emit(saidPath(next.number), eventObject+"StateChanged", "showing", 1, 0, int32(0))
}

// listensFor asks the registry whether some reader wants to hear of an event.
func (s *service) listensFor(ctx context.Context, event string) bool {
	var all []struct{ Bus, Event string }
	if err := call(ctx, s.conn, registry, registryPath, registry+".GetRegisteredEvents", 0).Store(&all); err != nil {
		return false
	}
	for _, x := range all {
		if strings.Contains(strings.ToLower(x.Event), event) {
			return true
		}
	}
	return false
}

func (s *service) state(id accessibility.ID, x state, on bool) {
	n := 0
	if on {
		n = 1
	}
	s.emit(pathOf(id), eventObject+"StateChanged", stateNames[x], n, 0, int32(0))
}

// emit sends an event. A bus that does not take it is given up by its guard.
func (s *service) emit(path dbus.ObjectPath, event, detail string, n1, n2 int, value any) {
	_ = s.conn.Emit(path, event, detail, int32(n1), int32(n2), dbus.MakeVariant(value), map[string]dbus.Variant{})
}
