// Package uia shows the window to the screen readers of Windows, such as Narrator
// and NVDA, over UI Automation. Fyne has a provider of its own behind the build
// tag accessibility; it is not used, for it frees what a reader still holds
// (packaging/windows/README.md has the figures).
//
// A [Bridge] stands in front of the window's function and does nothing until
// Windows asks for a provider; then it asks for Trees (Options.Wanted) and answers
// from the latest one, on whatever thread the question comes. What a reader holds
// is an ID with a count of references: after the window has changed it says that
// it is no longer there, and is freed by its last Release. Presses and the focus
// go to the window's thread as messages, so a reader never waits for the window;
// changes are told from a goroutine of the Bridge's own, so the window never waits
// for a reader.
package uia

import "app.latchkey/app/accessibility"

// Options are what a Bridge needs. All functions are called on the window's
// thread, which is Fyne's goroutine.
type Options struct {
	// Window is its HWND.
	Window uintptr
	// Wanted says whether Trees are wanted from now on. The first must be shown
	// before it returns.
	Wanted func(on bool)
	// Press and Focus do what [accessibility.Reader] does.
	Press, Focus func(accessibility.ID)
}
