//go:build !(windows && cgo)

package uia

import "app.latchkey/app/accessibility"

// Bridge does nothing: there is no UI Automation on this system.
type Bridge struct{}

// Open does nothing here.
func Open(Options) (*Bridge, error) { return &Bridge{}, nil }

// Show does nothing here.
func (*Bridge) Show(accessibility.Tree, bool) {}

// Close does nothing here.
func (*Bridge) Close() {}
