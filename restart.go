package main

import (
	"errors"

	"app.latchkey/auth/busguard"
)

var errRestart = errors.New("the program is to be started anew")

// busLate reports, after a start without a session bus, whether there is one
// now; nil if there was one.
func busLate() func() bool {
	switch busguard.State() {
	case busguard.Missing, busguard.Dead, busguard.Mute:
		return func() bool { return busguard.Look() == busguard.Live }
	}
	return nil
}
