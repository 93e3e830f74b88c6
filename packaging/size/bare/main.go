//go:build ignore

// Command bare is the least window that Fyne makes: a title, a line of text and
// a button. It is packed as Latchkey is, and tells how much of an installer is
// Fyne. It is no package of the module: make bench-size compiles this one file.
package main

import (
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

func main() {
	a := app.NewWithID("app.latchkey.Bare")
	w := a.NewWindow("Bare")
	w.SetContent(container.NewVBox(widget.NewLabel("Nothing but a window."), widget.NewButton("Close", w.Close)))
	w.ShowAndRun()
}
