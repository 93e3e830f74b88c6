package app

import (
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"
)

// restore brings a minimised window back, which focusing alone does not do here.
func (w *Window) restore() {
	native, ok := w.win.(driver.NativeWindow)
	if !ok {
		return
	}
	native.RunNative(func(context any) {
		c, ok := context.(driver.WindowsWindowContext)
		if !ok || c.HWND == 0 {
			return
		}
		const swRestore = 9
		user32 := windows.NewLazySystemDLL("user32.dll")
		if minimised, _, _ := user32.NewProc("IsIconic").Call(c.HWND); minimised != 0 {
			_, _, _ = user32.NewProc("ShowWindow").Call(c.HWND, swRestore)
		}
	})
}
