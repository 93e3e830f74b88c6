package app

import (
	"time"

	"fyne.io/fyne/v2/driver/desktop"

	"app.latchkey/app/tray"
)

// lateTray is how long a window that is to start in the tray waits for it: at
// log-in, the panel may only just be starting.
const lateTray = 5 * time.Second

// HasTray reports whether the desktop has a tray. The first call may take a
// moment.
func (w *Window) HasTray() bool { return w.watch != nil && w.watch.Await() && w.desktop() != nil }

func (w *Window) desktop() desktop.App {
	desk, _ := w.app.(desktop.App) // a test's is none
	return desk
}

// openTray puts the icon there, if it can be shown. It must come before Fyne's
// loop, which starts it.
func (w *Window) openTray() {
	desk := w.desktop()
	if w.watch == nil || desk == nil {
		return
	}
	there := w.watch.Await()
	if w.startHidden && !there {
		there = w.watch.AwaitLate(lateTray)
	}
	w.startHidden = w.startHidden && there
	if there {
		w.tray = tray.New(desk, w.actions, func() { w.front("") })
		w.mu.Lock()
		defer w.mu.Unlock()
		w.tray.Update(w.latest)
	}
}

// askedToClose is the window's button. The window goes into the tray if that was
// chosen and something there brings it back; a window that is asked again while
// it can't be seen, as when its display has gone, closes.
func (w *Window) askedToClose() {
	w.mu.Lock()
	stay := w.latest.KeepInTray
	w.mu.Unlock()
	if !stay || w.hidden || w.tray == nil || !w.watch.Answers() {
		w.win.Close()
		return
	}
	w.hidden = true
	w.noteSize()
	w.win.Hide()
}

// trayChanged shows the window when nothing is left that would.
func (w *Window) trayChanged(there bool) {
	if !there {
		w.do(w.unhide)
	}
}

// unhide shows a window that is in the tray.
func (w *Window) unhide() {
	if !w.hidden {
		return
	}
	w.hidden = false
	w.win.Show()
	if w.shown {
		return
	}
	if w.shown = w.made(); !w.shown {
		w.log.Error("the window could not be shown", "error", ErrNoGL.Error())
		w.app.Quit()
		return
	}
	w.fitScreen()
	w.openReaders()
}

// end closes the window, or a program that has never shown one.
func (w *Window) end() {
	if w.shown {
		w.win.Close()
		return
	}
	w.detach()
	w.actions.Cancel()
	w.app.Quit()
}
