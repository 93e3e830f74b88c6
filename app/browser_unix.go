//go:build unix

package app

import (
	"os/exec"
	"syscall"
)

// detach gives the child a session of its own, so that Ctrl+C in our terminal
// does not close the user's browser.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
