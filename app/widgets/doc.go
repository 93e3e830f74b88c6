// Package widgets holds the few widgets that Fyne lacks or draws otherwise than
// Latchkey's design: text of mixed weight that wraps, buttons with a visible
// focus ring, the avatar, the list of steps, and the layouts that let wrapped
// text have the height it needs.
//
// Everything here is drawn from the names of package theme, follows a change of
// the system's theme, is reached by Tab where it can be operated, and tells a
// screen reader its name and role ([fyne.Accessible]).
//
// Fyne asks an object for its smallest size before it tells it a width, so
// wrapped text can't say how high it will be. The layouts of this package ask
// [HeightFor] instead, which knows the width. No layout pass has to be repeated,
// and nothing jumps.
package widgets
