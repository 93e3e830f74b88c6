//go:build !linux && !darwin && !windows

package dumpguard

// Forbid does nothing on this system.
func Forbid() error { return nil }

// Hide does nothing on this system.
func Hide() (hidden bool, err error) { return false, nil }
