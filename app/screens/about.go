package screens

import (
	"time"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// aboutPage draws presenter.AboutView.
type aboutPage struct{ overlay }

func newAboutPage(a presenter.Actions) *aboutPage {
	p := &aboutPage{}
	p.overlay = newOverlay(a, "about.title", widgets.Column())
	return p
}

func (p *aboutPage) update(s presenter.State, now time.Time) {}

func (p *aboutPage) tick(now time.Time) {}

func (p *aboutPage) focusable() []fyne.Focusable { return []fyne.Focusable{p.back} }
