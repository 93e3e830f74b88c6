package e2e_test

import (
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// TestSecondStart starts the program twice on one folder: the second start
// raises the first one's window and ends.
func TestSecondStart(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	first, err := s.StartProgram(ctx, "--demo")
	try(t, "start", err)
	_, err = first.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "the first screen", err)
	second := func() {
		t.Helper()
		_, err := s.OtherWindow(ctx)
		try(t, "another window", err)
		ended, err := s.RunProgram(ctx, nil)
		try(t, "the second start", err)
		if ended.Code != 0 || ended.Out != "latchkey: already running: its window was raised\n" || ended.Errors != "" {
			t.Errorf("the second start ended with %+v", ended)
		}
	}
	second()
	try(t, "raise", first.AwaitRaise(ctx))
	try(t, "focus", s.AwaitActive(ctx, first.Window))
	try(t, "minimize", s.Minimize(ctx, first.Window))
	second()
	try(t, "back from the task bar", s.AwaitActive(ctx, first.Window))

	// One that was killed leaves its socket behind, and is nobody.
	first.Kill()
	try(t, "the window's end", s.AwaitGone(ctx, first.Window))
	third, err := s.StartProgram(ctx, "--demo")
	try(t, "start after a crash", err)
	second()
	try(t, "focus", s.AwaitActive(ctx, third.Window))
	try(t, "quit", third.Quit(ctx))
	if text := s.Log("latchkey"); strings.Contains(text, "panic") {
		t.Errorf("it wrote:\n%s", text)
	}
}
