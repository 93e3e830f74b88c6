package main

import (
	"os"

	"golang.org/x/sys/windows"
)

var procAttachConsole = windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")

// attachConsole lets a program that was given arguments in a console answer
// there: a program with a window has no console of its own. Without arguments
// it keeps away from the console, whose end would be its own. Output that was
// sent elsewhere is left alone.
func attachConsole() {
	if len(os.Args) < 2 {
		return
	}
	out, errs := usable(windows.STD_OUTPUT_HANDLE), usable(windows.STD_ERROR_HANDLE)
	if out && errs {
		return
	}
	const parent = ^uintptr(0) // ATTACH_PARENT_PROCESS
	if ok, _, _ := procAttachConsole.Call(parent); ok == 0 {
		return // started from no console
	}
	console, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return
	}
	if !out {
		os.Stdout = console
	}
	if !errs { // the runtime's last words go there too
		os.Stderr = console
		_ = windows.SetStdHandle(windows.STD_ERROR_HANDLE, windows.Handle(console.Fd()))
	}
}

// usable reports whether something can be written to a standard handle.
func usable(which uint32) bool {
	h, err := windows.GetStdHandle(which)
	if err != nil || h == 0 || h == windows.InvalidHandle {
		return false
	}
	kind, err := windows.GetFileType(h)
	return err == nil && kind != windows.FILE_TYPE_UNKNOWN
}
