package trial

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// commandLimit is how long one command may take: apt loads a hundred packages.
const commandLimit = 10 * time.Minute

// Try runs a command at the repository's root, with more environment ("NAME=value")
// before its name, and returns what it printed and how it ended.
func Try(t *testing.T, command ...string) (string, error) {
	t.Helper()
	var more []string
	for strings.Contains(strings.Split(command[0], "/")[0], "=") {
		more, command = append(more, command[0]), command[1:]
	}
	// A test's own context has ended when it cleans up, which runs commands too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = Repository(t)
	cmd.Env = append(os.Environ(), more...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// Run is Try for what must succeed.
func Run(t *testing.T, command ...string) string {
	t.Helper()
	out, err := Try(t, command...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	return out
}

// Refused is Try for what must fail and say all of these.
func Refused(t *testing.T, says []string, command ...string) {
	t.Helper()
	out, err := Try(t, command...)
	if err == nil {
		t.Errorf("%s succeeded:\n%s", strings.Join(command, " "), out)
	}
	for _, words := range says {
		if !strings.Contains(out, words) {
			t.Errorf("%s says %q, want %q in it", strings.Join(command, " "), out, words)
		}
	}
}

// NeedRoot ends the test unless root runs it: packages are installed by root.
func NeedRoot(t *testing.T, target string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skipf("NOT RUN: installing packages needs root: sudo make %s", target)
	}
}
