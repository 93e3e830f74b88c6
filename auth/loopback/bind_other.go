//go:build !windows

package loopback

import "syscall"

// exclusive has nothing to do: outside Windows a second listener on the same
// address and port is refused by the system.
func exclusive(_, _ string, _ syscall.RawConn) error { return nil }
