//go:build !linux

package atspi

import "app.latchkey/app/accessibility"

// Bridge does nothing: there is no AT-SPI on this system.
type Bridge struct{}

// Open does nothing here.
func Open(Options) *Bridge { return &Bridge{} }

// Show does nothing here.
func (*Bridge) Show(accessibility.Tree, bool) {}

// Close does nothing here.
func (*Bridge) Close() {}
