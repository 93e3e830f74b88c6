package screens_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

func asking(v presenter.PassphraseView) presenter.State {
	return with(inBrowser(), func(s *presenter.State) { s.Passphrase = &v })
}

// typeIn types into what has the focus.
func (r *rig) typeIn(text string) {
	r.t.Helper()
	field, ok := r.window.Canvas().Focused().(*widgets.Secret)
	if !ok {
		r.t.Fatalf("the focus is on %T", r.window.Canvas().Focused())
	}
	test.Type(field, text)
}

// The field has the focus when it appears; Enter gives what was typed, once, and
// nothing of it stays.
func TestPassphrase(t *testing.T) {
	r := newRig(t)
	r.root.Update(asking(presenter.PassphraseView{Asked: 1}))
	r.key(fyne.KeyReturn) // nothing typed yet
	r.want()
	r.typeIn("correct horse")
	if drawn := r.texts(); strings.Contains(drawn, "correct horse") {
		t.Errorf("the passphrase is drawn: %s", drawn)
	}
	r.root.Update(asking(presenter.PassphraseView{Asked: 1})) // something else has changed
	r.key(fyne.KeyReturn)
	r.want(`Passphrase "correct horse" true`)
	r.key(fyne.KeyReturn)
	r.want()
	r.root.Update(asking(presenter.PassphraseView{Asked: 2, Wrong: true}))
	if !strings.Contains(r.texts(), "not the passphrase") {
		t.Error("nothing says that it was wrong")
	}
	r.typeIn("x")
	r.key(fyne.KeyEscape)
	r.want(`Passphrase "" false`)
	if got := r.tabOrder(); strings.Join(got, ", ") != "Passphrase, Unlock, Cancel, Menu" {
		t.Errorf("Tab reaches %q", got)
	}
}

func TestNewPassphraseIsTypedTwice(t *testing.T) {
	r := newRig(t)
	r.root.Update(asking(presenter.PassphraseView{Asked: 1, New: true, Least: 8}))
	r.typeIn("short")
	r.key(fyne.KeyReturn)
	r.want()
	if !strings.Contains(r.texts(), "at least 8 characters") {
		t.Error("nothing says that it is too short")
	}
	r.typeIn(" no more")
	r.window.Canvas().FocusNext()
	r.typeIn("another one")
	r.key(fyne.KeyReturn)
	r.want()
	if !strings.Contains(r.texts(), "not the same") {
		t.Error("nothing says that the two differ")
	}
	r.root.Update(asking(presenter.PassphraseView{Asked: 2, New: true, Least: 8}))
	for range 2 {
		r.typeIn("long enough")
		r.window.Canvas().FocusNext()
	}
	r.root.Primary()
	r.want(`Passphrase "long enough" true`)
}
