package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one defence that is taken out: files and their changed content.
type mutant struct {
	name    string
	changed map[string][]byte // by path
	tests   [][]string        // packages, and flags of go test; the later ones if the earlier did not notice
	module  string            // folder in which go test runs
}

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
// file, and are replaced by the lines after +. Empty lines and lines that begin
// with # are ignored. Paths are relative to the module's root, in which the
// program runs.
func readMutants(path string) ([]mutant, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &reader{path: path, module: "."}
	for i, line := range strings.Split(string(data), "\n") {
		if err := r.line(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
	}
	if err := r.finish(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
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
	case word == "" || strings.HasPrefix(word, "#"):
		return nil
	case word == "file":
		r.file = rest
		return nil
	}
	if err := r.finish(); err != nil {
		return err
	}
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
			return err
		}
		r.except = append(r.except, strings.Fields(names)...)
		for _, m := range found {
			m.tests, m.module = r.tests, r.module
			r.mutants = append(r.mutants, m)
		}
	default:
		return fmt.Errorf("unknown word %q: want tests, checks, mutant or file", word)
	}
	return nil
}

// finish makes the mutant that was being read.
func (r *reader) finish() error {
	if r.name == "" {
		return nil
	}
	name, file := r.name, r.file
	old, added := strings.Join(r.old, "\n"), strings.Join(r.new, "\n")
	r.name, r.old, r.new = "", nil, nil
	data, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		return fmt.Errorf("mutant %s: %w", name, err)
	}
	if n := bytes.Count(data, []byte(old)); n != 1 || old == "" {
		return fmt.Errorf("mutant %s: what it replaces is %d times in %s, want once", name, n, file)
	}
	if len(r.tests) == 0 {
		return fmt.Errorf("mutant %s: no tests were named before it", name)
	}
	r.mutants = append(r.mutants, mutant{
		name: name, tests: r.tests, module: r.module,
		changed: map[string][]byte{file: bytes.Replace(data, []byte(old), []byte(added), 1)},
	})
	return nil
}
