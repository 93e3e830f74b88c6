package e2e_test

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// TestWindowSize starts the program with a window of the size that it was closed
// with, if such a window can be on this screen.
func TestWindowSize(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	start := func() *stage.Program {
		t.Helper()
		program, err := s.StartProgram(ctx, "--demo")
		try(t, "start", err)
		_, err = program.AwaitScreen(ctx, presenter.ScreenSignIn)
		try(t, "the first screen", err)
		return program
	}
	program := start()
	try(t, "the usual size", s.AwaitSize(ctx, program.Window, image.Pt(860, 600)))
	try(t, "another size", s.Resize(ctx, program.Window, image.Pt(1003, 707)))
	try(t, "quit", program.Quit(ctx))

	program = start()
	try(t, "the size of the last time", s.AwaitSize(ctx, program.Window, image.Pt(1003, 707)))
	try(t, "quit", program.Quit(ctx))

	file := filepath.Join(s.Config, "window.json")
	try(t, "a larger screen's", os.WriteFile(file, []byte(`{"width":4000,"height":500}`), 0o600))
	program = start()
	size, err := s.Size(ctx, program.Window)
	try(t, "size", err)
	if size.X > 1920 || size.Y > 1080 {
		t.Errorf("the window is of %v on a screen of 1920x1080", size)
	}
	try(t, "quit", program.Quit(ctx))

	try(t, "a broken file", os.WriteFile(file, []byte(`{"width":`), 0o600))
	program = start()
	try(t, "the usual size again", s.AwaitSize(ctx, program.Window, image.Pt(860, 600)))
	try(t, "quit", program.Quit(ctx))
}
