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

// TestDocumentedExample runs the example of docs/mock-provider.md as it stands
// there, with the program built from this source.
func TestDocumentedExample(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	for _, tool := range []string{"sh", "curl", "go"} {
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
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	dir := t.TempDir()
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "mockprovider"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
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
