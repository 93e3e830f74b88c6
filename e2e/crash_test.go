package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// TestCrashIsTold lets the program break down; the next start says so, and shows
// the report.
func TestCrashIsTold(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	program, err := s.StartProgram(ctx, "--demo")
	try(t, "start", err)
	state, err := program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "the first screen", err)
	if state.Crashed {
		t.Error("the first start tells of a crash")
	}
	try(t, "crash", program.Signal(syscall.SIGSEGV))
	if code, err := program.AwaitEnd(ctx); err != nil || code != 2 {
		t.Errorf("it ended with code %d, error %v, want 2", code, err)
	}
	program, err = s.StartProgram(ctx, "--demo")
	try(t, "second start", err)
	_, err = program.Await(ctx, "the word of the crash", func(st presenter.State) bool { return st.Crashed })
	try(t, "second start", err)
	logs := filepath.Join(s.Config, "logs")
	report, err := os.ReadFile(filepath.Join(logs, "last-crash.txt"))
	try(t, "report", err)
	if text := string(report); !strings.Contains(text, "SIGSEGV") || !strings.Contains(text, "main.main()") {
		t.Errorf("the report is:\n%s", text)
	}
	try(t, "to the report", program.Press(ctx, "Tab", "Tab", "Return"))
	opened, err := s.AwaitOpened(ctx, 1)
	try(t, "the folder", err)
	if opened != "file://"+logs {
		t.Errorf("opened %q, want the folder of the logs", opened)
	}
	_, err = program.Await(ctx, "the end of it", func(st presenter.State) bool { return !st.Crashed })
	try(t, "dismissed", err)
	try(t, "quit", program.Quit(ctx))
}
