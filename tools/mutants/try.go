package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// limit ends a mutant's tests: one that makes them hang is noticed too.
const limit = "120s"

// result is how a mutant fared.
type result struct {
	survived bool
	noticed  []string // tests
	missed   string   // the test that had to notice and did not
	problem  string
}

func (r result) line(verbose bool) string {
	switch {
	case r.problem != "":
		return "NOT TRIED: " + r.problem
	case r.missed != "":
		return "SURVIVED: not noticed by " + r.missed
	case r.survived:
		return "SURVIVED"
	case verbose:
		return strings.Join(r.noticed, "\n    ")
	case len(r.noticed) > 1:
		return fmt.Sprintf("%s (and %d more)", r.noticed[0], len(r.noticed)-1)
	}
	return r.noticed[0]
}

// try runs the tests with the mutant's files in place of the real ones, until
// one notices; to the end of those packages if all that noticed are wanted.
func (m mutant) try(ctx context.Context, dir string, all bool) result {
	overlay, err := m.overlay(dir)
	if err != nil {
		return result{survived: true, problem: err.Error()}
	}
	// A mutant that does not compile fails every test and proves nothing.
	packages := slices.DeleteFunc(slices.Concat(m.tests...), func(word string) bool { return strings.HasPrefix(word, "-") })
	build := exec.CommandContext(ctx, "go", append([]string{"build", "-o", os.DevNull, "-overlay", overlay}, packages...)...)
	build.Dir = m.module
	if out, err := build.CombinedOutput(); err != nil {
		return result{survived: true, problem: "does not compile: " + firstLines(out)}
	}
	var found result
	for _, tests := range m.tests {
		r := m.run(ctx, overlay, tests, all || len(m.red) > 0)
		if r.problem != "" || !r.survived && len(m.red) == 0 {
			return r
		}
		found.noticed = append(found.noticed, r.noticed...)
	}
	for _, w := range m.red {
		if !slices.ContainsFunc(found.noticed, w.is) {
			return result{survived: true, missed: w.pkg + " " + w.test}
		}
	}
	found.survived = len(m.red) == 0
	return found
}

// is says whether a test that failed, as failed names it, is the one or a part of
// it; a package that failed as a whole counts, for it never came to the test.
func (w wanted) is(noticed string) bool {
	name := strings.TrimPrefix(w.pkg, "./") + " "
	if noticed == name+"as a whole" {
		return true
	}
	test, ok := strings.CutPrefix(noticed, name)
	return ok && (test == w.test || strings.HasPrefix(test, w.test+"/"))
}

// run runs some of the tests.
func (m mutant) run(ctx context.Context, overlay string, tests []string, all bool) result {
	args := []string{"test", "-json", "-vet=off", "-timeout", limit, "-overlay", overlay}
	if !all {
		args = append(args, "-failfast")
	}
	test := exec.CommandContext(ctx, "go", append(args, tests...)...)
	test.Dir = m.module
	// Tests that ask the go command about the source are to see the same.
	test.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	test.WaitDelay = 10 * time.Second
	out, err := test.Output()
	noticed, broken := failed(out)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return result{survived: true}
	case broken: // in what only the tests link
		return result{survived: true, problem: "does not compile: " + firstLines(compiler(out))}
	case !errors.As(err, &exit):
		return result{survived: true, problem: err.Error()}
	case len(noticed) == 0:
		return result{survived: true, problem: "the tests failed, and none of them: " + firstLines(out)}
	}
	return result{noticed: noticed}
}

// overlay writes the changed files and the file that says where they belong.
func (m mutant) overlay(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	replace := map[string]string{}
	for path, data := range m.changed {
		real, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		copied := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		if err := os.WriteFile(copied, data, 0o600); err != nil {
			return "", err
		}
		replace[real] = copied
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, data, 0o600)
}

// failed lists the tests that failed, without those that failed only because
// one of their parts did. Tests of the suite come first.
//
// broken says that something did not compile.
func failed(out []byte) (names []string, broken bool) {
	parts := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct{ Action, Package, Test, FailedBuild string }
		if json.Unmarshal(lines.Bytes(), &event) != nil || event.Action != "fail" {
			continue
		}
		broken = broken || event.FailedBuild != ""
		_, room, _ := strings.Cut(event.Package, "/")
		if event.Test == "" {
			// A package that failed with no test: it panicked or hung.
			if !parts[event.Package] {
				names = append(names, room+" as a whole")
			}
			continue
		}
		parts[event.Package] = true
		if parts[event.Package+" "+event.Test] {
			continue
		}
		for parent := event.Test; strings.Contains(parent, "/"); {
			parent = parent[:strings.LastIndex(parent, "/")]
			parts[event.Package+" "+parent] = true
		}
		names = append(names, room+" "+event.Test)
	}
	return names, broken
}

// compiler is what the compiler said among the events.
func compiler(out []byte) []byte {
	var said []byte
	for line := range bytes.Lines(out) {
		var event struct{ Action, Output string }
		if json.Unmarshal(line, &event) == nil && event.Action == "build-output" {
			said = append(said, event.Output...)
		}
	}
	return said
}

func firstLines(out []byte) string {
	s := strings.TrimSpace(string(out))
	if len(s) > 400 {
		s = s[:400] + "…"
	}
	return s
}
