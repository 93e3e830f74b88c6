package stage

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestProgramStandsBesideTheBrowser: a browser that comes to the front while a
// picture of the program is taken would be on it.
func TestProgramStandsBesideTheBrowser(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	s, err := Open(ctx, Options{Program: os.Args[0], MockProvider: os.Args[0], NoKeychain: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	// A window of the program's name and size. On a busy machine xev was seen to
	// start without its window ever being found; the test is about places, so
	// it starts another.
	var w Window
	for range 3 {
		p, startErr := s.start("xev", func(cmd *exec.Cmd) { cmd.Stdout = nil }, "xev", "-name", "Latchkey", "-geometry", "860x600")
		if startErr != nil {
			t.Fatal(startErr)
		}
		soon, cancel := context.WithTimeout(ctx, 9*time.Second)
		w, err = s.findWindow(soon, p, "--name", "^Latchkey$")
		cancel()
		if err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	area, err := s.geometry(ctx, w)
	if err != nil {
		t.Fatal(err)
	}
	if area.Dx() != 860 || area.Min.X < 0 || area.Max.X >= browserLeft {
		t.Errorf("the window is at %v, want it left of %d", area, browserLeft)
	}
}
