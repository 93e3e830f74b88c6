package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the name under which the test's own binary is the program, so that
// nothing needs to be built for a test.
const program = "mockprovider"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == program {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestDocumentedExample runs the example of docs/mock-provider.md as it stands
// there.
func TestDocumentedExample(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("no " + tool + " here")
		}
	}
	data, err := os.ReadFile("../../docs/mock-provider.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(data), "<!-- example: program -->\n```sh\n")
	script, _, ok := strings.Cut(script, "```")
	if !ok {
		t.Fatal("the documentation has no example of the program")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, program)); err != nil {
		t.Skip(err)
	}
	// It would wait for ever for a program that does not start.
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	// A script that fails half-way must leave no provider behind.
	run := exec.CommandContext(ctx, "sh", "-euc", "trap 'kill $! 2>/dev/null || true' EXIT\n"+script)
	run.Dir, run.WaitDelay = dir, 5*time.Second
	run.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "no_proxy=127.0.0.1")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"issuer http://127.0.0.1:", `"token_endpoint":`, `{"id":"f2"}`, `"frozen":false`, `"endpoint":"discovery"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}
