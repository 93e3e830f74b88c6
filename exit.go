package main

import (
	"errors"
	"fmt"
	"os"

	"app.latchkey/app"
	"app.latchkey/app/instance"
	"app.latchkey/auth/busguard"
)

// The exit codes, which docs and the manual page list.
const (
	exitFailed  = 1
	exitUsage   = 2
	exitDisplay = 3 // no window could be opened, or its display went away
)

// exit ends the program the way err says, with one line for a person.
func exit(err error) {
	if errors.Is(err, errRestart) {
		err = busguard.Restart() // returns only if it fails
	}
	switch {
	case err == nil:
		return
	case errors.Is(err, instance.ErrRaised):
		fmt.Println("latchkey:", err)
		return
	}
	tell(fmt.Sprint("latchkey: ", err))
	if errors.Is(err, app.ErrNoDisplay) || errors.Is(err, app.ErrNoGL) || errors.Is(err, errDisplayGone) {
		os.Exit(exitDisplay)
	}
	os.Exit(exitFailed)
}
