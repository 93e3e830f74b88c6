package app

import "fyne.io/fyne/v2"

// dropped takes a file that was dropped onto the window: Google's client JSON.
// Of several it takes the first; what is no such file is told about.
func (w *Window) dropped(list []fyne.URI) {
	for _, uri := range list {
		if uri.Scheme() == "file" {
			w.actions.ImportClient(uri.Path())
			return
		}
	}
}
