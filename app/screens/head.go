package screens

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// pageWidth is the greatest width of a page's content.
const pageWidth = 640

// overlay is what the pages over the screen have in common: a head with a button
// back, and content that scrolls below it.
type overlay struct {
	actions presenter.Actions
	frame   *widgets.Page
	back    *widgets.Button
}

// newOverlay returns a page with the title called key.
func newOverlay(a presenter.Actions, key string, content fyne.CanvasObject) overlay {
	o := overlay{actions: a, back: widgets.NewButton(widgets.Plain, Word("page.back"), a.ClosePage)}
	o.back.SetIcon(base.NewColoredResource(base.NavigateBackIcon(), base.ColorNamePrimary))
	title := widgets.NewText(theme.SizeSubtitle, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitShort).
		Set(Word(key), fyne.TextStyle{Bold: true})
	// The menu's button is at the right.
	height := canvas.NewRectangle(color.Transparent) // also while there is no way back
	height.SetMinSize(fyne.NewSize(0, o.back.MinSize().Height))
	head := widgets.Column(
		widgets.Slot{Object: widgets.Inset(menuMargin, menuRoom, menuMargin, 8, widgets.Layers(height, widgets.Beside(8, o.back, title)))},
		widgets.Slot{Object: widgets.Line()},
	)
	o.frame = widgets.NewHeadedPage(head, content, pageWidth, 28)
	return o
}

func (o *overlay) page() *widgets.Page { return o.frame }

// primary does nothing: on a page there is not one thing to do next.
func (o *overlay) primary() {}

func (o *overlay) escape() { o.actions.ClosePage() }
