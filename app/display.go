package app

import (
	"errors"
	"fmt"

	"fyne.io/fyne/v2/driver"
)

// ErrNoDisplay says that there is no screen to open a window on.
var ErrNoDisplay = errors.New("no window could be opened: is there a display? (DISPLAY, WAYLAND_DISPLAY)")

// ErrNoGL says that there is a screen, and no OpenGL to draw on it with.
var ErrNoGL = errors.New("no window could be opened: this display has no OpenGL 2.1 (a virtual or remote one may need Mesa's software drawing; the log says more)")

// show makes the window. Fyne logs what is missing and goes on without: it
// panics in the windowing library where there is no display, and waits forever
// where there is no OpenGL.
func (w *Window) show() (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: %v", ErrNoDisplay, cause)
		}
	}()
	if w.startHidden {
		if w.openTray(); w.startHidden {
			w.hidden = true
			return nil
		}
	}
	w.win.Show()
	if !w.made() {
		return ErrNoGL
	}
	w.shown = true
	w.fitScreen()
	if w.tray == nil {
		w.openTray()
	}
	return nil
}

// made reports whether the system has made a window for ours.
func (w *Window) made() bool {
	native, ok := w.win.(driver.NativeWindow)
	if !ok {
		return true // one of a test's
	}
	made := true
	native.RunNative(func(context any) {
		switch c := context.(type) {
		case driver.X11WindowContext:
			made = c.WindowHandle != 0
		case driver.WaylandWindowContext:
			made = c.WaylandSurface != 0
		case driver.WindowsWindowContext:
			made = c.HWND != 0
		case driver.MacWindowContext:
			made = c.NSWindow != 0
		}
	})
	return made
}
