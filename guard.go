package main

import (
	"log/slog"
	"time"

	"app.latchkey/auth/dumpguard"
)

// hideAfter leaves Fyne the time to ask the desktop's portal for light or dark,
// which answers no process that hides.
const hideAfter = 3 * time.Second

// guardMemory turns core dumps off now and hides the memory a little later.
func guardMemory() (stop func()) {
	if err := dumpguard.Forbid(); err != nil {
		slog.Warn("core dumps may hold secrets", "error", err.Error())
	}
	later := time.AfterFunc(hideAfter, func() {
		if _, err := dumpguard.Hide(); err != nil {
			slog.Warn("other programs of this user may read this one's memory", "error", err.Error())
		}
	})
	return func() { later.Stop() }
}
