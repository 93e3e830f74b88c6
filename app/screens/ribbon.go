package screens

import (
	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// ribbon says on every screen that this is a demo.
type ribbon struct {
	object *fyne.Container
	help   *widgets.Button
}

func newRibbon(a presenter.Actions) *ribbon {
	text := widgets.NewText(theme.SizeSmall, theme.ColorWarning, fyne.TextAlignLeading, widgets.FitShort).SetSpans(
		widgets.Span{Text: Word("demo.name"), Style: fyne.TextStyle{Bold: true}},
		widgets.Span{Text: " · " + Word("demo.text")},
	)
	r := &ribbon{help: widgets.NewButton(widgets.Ribbon, Word("demo.help"), a.RegisterHelp)}
	r.object = widgets.Layers(
		widgets.NewPanel(theme.ColorWarningGround, "", 0),
		// The button brings its own distance of 12, so that its text and the
		// ribbon's begin and end 20 from the edges.
		widgets.Inset(0, 8, 0, 20, widgets.Ends(16, false, text, r.help)),
	)
	return r
}

func (r *ribbon) update(s presenter.State) {
	setVisible(r.object, s.Demo && s.Screen != presenter.ScreenStarting)
}

func (r *ribbon) helpShown() bool { return r.object.Visible() }

// setVisible shows or hides o, and does nothing if it already is as wanted.
func setVisible(o fyne.CanvasObject, v bool) {
	switch {
	case v && !o.Visible():
		o.Show()
	case !v && o.Visible():
		o.Hide()
	}
}
