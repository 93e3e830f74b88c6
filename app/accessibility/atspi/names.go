//go:build linux

package atspi

import (
	"app.latchkey/app/accessibility"
)

// role is a number of AtspiRole, with its name.
type role struct {
	number uint32
	name   string
}

// The roles of what is not in a Tree.
var (
	roleApplication  = role{75, "application"}
	roleNotification = role{101, "notification"}
)

// roles are what AT-SPI calls ours (atspi-constants.h).
var roles = map[accessibility.Role]role{
	accessibility.RoleWindow:   {23, "frame"},
	accessibility.RoleText:     {29, "label"},
	accessibility.RoleHeading:  {83, "heading"},
	accessibility.RoleButton:   {43, "push button"},
	accessibility.RoleLink:     {88, "link"},
	accessibility.RoleCheck:    {7, "check box"},
	accessibility.RoleOption:   {44, "radio button"},
	accessibility.RoleTab:      {37, "page tab"},
	accessibility.RoleField:    {79, "entry"},
	accessibility.RolePassword: {40, "password text"},
	accessibility.RoleImage:    {27, "image"},
	accessibility.RoleList:     {31, "list"},
	accessibility.RoleItem:     {32, "list item"},
	accessibility.RoleMenu:     {33, "menu"},
	accessibility.RoleMenuItem: {35, "menu item"},
	accessibility.RoleGroup:    {39, "panel"},
}

// roleOf is what AT-SPI calls a role; one it does not know is a panel.
func roleOf(r accessibility.Role) role {
	if x, ok := roles[r]; ok {
		return x
	}
	return roles[accessibility.RoleGroup]
}

// state is a number of AtspiStateType.
type state uint

// The states (atspi-constants.h).
const (
	stateActive     state = 1
	stateBusy       state = 3
	stateChecked    state = 4
	stateDefunct    state = 6
	stateEditable   state = 7
	stateEnabled    state = 8
	stateFocusable  state = 11
	stateFocused    state = 12
	stateModal      state = 16
	stateMultiLine  state = 17
	stateSelectable state = 22
	stateSelected   state = 23
	stateSensitive  state = 24
	stateShowing    state = 25
	stateSingleLine state = 26
	stateVisible    state = 30
	stateSelectText state = 38
	stateCheckable  state = 41
	stateReadOnly   state = 43
)

// stateNames are what events call those states that change.
var stateNames = map[state]string{
	stateActive: "active", stateBusy: "busy", stateChecked: "checked", stateEnabled: "enabled", stateSensitive: "sensitive",
	stateFocusable: "focusable", stateFocused: "focused", stateSelected: "selected", stateShowing: "showing",
}

// states is a set of them, as it is sent: the lower half first.
type states uint64

func (s *states) set(x state, on bool) {
	if on {
		*s |= 1 << x
	}
}

func (s states) has(x state) bool { return s&(1<<x) != 0 }

func (s states) words() []uint32 { return []uint32{uint32(s), uint32(s >> 32)} }

// statesOf are a node's. active: the window has the keyboard.
func statesOf(n *accessibility.Node, active bool) states {
	var s states
	x := n.States
	s.set(stateVisible, true)
	s.set(stateShowing, !x.Offscreen)
	s.set(stateEnabled, !x.Disabled)
	s.set(stateSensitive, !x.Disabled)
	s.set(stateFocusable, x.Focusable)
	s.set(stateFocused, x.Focused && active)
	s.set(stateBusy, x.Busy)
	s.set(stateCheckable, x.Checkable)
	s.set(stateChecked, x.Checked)
	s.set(stateSelected, x.Selected)
	s.set(stateReadOnly, x.ReadOnly)
	s.set(stateSelectText, x.ReadOnly)
	switch n.Role {
	case accessibility.RoleWindow:
		s.set(stateActive, active)
	case accessibility.RoleItem, accessibility.RoleMenuItem, accessibility.RoleTab:
		s.set(stateSelectable, true)
	case accessibility.RoleField, accessibility.RolePassword:
		s.set(stateEditable, true)
		s.set(stateSingleLine, true)
	case accessibility.RoleText, accessibility.RoleHeading:
		s.set(stateMultiLine, true)
	}
	return s
}
