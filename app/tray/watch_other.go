//go:build !(linux || freebsd || openbsd || netbsd)

package tray

import "time"

// Watch knows whether there is a tray: this system always has one.
type Watch struct{}

// Look does nothing here.
func Look(string, func(bool)) *Watch { return &Watch{} }

// Answers reports whether there is a tray now.
func (*Watch) Answers() bool { return true }

// Await is Answers.
func (*Watch) Await() bool { return true }

// AwaitLate is Answers.
func (*Watch) AwaitLate(time.Duration) bool { return true }

// Close does nothing here.
func (*Watch) Close() {}
