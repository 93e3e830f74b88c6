package screens

import (
	"fyne.io/fyne/v2"

	"app.latchkey/app/widgets"
)

const (
	menuMargin float32 = 8                 // of the menu's button to the edges
	menuRoom   float32 = 40 + 2*menuMargin // what it takes of the width
)

// rootLayout puts the ribbon at the top, the side bar at the left below it, and
// the page into the rest. The menu's button is at the foot of the side bar, and
// in the upper right corner where there is none.
type rootLayout struct{ ribbon, side fyne.CanvasObject }

func (l *rootLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var top, left float32
	if l.ribbon.Visible() {
		top = widgets.HeightFor(l.ribbon, size.Width)
		l.ribbon.Resize(fyne.NewSize(size.Width, top))
	}
	if l.side.Visible() {
		left = sideBarWidth
		l.side.Move(fyne.NewPos(0, top))
		l.side.Resize(fyne.NewSize(left, size.Height-top))
	}
	objects[0].Resize(size)
	objects[3].Move(fyne.NewPos(left, top))
	objects[3].Resize(fyne.NewSize(size.Width-left, size.Height-top))
	menu := objects[4].MinSize()
	at := fyne.NewPos(size.Width-menu.Width-menuMargin, top+menuMargin)
	if left > 0 {
		at = fyne.NewPos((left-menu.Width)/2, size.Height-menu.Height-menuMargin)
	}
	objects[4].Resize(menu)
	objects[4].Move(at)
}

func (l *rootLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(MinWidth, MinHeight)
}
