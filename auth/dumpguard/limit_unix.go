//go:build linux || darwin

package dumpguard

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// limitCore sets the soft limit on core dumps to nothing.
func limitCore() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return fmt.Errorf("reading the limit on core dumps: %w", err)
	}
	limit.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		return fmt.Errorf("limiting core dumps: %w", err)
	}
	return nil
}
