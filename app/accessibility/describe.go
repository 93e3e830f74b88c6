package accessibility

import "fyne.io/fyne/v2"

// Describer is a [fyne.Accessible] that tells more of itself.
type Describer interface {
	fyne.Accessible
	// AccessibilityDetails is called on Fyne's goroutine, often.
	AccessibilityDetails() Details
}

// Details are what [fyne.Accessible] has no words for. The zero value adds
// nothing.
type Details struct {
	Role        Role   // "": as AccessibilityRole says
	Name        string // "": AccessibilityLabel
	Description string // more than the name says
	Value       string // what is in a field; left out for RolePassword
	Caret       int    // in Value, in characters
	Level       int    // of a heading
	States      States // Focusable, Focused and Offscreen are found without
	Live        Live
	Press       func() // what pressing does; nil: what a tap does, if it does something
	// Items are what is drawn inside, where it has no objects of its own. While
	// the widget has the keyboard, the selected one has it for the reader.
	Items []Item
}

// Item is a part of a widget that has no object of its own.
type Item struct {
	Key    string // tells it from the others of its widget
	Role   Role   // "": RoleItem
	Name   string
	Bounds Rect // in the widget
	States States
	Press  func() // nil: it can't be pressed
}
