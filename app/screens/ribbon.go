package screens

import (
	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// ribbon says at the top of every screen what holds for all of them: that this
// is a demo, that starting anew would help, and that the program ended
// unexpectedly the last time.
type ribbon struct {
	object              *fyne.Container
	demo, late, crash   *fyne.Container
	help, restart       *widgets.Button
	report, closeReport *widgets.Button
}

func newRibbon(a presenter.Actions) *ribbon {
	r := &ribbon{
		help:    widgets.NewButton(widgets.Ribbon, Word("demo.help"), a.RegisterHelp),
		restart: widgets.NewButton(widgets.Ribbon, Word("restart.button"), a.Restart),

		report:      widgets.NewButton(widgets.Ribbon, Word("crash.show"), func() { a.CloseCrash(true) }),
		closeReport: widgets.NewButton(widgets.Ribbon, Word("crash.close"), func() { a.CloseCrash(false) }),
	}
	r.demo = ribbonRow(r.help,
		widgets.Span{Text: Word("demo.name"), Style: fyne.TextStyle{Bold: true}},
		widgets.Span{Text: " · " + Word("demo.text")})
	r.late = ribbonRow(r.restart, widgets.Span{Text: Word("restart.text")})
	r.crash = ribbonRow(widgets.Flow(0, false, r.report, r.closeReport), widgets.Span{Text: Word("crash.text")})
	r.object = widgets.Column(widgets.Slot{Object: r.demo}, widgets.Slot{Object: r.late, Before: 1}, widgets.Slot{Object: r.crash, Before: 1})
	return r
}

func ribbonRow(buttons fyne.CanvasObject, words ...widgets.Span) *fyne.Container {
	text := widgets.NewText(theme.SizeSmall, theme.ColorWarning, fyne.TextAlignLeading, widgets.FitShort).SetSpans(words...)
	return widgets.Layers(
		widgets.NewPanel(theme.ColorWarningGround, "", 0),
		// The button brings its own distance of 12, so that its text and the
		// ribbon's begin and end 20 from the edges.
		widgets.Inset(0, 8, 0, 20, widgets.Ends(16, false, text, buttons)),
	)
}

func (r *ribbon) update(s presenter.State) {
	started := s.Screen != presenter.ScreenStarting
	setVisible(r.demo, s.Demo && started)
	// What is asked, and the sign-in under way, come first.
	r.help.SetBusy(s.Confirm != nil || s.Passphrase != nil || s.Screen == presenter.ScreenWaiting)
	setVisible(r.late, s.Restart && started)
	setVisible(r.crash, s.Crashed && started)
	setVisible(r.object, r.demo.Visible() || r.late.Visible() || r.crash.Visible())
}

// lost reports whether f is a button of the ribbon that is not shown.
func (r *ribbon) lost(f fyne.Focusable) bool {
	row := map[fyne.Focusable]*fyne.Container{r.help: r.demo, r.restart: r.late, r.report: r.crash, r.closeReport: r.crash}[f]
	return row != nil && !(r.object.Visible() && row.Visible())
}

func (r *ribbon) focusable() []fyne.Focusable {
	return []fyne.Focusable{r.help, r.restart, r.report, r.closeReport}
}

// setVisible shows or hides o, and does nothing if it already is as wanted.
func setVisible(o fyne.CanvasObject, v bool) {
	switch {
	case v && !o.Visible():
		o.Show()
	case !v && o.Visible():
		o.Hide()
	}
}
