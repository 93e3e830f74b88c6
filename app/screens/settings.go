package screens

import (
	"time"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// settingsPage draws presenter.SettingsView.
type settingsPage struct{ overlay }

func newSettingsPage(a presenter.Actions) *settingsPage {
	p := &settingsPage{}
	p.overlay = newOverlay(a, "settings.title", widgets.Column())
	return p
}

func (p *settingsPage) update(s presenter.State, now time.Time) {}

func (p *settingsPage) tick(now time.Time) {}

func (p *settingsPage) focusable() []fyne.Focusable { return []fyne.Focusable{p.back} }
