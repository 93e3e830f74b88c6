package app

import (
	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// usual is the size of a window that has none yet.
var usual = fyne.NewSize(860, 600)

// Size is a window's, in device-independent pixels; zero: none is known.
type Size struct{ Width, Height int }

func (s Size) fyne() fyne.Size {
	if s == (Size{}) {
		return usual
	}
	return fyne.NewSize(float32(s.Width), float32(s.Height))
}

// Size is how large the window was when it was last shown. After Run it is what
// to remember. Whether a window fills the screen is not told by Fyne: such a
// window comes back as large, and not maximised.
func (w *Window) Size() Size {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.size
}

// noteSize is called before the window goes.
func (w *Window) noteSize() {
	size := w.win.Canvas().Size()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size = Size{int(size.Width + 0.5), int(size.Height + 0.5)}
}

// fitScreen makes a window smaller that was remembered from a larger screen. The
// window must have been shown: only then its scale is known.
func (w *Window) fitScreen() {
	screen := workArea()
	scale := w.win.Canvas().Scale()
	if screen.IsZero() || scale <= 0 {
		return
	}
	has := w.win.Canvas().Size()
	if size := within(has, screen, scale); size != has {
		w.win.Resize(size)
	}
}

// within is size, but not larger than screen, which is in pixels, as many as
// scale to one of size's. Fyne sees to the content's smallest size.
func within(size, screen fyne.Size, scale float32) fyne.Size {
	return fyne.NewSize(fyne.Min(size.Width, screen.Width/scale), fyne.Min(size.Height, screen.Height/scale))
}

// workArea is the part of the first screen that windows may fill, in pixels;
// zero if it is not known.
func workArea() (area fyne.Size) {
	defer func() { _ = recover() }() // glfw panics for want of a screen
	if monitor := glfw.GetPrimaryMonitor(); monitor != nil {
		_, _, width, height := monitor.GetWorkarea()
		area = fyne.NewSize(float32(width), float32(height))
	}
	return area
}
