package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Secret is a field for a passphrase: dots instead of letters, nothing to copy
// from. Enter and Esc are told, not swallowed.
type Secret struct {
	widget.Entry
	OnEnter, OnEscape func() // may be nil; without OnEscape Esc goes on to the window
	OnFocus           func() // the keyboard reached the field; may be nil

	label string
}

var (
	_ fyne.Focusable  = (*Secret)(nil)
	_ fyne.Accessible = (*Secret)(nil)
)

// NewSecret returns an empty field; label says what belongs into it.
func NewSecret(label string) *Secret {
	s := &Secret{label: label}
	s.Password, s.PlaceHolder = true, label
	s.ExtendBaseWidget(s)
	return s
}

// Text returns what was typed.
func (s *Secret) Text() string { return s.Entry.Text }

// AccessibilityLabel implements fyne.Accessible.
func (s *Secret) AccessibilityLabel() string { return s.label }

// AccessibilityRole implements fyne.Accessible.
func (s *Secret) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// FocusGained implements fyne.Focusable.
func (s *Secret) FocusGained() {
	s.Entry.FocusGained()
	if s.OnFocus != nil {
		s.OnFocus()
	}
}

// TypedKey implements fyne.Focusable.
func (s *Secret) TypedKey(e *fyne.KeyEvent) {
	switch {
	case (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) && s.OnEnter != nil:
		s.OnEnter()
	case e.Name == fyne.KeyEscape && s.OnEscape != nil:
		s.OnEscape()
	case e.Name == fyne.KeyF1 || e.Name == fyne.KeyF10 || e.Name == fyne.KeyEscape:
		forwardKey(s, e)
	default:
		s.Entry.TypedKey(e)
	}
}

// TypedShortcut implements fyne.Shortcutable: a passphrase may be pasted in, and
// not copied out.
func (s *Secret) TypedShortcut(c fyne.Shortcut) {
	switch c.(type) {
	case *fyne.ShortcutCopy, *fyne.ShortcutCut:
		return
	}
	if ofWindow(c) {
		forwardShortcut(s, c)
		return
	}
	s.Entry.TypedShortcut(c)
}

// MinSize implements fyne.Widget: as high as the buttons, which is also what the
// eye at its end needs.
func (s *Secret) MinSize() fyne.Size { return fieldSize(s.Entry.MinSize()) }
