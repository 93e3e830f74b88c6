package dumpguard

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Forbid turns core dumps off for this process. (A crash report of macOS holds
// stacks and registers, not the heap.)
func Forbid() error { return limitCore() }

// Hide lets no debugger attach (ptrace(2), PT_DENY_ATTACH).
func Hide() (hidden bool, err error) {
	if err := unix.PtraceDenyAttach(); err != nil {
		return false, fmt.Errorf("denying debuggers: %w", err)
	}
	return true, nil
}
