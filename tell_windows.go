package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// tell says a line to the person: in the console, or in a box of its own where
// there is none, as for a program that was started from the menu.
func tell(text string) {
	if usable(windows.STD_ERROR_HANDLE) {
		fmt.Fprintln(os.Stderr, text)
		return
	}
	words, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return
	}
	_, _ = windows.MessageBox(0, words, nil, windows.MB_OK|windows.MB_ICONERROR) // nobody is left to be told
}
