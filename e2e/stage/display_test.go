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
	p, err := s.start("xev", func(cmd *exec.Cmd) { cmd.Stdout = nil }, "xev", "-name", "Latchkey", "-geometry", "860x600")
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.findWindow(ctx, p, "--name", "^Latchkey$")
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
