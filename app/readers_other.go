//go:build !windows

package app

import (
	"os"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/accessibility/atspi"
)

// openBridge looks for Orca on the session bus.
func (w *Window) openBridge() bridge {
	return atspi.Open(atspi.Options{
		Bus: w.bus, Address: os.Getenv("AT_SPI_BUS_ADDRESS"), // as libatspi has it
		Program: w.app.Metadata().Name, Version: w.app.Metadata().Version, Language: w.Language,
		Wanted: func(on bool) { w.do(func() { w.readTo(on) }) },
		Press:  func(id accessibility.ID) { w.do(func() { w.press(id) }) },
		Focus:  func(id accessibility.ID) { w.do(func() { w.focus(id) }) },
		Logger: w.log,
	})
}
