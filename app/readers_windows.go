package app

import (
	"fyne.io/fyne/v2/driver"

	"app.latchkey/app/accessibility/uia"
)

// openBridge answers Narrator and NVDA. It must come after the window was made.
func (w *Window) openBridge() bridge {
	var window uintptr
	if native, ok := w.win.(driver.NativeWindow); ok {
		native.RunNative(func(context any) {
			if c, ok := context.(driver.WindowsWindowContext); ok {
				window = c.HWND
			}
		})
	}
	if window == 0 {
		return nil
	}
	b, err := uia.Open(uia.Options{Window: window, Wanted: w.readTo, Press: w.press, Focus: w.focus})
	if err != nil {
		w.log.Warn("screen readers can't read the window", "error", err.Error())
		return nil
	}
	return b
}
