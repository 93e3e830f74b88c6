//go:build linux || freebsd || openbsd || netbsd || dragonfly

package busguard

import (
	"os"
	"syscall"
)

// Restart starts the program anew in its own process: same process id, same
// arguments, and the bus address that this one was started with. It returns
// only if that failed. Files and sockets that Go opened close themselves, locks
// on them are given up; nothing that is deferred runs, so the caller closes
// what must be closed first.
//
// It is for a program that came up without a session bus ([Missing], [Dead],
// [Mute]) when [Look] finds one later: the keychain library looked once, in its
// init(), and does not look again.
func Restart() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, ChildEnv(os.Environ()))
}
