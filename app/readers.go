package app

import (
	"reflect"
	"time"

	"app.latchkey/app/accessibility"
)

// lookEvery is how often the window is looked at while a screen reader is there:
// the focus, what is typed and menus change without a State.
const lookEvery = 50 * time.Millisecond

// bridge hands the window to the system's screen readers.
type bridge interface {
	Show(t accessibility.Tree, active bool)
	Close()
}

// readers is what the window does for screen readers. But for bridge it is owned
// by Fyne's goroutine.
type readers struct {
	bridge bridge
	reader *accessibility.Reader
	end    chan struct{} // closed when nobody reads any more; nil: nobody does
	last   accessibility.Tree
	active bool // the window has the keyboard
	told   bool // of active
}

// openReaders looks for screen readers, for as long as the window is there.
// Without one, nothing else runs. It is called whenever the window is made, for
// on some systems readers come to the window.
func (w *Window) openReaders() {
	if w.readers.bridge == nil {
		w.readers.reader = accessibility.NewReader(w.win.Title(), w.win.Canvas())
		w.readers.bridge = w.openBridge()
	}
}

// press and focus do what a reader asks for.
func (w *Window) press(id accessibility.ID) { w.readers.reader.Press(id); w.read() }
func (w *Window) focus(id accessibility.ID) { w.readers.reader.Focus(id); w.read() }

// readTo begins to look at the window, and ends it.
func (w *Window) readTo(on bool) {
	r := &w.readers
	if r.end != nil {
		close(r.end)
		r.end = nil
	}
	if !on {
		return
	}
	r.last, r.told = accessibility.Tree{}, false
	end := make(chan struct{})
	r.end = end
	go func() {
		t := time.NewTicker(lookEvery)
		defer t.Stop()
		for {
			select {
			case <-end:
				return
			case <-t.C:
				w.do(w.read)
			}
		}
	}()
	w.read()
}

// read hands over what the window shows now, if somebody reads and it changed.
func (w *Window) read() {
	r := &w.readers
	if r.end == nil {
		return
	}
	var t accessibility.Tree
	if !w.hidden {
		t = r.reader.Read()
	}
	if r.told && r.active == w.active && reflect.DeepEqual(t, r.last) {
		return
	}
	r.last, r.active, r.told = t, w.active, true
	r.bridge.Show(t, w.active)
}

// followKeyboard notes whether the window has the keyboard.
func (w *Window) followKeyboard() {
	note := func(active bool) func() {
		return func() {
			w.active = active
			w.read()
		}
	}
	w.app.Lifecycle().SetOnEnteredForeground(note(true))
	w.app.Lifecycle().SetOnExitedForeground(note(false))
}

// closeReaders takes the window from the readers.
func (w *Window) closeReaders() {
	if w.readers.bridge != nil {
		w.readers.bridge.Close()
	}
	w.readTo(false)
}
