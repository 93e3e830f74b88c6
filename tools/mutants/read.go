package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// mutant is one defence that is taken out: files and their changed content.
type mutant struct {
	name    string
	changed map[string][]byte // by path
	tests   [][]string        // packages, and flags of go test; the later ones if the earlier did not notice
	red     []wanted          // the tests that must fail; none: any of tests will do
	module  string            // folder in which go test runs
}

// wanted is a test that must notice a mutant.
type wanted struct{ pkg, test string }

// readMutants reads a file of mutants. It consists of blocks, each of which
// begins with a word in the first column:
//
//	tests ./mockprovider ./mockprovider/opsuite
//
// names the packages whose tests must notice what follows, and flags of go test
// as -skip=Chromium. After the word then stand packages that are tried only if
// no test of those before noticed.
//
//	checks mockprovider except host
//
// makes a mutant of each named check that is found in the Go files of that
// folder; see findChecks. A check after "except", or name:file.go, is one that
// cannot be taken out so; a mutant written by hand must begin with these words.
//
//	mutant refresh token rotates
//	file mockprovider/token.go
//	-		g.Generation++
//	+		g.Generation += 0
//
// is a mutant written by hand: the lines after - are to be found once in the
// file, and are replaced by the lines after +. Further changes may follow, each
// with a line "file" of its own.
//
//	red ./auth/attacks TestAttacks/05 forged code
//
// among the lines of a mutant names a test that must notice it; there may be
// several, and all must. Only they are run then, not those of "tests".
//
// Lines that begin with "without" are for readers of the list who look for what
// no mutant takes out. They, empty lines and lines that begin with # are ignored.
// Paths are relative to the module's root, in which the program runs.
func readMutants(path string) ([]mutant, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &reader{path: path, module: "."}
	var stale []error // all of them at once: they are mended together
	for i, line := range strings.Split(string(data), "\n") {
		if err := r.line(line); err != nil {
			stale = append(stale, fmt.Errorf("%s:%d: %w", path, i+1, err))
		}
	}
	if err := r.finish(); err != nil {
		stale = append(stale, fmt.Errorf("%s: %w", path, err))
	}
	if len(stale) > 0 {
		return nil, errors.Join(stale...)
	}
	for _, name := range r.except {
		if !slices.ContainsFunc(r.mutants, func(m mutant) bool { return strings.HasPrefix(m.name, name) }) {
			return nil, fmt.Errorf("%s: the check %s has no mutant", path, name)
		}
	}
	return r.mutants, nil
}

// reader is the state of reading a file of mutants.
type reader struct {
	path, module string
	tests        [][]string
	mutants      []mutant
	except       []string // checks that need a mutant written by hand
	// The mutant that is being read.
	name, file string
	old, new   []string
	changed    map[string][]byte
	red        []wanted
	broken     bool // a change does not apply
}

func (r *reader) line(line string) error {
	if old, ok := strings.CutPrefix(line, "-"); ok {
		r.old = append(r.old, old)
		return nil
	}
	if added, ok := strings.CutPrefix(line, "+"); ok {
		r.new = append(r.new, added)
		return nil
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case word == "" || strings.HasPrefix(word, "#"), word == "without":
		return nil
	case word == "file":
		if err := r.change(); err != nil {
			return err
		}
		r.file = rest
		return nil
	case word == "red":
		pkg, test, ok := strings.Cut(rest, " ")
		if !ok || r.name == "" {
			return errors.New("want a package and a test of it, in a mutant")
		}
		r.red = append(r.red, wanted{pkg, strings.ReplaceAll(strings.TrimSpace(test), " ", "_")})
		return nil
	}
	stale := r.finish() // of the mutant before: this line counts all the same
	switch word {
	case "tests":
		r.tests = nil
		for some := range strings.SplitSeq(rest, " then ") {
			r.tests = append(r.tests, strings.Fields(some))
		}
	case "mutant":
		r.name = rest
	case "checks":
		dir, names, _ := strings.Cut(rest, " except ")
		found, err := findChecks(dir, strings.Fields(names))
		if err != nil {
			return errors.Join(stale, err)
		}
		r.except = append(r.except, strings.Fields(names)...)
		for _, m := range found {
			m.tests, m.module = r.tests, r.module
			r.mutants = append(r.mutants, m)
		}
	default:
		return fmt.Errorf("unknown word %q: want tests, checks, mutant or file", word)
	}
	return stale
}

// change makes the change that was being read.
func (r *reader) change() error {
	if len(r.old) == 0 && len(r.new) == 0 {
		return nil
	}
	old, added := strings.Join(r.old, "\n"), strings.Join(r.new, "\n")
	r.old, r.new = nil, nil
	data, ok := r.changed[r.file]
	if !ok {
		var err error
		if data, err = os.ReadFile(filepath.FromSlash(r.file)); err != nil {
			r.broken = true
			return fmt.Errorf("mutant %s: %w", r.name, err)
		}
	}
	if n := bytes.Count(data, []byte(old)); n != 1 || old == "" {
		r.broken = true
		return fmt.Errorf("mutant %s: what it replaces is %d times in %s, want once", r.name, n, r.file)
	}
	if r.changed == nil {
		r.changed = map[string][]byte{}
	}
	r.changed[r.file] = bytes.Replace(data, []byte(old), []byte(added), 1)
	return nil
}

// finish makes the mutant that was being read.
func (r *reader) finish() error {
	if r.name == "" {
		return nil
	}
	err := r.change()
	m := mutant{name: r.name, tests: r.tests, module: r.module, changed: r.changed, red: r.red}
	if len(m.red) > 0 {
		m.tests = runs(m.red)
	}
	broken := r.broken
	r.name, r.changed, r.red, r.broken = "", nil, nil, false
	switch {
	case err != nil || broken:
		return err
	case len(m.changed) == 0:
		return fmt.Errorf("mutant %s: it changes nothing", m.name)
	case len(m.tests) == 0:
		return fmt.Errorf("mutant %s: no tests were named before it", m.name)
	}
	r.mutants = append(r.mutants, m)
	return nil
}

// runs are the arguments of each run of go test that is needed for these tests:
// one for each test at the top, of which only the cases that are wanted are run.
func runs(red []wanted) [][]string {
	var tops []wanted
	parts := map[wanted][]string{}
	for _, w := range red {
		name, part, _ := strings.Cut(w.test, "/")
		top := wanted{w.pkg, name}
		if !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
		if quoted := regexp.QuoteMeta(part); !slices.Contains(parts[top], quoted) {
			parts[top] = append(parts[top], quoted)
		}
	}
	var runs [][]string
	for _, top := range tops {
		pattern := "^" + top.test + "$"
		if !slices.Contains(parts[top], "") {
			pattern += "/^(" + strings.Join(parts[top], "|") + ")$"
		}
		runs = append(runs, []string{"-run=" + pattern, top.pkg})
	}
	return runs
}

// wholes are fewer runs in which these tests are run, and more: one a package.
func wholes(red []wanted) [][]string {
	var packages []string
	names := map[string][]string{}
	for _, w := range red {
		name, _, _ := strings.Cut(w.test, "/")
		if len(names[w.pkg]) == 0 {
			packages = append(packages, w.pkg)
		}
		if !slices.Contains(names[w.pkg], name) {
			names[w.pkg] = append(names[w.pkg], name)
		}
	}
	var list [][]string
	for _, pkg := range packages {
		list = append(list, []string{"-run=^(" + strings.Join(names[pkg], "|") + ")$", pkg})
	}
	return list
}
