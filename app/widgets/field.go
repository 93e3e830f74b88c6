package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Field is one line of text to fill in. Enter submits it; Esc, and shortcuts
// that are not about text, go on to the window, as from a [Button].
type Field struct {
	widget.Entry

	// OnFocus is called when the keyboard reaches the field. May be nil.
	OnFocus func(*Field)

	name string
}

var (
	_ fyne.Focusable    = (*Field)(nil)
	_ fyne.Shortcutable = (*Field)(nil)
	_ fyne.Accessible   = (*Field)(nil)
)

// NewField returns an empty field. name is what it is called for screen readers,
// placeholder what is drawn while it is empty.
func NewField(name, placeholder string, submitted func(string)) *Field {
	f := &Field{name: name}
	f.PlaceHolder = placeholder
	f.OnSubmitted = submitted
	f.ExtendBaseWidget(f)
	return f
}

// MinSize implements [fyne.Widget]: as high as the buttons.
func (f *Field) MinSize() fyne.Size { return fieldSize(f.Entry.MinSize()) }

func fieldSize(min fyne.Size) fyne.Size {
	return fyne.NewSize(min.Width, fyne.Max(min.Height, buttonHeight))
}

// AccessibilityLabel implements [fyne.Accessible].
func (f *Field) AccessibilityLabel() string { return f.name }

// AccessibilityRole implements [fyne.Accessible], which knows no role for input.
func (f *Field) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// FocusGained implements [fyne.Focusable].
func (f *Field) FocusGained() {
	f.Entry.FocusGained()
	if f.OnFocus != nil {
		f.OnFocus(f)
	}
}

// TypedKey implements [fyne.Focusable].
func (f *Field) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyEscape, fyne.KeyF1, fyne.KeyF10:
		forwardKey(f, ev)
		return
	}
	f.Entry.TypedKey(ev)
}

// TypedShortcut implements [fyne.Shortcutable].
func (f *Field) TypedShortcut(s fyne.Shortcut) {
	if ofWindow(s) {
		forwardShortcut(f, s)
		return
	}
	f.Entry.TypedShortcut(s)
}

// ofWindow reports whether a shortcut is about something else than text: one of
// a letter or sign, such as Ctrl+Q.
func ofWindow(s fyne.Shortcut) bool {
	custom, ok := s.(*desktop.CustomShortcut)
	return ok && len(custom.KeyName) == 1
}
