package panva_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// install installs the packages, once, from the lock file, which names versions
// and hashes and no addresses.
var install = sync.OnceValue(func() error {
	lock, err := os.Stat("package-lock.json")
	if err != nil {
		return err
	}
	// npm writes this file last.
	if done, err := os.Stat("node_modules/.package-lock.json"); err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	out, err := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts").CombinedOutput()
	if err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
})

// needNode skips the test where Node is missing or too old.
func needNode(t testing.TB) {
	t.Helper()
	out, err := exec.Command("node", "--version").Output()
	major, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), ".")
	if n, _ := strconv.Atoi(major); err != nil || n < 20 {
		t.Skipf("NOT RUN: needs Node 20 or newer, here is %q", strings.TrimSpace(string(out)))
	}
	if err := install(); err != nil {
		t.Fatal(err)
	}
}

// program is a Node program that is spoken to by lines.
type program struct {
	in  io.WriteCloser
	out *bufio.Reader
	mu  sync.Mutex
}

// start starts a program and ends it with the test.
func start(t testing.TB, arguments ...string) *program {
	t.Helper()
	needNode(t)
	// Reading it makes the script an input of the test in go test's cache.
	if _, err := os.ReadFile(arguments[0]); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, "node", arguments...)
	// The provider warns of what a test wants: keys in memory, http, old Node.
	c.Env = append(os.Environ(), "NODE_NO_WARNINGS=1", "NODE_ENV=test")
	stderr := &strings.Builder{}
	c.Stderr = stderr
	c.WaitDelay = 5 * time.Second
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // both programs end with their input
		ended := time.AfterFunc(5*time.Second, cancel)
		_ = c.Wait()
		ended.Stop()
		cancel()
		if t.Failed() {
			t.Logf("%s said:\n%s", arguments[0], stderr)
		}
	})
	return &program{in: in, out: bufio.NewReader(out)}
}

// read reads one line of JSON.
func (p *program) read(into any) error {
	for {
		line, err := p.out.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("the program ended: %w", err)
		}
		if line[0] == '{' { // not a warning
			return json.Unmarshal(line, into)
		}
	}
}

// ask sends a line and reads one line of JSON.
func (p *program) ask(line string, into any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		return err
	}
	return p.read(into)
}
