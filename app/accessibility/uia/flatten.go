package uia

import (
	"math"
	"unicode/utf16"

	"app.latchkey/app/accessibility"
)

// record is a node as the C side knows it: uia_node of provider_windows.h.
type record struct {
	id                                   uint32
	parent, first, last, next, previous  int32 // by place; -1: none
	control, level, live, position, size int32
	flags                                uint32
	x, y, width, height                  int32 // pixels
	name, description, value             uint32
}

// The flags of provider_windows.h.
const (
	flagFocusable uint32 = 1 << iota
	flagFocused
	flagDisabled
	flagOffscreen
	flagPassword
	flagBusy
	flagInvoke
	flagToggle
	flagChecked
	flagSelect
	flagSelected
	flagValue
	flagReadOnly
)

// Control types (uiautomationclient.h).
const (
	controlGroup = 50026
	controlText  = 50020
)

var controls = map[accessibility.Role]int32{
	accessibility.RoleWindow:   50032,
	accessibility.RoleText:     controlText,
	accessibility.RoleHeading:  controlText,
	accessibility.RoleButton:   50000,
	accessibility.RoleLink:     50005,
	accessibility.RoleCheck:    50002,
	accessibility.RoleOption:   50013,
	accessibility.RoleTab:      50019,
	accessibility.RoleField:    50004,
	accessibility.RolePassword: 50004,
	accessibility.RoleImage:    50006,
	accessibility.RoleList:     50008,
	accessibility.RoleItem:     50007,
	accessibility.RoleMenu:     50009,
	accessibility.RoleMenuItem: 50011,
	accessibility.RoleGroup:    controlGroup,
}

// maxLevel is the deepest heading that Windows knows.
const maxLevel = 9

// flat is a Tree as the C side gets it: nodes in reading order, each after its
// parent, and texts that end with a zero.
type flat struct {
	nodes []record
	text  []uint16
}

// flatten makes a Tree flat. A Tree without a window has no nodes.
func flatten(t *accessibility.Tree) flat {
	f := flat{text: []uint16{0}} // the text at 0 is ""
	if t.Root.ID != 0 {
		f.put(&t.Root, -1, float64(t.Scale))
	}
	return f
}

// put adds a node and all below it, and returns its place.
func (f *flat) put(n *accessibility.Node, parent int32, scale float64) int32 {
	place := int32(len(f.nodes))
	r := record{id: uint32(n.ID), parent: parent, first: -1, last: -1, next: -1, previous: -1,
		control: controlOf(n.Role), live: int32(n.Live), flags: flagsOf(n),
		name: f.add(n.Name), description: f.add(n.Description), value: f.add(n.Value)}
	if n.Role == accessibility.RoleHeading {
		r.level = int32(min(max(n.Level, 1), maxLevel))
	}
	// Outwards, so that what is seen is in it.
	r.x, r.y = pixels(math.Floor(float64(n.Bounds.X)*scale)), pixels(math.Floor(float64(n.Bounds.Y)*scale))
	r.width = pixels(math.Ceil(float64(n.Bounds.X+n.Bounds.Width)*scale)) - r.x
	r.height = pixels(math.Ceil(float64(n.Bounds.Y+n.Bounds.Height)*scale)) - r.y
	f.nodes = append(f.nodes, r)
	for i := range n.Children {
		c := f.put(&n.Children[i], place, scale)
		if i == 0 {
			f.nodes[place].first = c
		} else {
			before := f.nodes[place].last
			f.nodes[before].next, f.nodes[c].previous = c, before
		}
		f.nodes[place].last = c
		if role := n.Children[i].Role; role == accessibility.RoleItem || role == accessibility.RoleMenuItem {
			f.nodes[c].position, f.nodes[c].size = int32(i+1), int32(len(n.Children))
		}
	}
	return place
}

// pixels is x as a place on a screen, however mad it is.
func pixels(x float64) int32 {
	const most = 1 << 20
	return int32(min(max(x, -most), most))
}

// add puts a text there and returns where it begins. A zero ends it for Windows,
// so that there is none within.
func (f *flat) add(s string) uint32 {
	if s == "" {
		return 0
	}
	at := uint32(len(f.text))
	for _, unit := range utf16.Encode([]rune(s)) {
		if unit != 0 {
			f.text = append(f.text, unit)
		}
	}
	f.text = append(f.text, 0)
	return at
}

func controlOf(r accessibility.Role) int32 {
	if c, ok := controls[r]; ok {
		return c
	}
	return controlGroup
}

func flagsOf(n *accessibility.Node) uint32 {
	var f uint32
	set := func(flag uint32, on bool) {
		if on {
			f |= flag
		}
	}
	s := n.States
	set(flagFocusable, s.Focusable)
	set(flagFocused, s.Focused)
	set(flagDisabled, s.Disabled)
	set(flagOffscreen, s.Offscreen)
	set(flagBusy, s.Busy)
	set(flagChecked, s.Checkable && s.Checked)
	set(flagSelected, s.Selected)
	set(flagReadOnly, s.ReadOnly)
	set(flagPassword, n.Role == accessibility.RolePassword)
	set(flagValue, n.Role == accessibility.RoleField)
	switch n.Role {
	case accessibility.RoleOption, accessibility.RoleTab, accessibility.RoleItem:
		set(flagSelect, true)
	default:
		set(flagToggle, s.Checkable)
	}
	set(flagInvoke, n.CanPress && f&(flagSelect|flagToggle) == 0)
	return f
}
