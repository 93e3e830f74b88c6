package screens

import (
	"time"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// newProviderPage draws presenter.NewProviderView.
type newProviderPage struct{ overlay }

func newNewProviderPage(a presenter.Actions) *newProviderPage {
	p := &newProviderPage{}
	p.overlay = newOverlay(a, "provider.title", widgets.Column())
	return p
}

func (p *newProviderPage) update(s presenter.State, now time.Time) {}

func (p *newProviderPage) tick(now time.Time) {}

func (p *newProviderPage) focusable() []fyne.Focusable { return []fyne.Focusable{p.back} }
