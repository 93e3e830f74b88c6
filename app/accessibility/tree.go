// Package accessibility makes what a screen reader reads of the window: a
// [Tree] of plain data, in reading order, made by a [Reader] from what Fyne
// draws. Fyne itself tells a reader little, and on Linux nothing; its own walk
// ends at the first scroll, and all our pages are in one.
//
// A Tree is a value. It is made on Fyne's goroutine and handed to whatever talks
// to the system's readers (atspi on Linux), which answers from it on goroutines
// of its own, and asks for a press or the focus by a node's ID. [Compare] tells
// what happened between two Trees, and what is to be said of it.
//
// A widget tells its name and role by [fyne.Accessible], and what that knows no
// words for by [Describer].
//
// What a person types into a passphrase field never enters a Tree.
package accessibility

// Role is what a node is for a reader.
type Role string

// The roles.
const (
	RoleWindow   Role = "window"
	RoleText     Role = "text"
	RoleHeading  Role = "heading"
	RoleButton   Role = "button"
	RoleLink     Role = "link"
	RoleCheck    Role = "check"    // ticked or not
	RoleOption   Role = "option"   // one of several, as a radio button
	RoleTab      Role = "tab"      // shows one of several parts of a page
	RoleField    Role = "field"    // one line to fill in
	RolePassword Role = "password" // the same, unseen
	RoleImage    Role = "image"
	RoleList     Role = "list"
	RoleItem     Role = "item" // of a list
	RoleMenu     Role = "menu"
	RoleMenuItem Role = "menu item"
	RoleGroup    Role = "group"
)

// ID tells a node from all others of its Reader, as long as its object is shown.
// None is ever used twice. Zero is no node.
type ID uint32

// WindowID is the window's own, the root of every Tree.
const WindowID ID = 1

// Rect is a place in the window's content, in Fyne's units, from its upper left
// corner. Times Tree.Scale they are pixels.
type Rect struct{ X, Y, Width, Height float32 }

// States are what a node is just now.
type States struct {
	Focusable bool // the keyboard can reach it
	Focused   bool
	Disabled  bool // can't be used now
	Busy      bool // what it started is under way
	Checkable bool // Checked means something
	Checked   bool
	Selected  bool // of a list's items and of tabs: the one that is shown
	ReadOnly  bool // text to select and copy, not to change
	Offscreen bool // scrolled out of sight; it can be operated all the same
}

// Live says whether a reader tells of a node's text when it changes or appears.
type Live int

// How eagerly a change is told.
const (
	LiveOff       Live = iota
	LivePolite         // after what is being said
	LiveAssertive      // at once: something went wrong
)

// Node is one thing that a reader stops at.
type Node struct {
	ID          ID
	Role        Role
	Name        string // what it is called, or for RoleText the text itself
	Description string // more about it; mostly ""
	Value       string // what is in a RoleField; always "" for a RolePassword
	Caret       int    // in Value, in characters from its beginning
	Level       int    // of a RoleHeading, from 1
	Bounds      Rect
	States      States
	Live        Live
	CanPress    bool // Reader.Press does something
	Children    []Node
}

// Tree is the window as a reader sees it. The zero Tree is a window that is not
// there. A Tree is never changed once it is made, and may be shared.
type Tree struct {
	// Root is the window; its Name is the title.
	Root Node
	// Scale is how many pixels a unit of a Rect has.
	Scale float32
	// Modal: something lies over the window's content, such as a menu, and
	// nothing else is in the Tree.
	Modal bool
	// Screen is what the screen is called, by its first heading: also while
	// something lies over it.
	Screen string
}

// Walk visits every node in reading order, each after its parent, until visit
// returns false. parent is 0 for the root.
func (t *Tree) Walk(visit func(n *Node, parent ID) bool) {
	if t.Root.ID == 0 {
		return
	}
	walk(&t.Root, 0, visit)
}

func walk(n *Node, parent ID, visit func(*Node, ID) bool) bool {
	if !visit(n, parent) {
		return false
	}
	for i := range n.Children {
		if !walk(&n.Children[i], n.ID, visit) {
			return false
		}
	}
	return true
}

// Focused is the node that has the keyboard, nil: none has.
func (t *Tree) Focused() *Node {
	return t.first(func(n *Node) bool { return n.States.Focused })
}

// heading is the first heading. Nil: there is none.
func (t *Tree) heading() *Node {
	return t.first(func(n *Node) bool { return n.Role == RoleHeading })
}

func (t *Tree) first(is func(*Node) bool) (found *Node) {
	t.Walk(func(n *Node, _ ID) bool {
		if is(n) {
			found = n
		}
		return found == nil
	})
	return found
}
