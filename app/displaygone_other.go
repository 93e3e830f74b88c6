//go:build !(cgo && (linux || freebsd || netbsd || openbsd) && !android && (x11 || !wayland))

package app

// OnDisplayGone does nothing here: this system's display goes away with the
// session, or closes the window.
func OnDisplayGone(func()) error { return nil }
