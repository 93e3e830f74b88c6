package app

import (
	"testing"

	"fyne.io/fyne/v2"
)

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		name         string
		size, screen fyne.Size
		scale        float32
		want         fyne.Size
	}{
		{"fits", fyne.NewSize(860, 600), fyne.NewSize(1920, 1080), 1, fyne.NewSize(860, 600)},
		{"too wide", fyne.NewSize(3000, 600), fyne.NewSize(1920, 1080), 1, fyne.NewSize(1920, 600)},
		{"too high", fyne.NewSize(860, 2000), fyne.NewSize(1920, 1080), 1, fyne.NewSize(860, 1080)},
		{"both", fyne.NewSize(9000, 9000), fyne.NewSize(1024, 768), 1, fyne.NewSize(1024, 768)},
		{"a fine screen", fyne.NewSize(1800, 1000), fyne.NewSize(1920, 1080), 2, fyne.NewSize(960, 540)},
		{"a coarse screen", fyne.NewSize(1800, 1000), fyne.NewSize(1024, 768), 0.5, fyne.NewSize(1800, 1000)},
	} {
		if got := within(c.size, c.screen, c.scale); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTheSizeIsKept(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	if w.Size() != (Size{}) {
		t.Error("a window that was not shown has a size")
	}
	w.win.Resize(fyne.NewSize(1001, 701))
	w.win.Close()
	if got, want := w.Size(), (Size{1001, 701}); got != want {
		t.Errorf("the size is %v, want %v", got, want)
	}
}
