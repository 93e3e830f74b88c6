package app

import (
	"strings"
	"testing"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
)

// ear is a bridge that hears.
type ear struct {
	heard  []accessibility.Tree
	active bool
	closed bool
}

func (e *ear) Show(t accessibility.Tree, active bool) { e.heard, e.active = append(e.heard, t), active }
func (e *ear) Close()                                 { e.closed = true }

func (e *ear) last(t *testing.T) accessibility.Tree {
	t.Helper()
	if len(e.heard) == 0 {
		t.Fatal("nothing was handed over")
	}
	return e.heard[len(e.heard)-1]
}

// names are all that is read.
func names(t accessibility.Tree) string {
	var out []string
	t.Walk(func(n *accessibility.Node, _ accessibility.ID) bool {
		out = append(out, n.Name)
		return true
	})
	return strings.Join(out, "\n")
}

// TestReadersAreHandedTheWindow: what is drawn is handed over while somebody
// reads, once, and what is not seen is not.
func TestReadersAreHandedTheWindow(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	e := &ear{}
	w.readers.bridge, w.readers.reader = e, accessibility.NewReader("Latchkey", w.win.Canvas())
	w.Show(signIn())
	if len(e.heard) > 0 {
		t.Error("a Tree is made, and nobody reads")
	}
	w.readers.end = make(chan struct{}) // as readTo does, without its goroutine
	w.read()
	if got := e.last(t); got.Screen != "Sign in to Latchkey" || e.active || !strings.Contains(names(got), "Sign in with Google") {
		t.Errorf("screen %q, active %v:\n%s", got.Screen, e.active, names(got))
	}
	w.active = true
	w.read()
	if !e.active {
		t.Error("the window has the keyboard")
	}
	before := len(e.heard)
	w.read()
	if len(e.heard) != before {
		t.Error("the same is handed over again")
	}
	w.Show(profile())
	if got := e.last(t).Screen; got != "Ada" {
		t.Errorf("screen %q", got)
	}
	w.Show(presenter.State{Screen: presenter.ScreenProfile, Page: presenter.PageSettings, Settings: &presenter.SettingsView{}})
	if got := e.last(t).Screen; got != "Settings" {
		t.Errorf("screen %q", got)
	}
	w.hidden = true
	w.read()
	if got := e.last(t); got.Root.ID != 0 {
		t.Errorf("a window in the tray is read: %s", names(got))
	}
	w.closeReaders()
	if !e.closed || w.readers.end != nil {
		t.Error("the readers are not closed")
	}
}

// TestAReaderPresses: what a reader asks for by ID is done as by a click.
func TestAReaderPresses(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	w.readers.bridge, w.readers.reader = &ear{}, accessibility.NewReader("Latchkey", w.win.Canvas())
	w.Show(signIn())
	var google accessibility.ID
	tree := w.readers.reader.Read()
	tree.Walk(func(n *accessibility.Node, _ accessibility.ID) bool {
		if n.Name == "Sign in with Google" {
			google = n.ID
		}
		return true
	})
	if !w.readers.reader.Focus(google) || !w.readers.reader.Press(google) || strings.Join(a.calls, " ") != "SignIn google" {
		t.Errorf("asked for %q", a.calls)
	}
	w.Show(profile())
	w.readers.reader.Read()
	if w.readers.reader.Press(google) {
		t.Error("a button of the screen before was pressed")
	}
}
