//go:build !(linux || freebsd || openbsd || netbsd || dragonfly)

package busguard

import "syscall"

// Restart returns an error: where D-Bus does not matter, neither does the way
// in which the program was started.
func Restart() error { return syscall.ENOTSUP }
