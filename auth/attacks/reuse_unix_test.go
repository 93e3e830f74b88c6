//go:build unix

package attacks_test

import "syscall"

// reuseAddress is what a program sets that wants a port which somebody has.
func reuseAddress(c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}); e != nil {
		return e
	}
	return err
}
