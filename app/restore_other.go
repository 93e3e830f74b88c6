//go:build !windows

package app

// restore is what focusing a window does here.
func (w *Window) restore() {}
