package dumpguard

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Forbid turns core dumps off for this process. Its error says which of the
// two ways failed; the other one holds.
func Forbid() error {
	// systemd-coredump and apport are started whatever the limit is, but keep
	// nothing when it is 0. The filter serves those that don't look: what they
	// are given then has registers, and no memory (core(5)). The file is
	// missing in a kernel without core dumps.
	err := limitCore()
	if e := os.WriteFile("/proc/self/coredump_filter", []byte("0"), 0); e != nil && !errors.Is(e, os.ErrNotExist) {
		err = errors.Join(err, fmt.Errorf("emptying the core dump filter: %w", e))
	}
	return err
}

// Hide makes the process non-dumpable (prctl(2)): no core dump by any way, and
// its memory is closed to other processes without CAP_SYS_PTRACE. hidden is
// false inside a Flatpak or Snap, where nothing is done. The flag lasts until
// the next execve, so it is not inherited by programs that are started.
func Hide() (hidden bool, err error) {
	if sandboxed() {
		return false, nil
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return false, fmt.Errorf("making the process non-dumpable: %w", err)
	}
	return true, nil
}

func sandboxed() bool {
	_, err := os.Stat("/.flatpak-info")
	return err == nil || os.Getenv("SNAP_NAME") != ""
}
