package panva

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// ErrNoNode says that Node is missing or too old.
var ErrNoNode = errors.New("needs Node 20 or newer")

// Install makes the programs of a folder ready to run: this package's own. It
// installs the packages, once, from the lock file, which names versions and hashes
// and no addresses.
func Install(ctx context.Context, dir string) error {
	out, err := exec.CommandContext(ctx, "node", "--version").Output()
	version := strings.TrimSpace(string(out))
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if n, _ := strconv.Atoi(major); err != nil || n < 20 {
		return fmt.Errorf("%w, here is %q", ErrNoNode, version)
	}
	lock, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("the folder of the npm programs: %w", err)
	}
	// Tests of several packages need them, at the same time perhaps.
	turn := flock.New(filepath.Join(dir, ".npm-ci.lock"))
	if err := turn.Lock(); err != nil {
		return fmt.Errorf("waiting for another npm: %w", err)
	}
	defer func() { _ = turn.Unlock() }()
	// npm writes this file last.
	if done, err := os.Stat(filepath.Join(dir, "node_modules/.package-lock.json")); err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	install := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
}

// Program is a Node program that is spoken to by lines.
type Program struct {
	cmd    *exec.Cmd
	cancel context.CancelFunc
	in     io.WriteCloser
	out    *bufio.Reader
	stderr strings.Builder
}

// Start starts a script of a folder. Stop ends it.
func Start(dir, script string) (*Program, error) {
	if _, err := os.Stat(filepath.Join(dir, script)); err != nil { // go test's cache then knows that the script matters
		return nil, fmt.Errorf("the script: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Program{cancel: cancel, cmd: exec.CommandContext(ctx, "node", script)}
	p.cmd.Dir = dir
	// The provider warns of what a test wants: keys in memory, http, old Node.
	p.cmd.Env = append(os.Environ(), "NODE_NO_WARNINGS=1", "NODE_ENV=test")
	p.cmd.Stderr, p.cmd.WaitDelay = &p.stderr, 5*time.Second
	in, err := p.cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("starting %s: %w", script, err)
	}
	return p, nil
}

// Stop ends the program, which ends with its input, and returns what it said on
// its standard error.
func (p *Program) Stop() string {
	_ = p.in.Close()
	ended := time.AfterFunc(5*time.Second, p.cancel)
	_ = p.cmd.Wait()
	ended.Stop()
	p.cancel()
	return p.stderr.String()
}

// Send sends a line.
func (p *Program) Send(line []byte) error {
	_, err := fmt.Fprintf(p.in, "%s\n", line)
	return err
}

// Line reads one line of JSON.
func (p *Program) Line() ([]byte, error) {
	for {
		line, err := p.out.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("the program ended: %w", err)
		}
		if line[0] == '{' { // not a warning
			return line, nil
		}
	}
}
