package screens

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

const (
	pageWidth  = 640 // the greatest width of a page's content
	pageMargin = 28  // of the content to the edges
)

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
	head := widgets.Column(
		widgets.Slot{Object: &fyne.Container{Layout: headLayout{}, Objects: []fyne.CanvasObject{o.back, title}}},
		widgets.Slot{Object: widgets.Line()},
	)
	o.frame = widgets.NewHeadedPage(head, content, pageWidth, pageMargin)
	return o
}

func (o *overlay) page() *widgets.Page { return o.frame }

// primary does nothing: on a page there is not one thing to do next.
func (o *overlay) primary() {}

func (o *overlay) escape() { o.actions.ClosePage() }

// headLayout puts the button back at the left and the title above the beginning
// of the content, or right of the button where that is in the way. The menu's
// button is at the right.
type headLayout struct{}

const headHeight = 40 + 2*menuMargin // also while there is no way back

func (headLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	back, title := objects[0], objects[1]
	x := fyne.Max(pageMargin, (size.Width-pageWidth)/2)
	if back.Visible() {
		want := fyne.NewSize(back.(*widgets.Button).NaturalWidth(), back.MinSize().Height)
		back.Resize(want)
		back.Move(fyne.NewPos(menuMargin, (size.Height-want.Height)/2))
		x = fyne.Max(x, menuMargin+want.Width+4)
	}
	height := title.MinSize().Height
	title.Resize(fyne.NewSize(fyne.Max(0, size.Width-menuRoom-x), height))
	title.Move(fyne.NewPos(x, (size.Height-height)/2))
}

func (headLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, headHeight) }
