// Package atspi shows the window to the screen readers of Linux, such as Orca,
// over AT-SPI2: the accessibility bus of the desktop.
//
// A [Bridge] watches one property of the session bus, org.a11y.Status, and does
// nothing more until a reader is there. Then it asks for Trees (Options.Wanted),
// registers the program and answers from the latest Tree it was handed; what a
// reader wants done it passes on by the node's ID. Neither side waits for the
// other: a slow, mute or hostile bus costs the reader, not the window.
//
// The bus is this user's own: another user's socket is not spoken to, and of
// what comes from it nothing is believed that is not in a few fixed forms.
package atspi

import (
	"log/slog"

	"app.latchkey/app/accessibility"
)

// Options are what a Bridge needs. All functions are called from goroutines of
// the Bridge's own and must not wait for the window.
type Options struct {
	// Bus is the address of the session bus; "": there is none.
	Bus string
	// Address is that of the accessibility bus, where it is known already, as in
	// a sandbox; "": the session bus is asked.
	Address string
	// Program and Version are the program's; Language is a BCP 47 tag.
	Program, Version string
	Language         func() string
	// Wanted says whether Trees are wanted from now on.
	Wanted func(on bool)
	// Press and Focus ask for what [accessibility.Reader] does.
	Press, Focus func(accessibility.ID)
	// Logger is told what could not be done; nil discards it.
	Logger *slog.Logger
}
