package screens_test

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

func (a *actions) SetAppearance(v presenter.Appearance) { a.add("SetAppearance " + string(v)) }
func (a *actions) SetScale(n int)                       { a.add(fmt.Sprint("SetScale ", n)) }
func (a *actions) SetLanguage(tag string)               { a.add("SetLanguage " + tag) }
func (a *actions) SetVault(on bool)                     { a.add(fmt.Sprint("SetVault ", on)) }
func (a *actions) SetStartInTray(on bool)               { a.add(fmt.Sprint("SetStartInTray ", on)) }
func (a *actions) SetKeepInTray(on bool)                { a.add(fmt.Sprint("SetKeepInTray ", on)) }
func (a *actions) SetDemo(on bool)                      { a.add(fmt.Sprint("SetDemo ", on)) }
func (a *actions) SetUpdates(on bool)                   { a.add(fmt.Sprint("SetUpdates ", on)) }
func (a *actions) EraseData()                           { a.add("EraseData") }

func settingsState(edit func(*presenter.SettingsView)) presenter.State {
	s := opened(accountState(), presenter.PageSettings)
	s.Settings.Keep = presenter.Keep{Known: true, Persistent: true, Name: "GNOME Keyring"}
	if edit != nil {
		edit(s.Settings)
	}
	return s
}

func allSettings() presenter.State {
	return settingsState(func(v *presenter.SettingsView) {
		v.NoKeychain, v.Tray, v.CanDemo, v.Updates, v.CanErase, v.Restart, v.NotKept = true, true, true, true, true, true, true
	})
}

// TestSettings: each choice is there where it can be made, and does what it says.
func TestSettings(t *testing.T) {
	for name, call := range map[string]string{
		"Light, not chosen": "SetAppearance light", "High contrast, not chosen": "SetAppearance contrast", "Dark, not chosen": "SetAppearance dark",
		"120 %, not chosen": "SetScale 120", "100 %, chosen": "SetScale 0",
		"Deutsch, not chosen": "SetLanguage de", "日本語, not chosen": "SetLanguage ja",
		"In a passphrase vault, not chosen": "SetVault true", "Until I quit, chosen": "SetVault false",
		"Start in the tray, without a window, not chosen":                "SetStartInTray true",
		"Stay in the tray when the window is closed, not chosen":         "SetKeepInTray true",
		"Demo: sign in at a mock of Google on this computer, not chosen": "SetDemo true",
		"Look once a day whether there is a newer version, chosen":       "SetUpdates false",
		"Delete my data…": "EraseData", "Restart Latchkey": "Restart",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(allSettings())
			b := r.button(name)
			b.Tapped(nil)
			r.want(call)
			r.window.Canvas().Focus(b)
			r.key(fyne.KeySpace)
			r.want(call)
		})
	}
	r := newRig(t)
	r.root.Update(settingsState(nil))
	r.wantTexts("Appearance", "Size", "Language", "You stay signed in through GNOME Keyring")
	r.wantNoTexts("tray", "Demo", "vault", "newer version", "Delete my data", "Restart", "not be written")
	r.root.Update(allSettings())
	r.wantTexts("could not be written", "started anew")
}

// TestSettingsThatAreChosen: exactly what is chosen is marked, for eyes and for
// screen readers.
func TestSettingsThatAreChosen(t *testing.T) {
	r := newRig(t)
	s := allSettings()
	s.Settings.Vault = true
	s.Settings.Choices = presenter.Choices{Appearance: presenter.AppearanceContrast, Scale: 150, Language: "fr", StartInTray: true, QuietUpdates: true}
	r.root.Update(s)
	want := map[string]bool{"High contrast": true, "150 %": true, "Français": true, "In a passphrase vault": true, "Start in the tray, without a window": true}
	marked := 0
	walk(r.root.Object(), func(o fyne.CanvasObject) {
		b, ok := o.(*widgets.Button)
		if !ok || b.Kind() != widgets.Option && b.Kind() != widgets.Check {
			return
		}
		name := b.Text() + ", not chosen"
		if want[b.Text()] {
			name, marked = b.Text()+", chosen", marked+1
		}
		if b.Selected() != want[b.Text()] || b.AccessibilityLabel() != name {
			t.Errorf("%q is marked %v and called %q", b.Text(), b.Selected(), b.AccessibilityLabel())
		}
	})
	if marked != len(want) {
		t.Errorf("%d are marked, want %d", marked, len(want))
	}
}

// TestErased: after the data was deleted, quitting is all there is.
func TestErased(t *testing.T) {
	r := newRig(t)
	r.root.Update(settingsState(func(v *presenter.SettingsView) { v.Erasing, v.CanErase = true, true }))
	r.button("Deleting…").Tapped(nil)
	r.want()
	r.wantNoTexts("[Back]")
	r.root.Update(settingsState(func(v *presenter.SettingsView) {
		v.Erased = &presenter.ErasedView{Left: []presenter.Leftover{{Kind: presenter.LeftFile, Detail: "one thing"}}}
	}))
	r.wantTexts("may still be there", "one thing")
	r.wantNoTexts("[Back]", "Appearance")
	r.key(fyne.KeyReturn)
	r.want("Quit")
	r.root.Update(settingsState(func(v *presenter.SettingsView) { v.Erased = &presenter.ErasedView{} }))
	r.wantTexts("Your data was deleted from this computer.")
	r.wantNoTexts("may still be there", "one thing")
}

// TestDeletingIsMeant: Enter does not answer yes.
func TestDeletingIsMeant(t *testing.T) {
	r := newRig(t)
	s := settingsState(nil)
	s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmEraseData}
	r.root.Update(s)
	r.wantTexts("Delete all your data?")
	r.key(fyne.KeyReturn)
	r.want()
	r.button("Delete my data").Tapped(nil)
	r.want("Confirm true")
	r.key(fyne.KeyEscape)
	r.want("Confirm false")
}
