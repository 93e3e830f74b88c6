package screens

import (
	"time"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// diagnosticsPage draws presenter.DiagnosticsView.
type diagnosticsPage struct{ overlay }

func newDiagnosticsPage(a presenter.Actions) *diagnosticsPage {
	p := &diagnosticsPage{}
	p.overlay = newOverlay(a, "diagnostics.title", widgets.Column())
	return p
}

func (p *diagnosticsPage) update(s presenter.State, now time.Time) {}

func (p *diagnosticsPage) tick(now time.Time) {}

func (p *diagnosticsPage) focusable() []fyne.Focusable { return []fyne.Focusable{p.back} }
