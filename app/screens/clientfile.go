package screens

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
)

// chooseFile lets the person choose Google's client JSON.
func (p *newProviderPage) chooseFile() {
	w := windowOf(p.frame.Object)
	if w == nil {
		return
	}
	d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
		p.dialog = nil
		if err != nil || f == nil {
			return
		}
		path := f.URI().Path()
		_ = f.Close() // it is read elsewhere, off Fyne's goroutine
		p.actions.ImportClient(path)
	}, w)
	d.SetFilter(storage.NewExtensionFileFilter([]string{".json"}))
	p.dialog = d
	d.Show() // before it, Fyne's dialog has no size
	d.Resize(w.Canvas().Size().Subtract(fyne.NewSize(48, 48)))
}

// windowOf is the window that o is in; nil: none.
func windowOf(o fyne.CanvasObject) fyne.Window {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		if c != nil && w.Canvas() == c {
			return w
		}
	}
	return nil
}
