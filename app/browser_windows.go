package app

import (
	"net/url"
	"runtime"
	"syscall"

	"golang.org/x/sys/windows"
)

// systemOpener opens an address by Windows' own way. Fyne's goes through a
// program, rundll32, that ends well also where nothing was opened, and that
// shows the address in the list of processes.
func systemOpener(func(*url.URL) error) func(*url.URL) error {
	return func(u *url.URL) error {
		address, err := windows.UTF16PtrFromString(u.String())
		if err != nil {
			return err
		}
		// Some browsers are started through COM, which wants a thread of its own.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err = windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED|windows.COINIT_DISABLE_OLE1DDE)
		if err == nil || err == syscall.Errno(windows.S_FALSE) { // it was before
			defer windows.CoUninitialize()
		}
		return windows.ShellExecute(0, nil, address, nil, nil, windows.SW_SHOWNORMAL)
	}
}
