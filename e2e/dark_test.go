package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// TestDarkModeIsFollowed changes a desktop between light and dark under a
// program that runs.
func TestDarkModeIsFollowed(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	portal, err := s.OpenPortal(false)
	try(t, "portal", err)
	defer func() { _ = portal.Close() }() // the bus ends with the stage
	// FYNE_THEME would say for good which it is.
	program, err := s.StartWith(ctx, []string{"FYNE_THEME="}, "--demo")
	try(t, "start", err)
	_, err = program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "the first screen", err)
	for n, dark := range []bool{false, true, false, true} {
		if n > 0 {
			try(t, "a change", portal.Set(dark))
		}
		try(t, fmt.Sprintf("look %d", n), s.AwaitDark(ctx, program.Window, dark))
	}
	// What a person chose goes before the desktop.
	try(t, "quit", program.Quit(ctx))
	try(t, "settings", os.WriteFile(filepath.Join(s.Config, "settings.json"), []byte(`{"version":1,"appearance":"light"}`), 0o600))
	program, err = s.StartWith(ctx, []string{"FYNE_THEME="}, "--demo")
	try(t, "start", err)
	try(t, "the window", s.AwaitDark(ctx, program.Window, false))
	try(t, "quit", program.Quit(ctx))
}
