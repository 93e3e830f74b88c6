package e2e_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
)

// TestNoGL starts the program on a display that has no OpenGL: it says so, and
// does not wait forever for a window that can't be.
func TestNoGL(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	number, write, err := os.Pipe()
	try(t, "pipe", err)
	defer number.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-extension", "GLX", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{write}
	try(t, "Xvfb", server.Start())
	write.Close()
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	line, err := bufio.NewReader(number).ReadString('\n')
	try(t, "display", err)

	home := t.TempDir()
	cmd := exec.CommandContext(ctx, binary(t), "--demo")
	cmd.Env = []string{"HOME=" + home, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "DISPLAY=:" + strings.TrimSpace(line)}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("ended with %v, want exit code 3", err)
	}
	if text := string(out); !strings.Contains(text, "latchkey: no window could be opened: this display has no OpenGL") || strings.Contains(text, "goroutine") {
		t.Errorf("it wrote:\n%s", text)
	}
	log, err := os.ReadFile(home + "/.local/state/latchkey/latchkey.log")
	try(t, "log", err)
	if !strings.Contains(string(log), "GLX") || !strings.Contains(string(log), "level=ERROR msg=ended") {
		t.Errorf("the log says:\n%s", log)
	}
}

// TestDisplayGoesAway takes the display away from a signed-in program: it ends
// in good order, and the next start is signed in.
func TestDisplayGoesAway(t *testing.T) {
	ctx, p := waiting(t)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
	p.Stage.BreakDisplay()
	if code, err := p.Program.AwaitEnd(ctx); err != nil || code != 3 {
		t.Fatalf("it ended with code %d, error %v, want 3", code, err)
	}
	trace, err := p.Program.Trace()
	try(t, "trace", err)
	if !strings.Contains(trace, `"event":"stop"`) {
		t.Error("it did not close what was open")
	}
	if text := p.Stage.Log("latchkey"); !strings.Contains(text, "latchkey: the display went away") || strings.Contains(text, "goroutine") {
		t.Errorf("it wrote:\n%s", text)
	}
	try(t, "another display", p.Stage.NewDisplay(ctx))
	p.Program, err = p.Stage.StartProgram(ctx)
	try(t, "second start", err)
	state, err := p.Program.Await(ctx, "the profile", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenProfile && !s.Profile.Refreshing && !s.Profile.Updated.IsZero()
	})
	try(t, "second start", err)
	if state.Problem != nil || state.Crashed || state.Profile.Offline {
		t.Errorf("after it: %+v", state)
	}
	try(t, "quit", p.Quit(ctx))
}
