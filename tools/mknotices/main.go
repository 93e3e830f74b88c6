// Command mknotices writes the notices of others' work that a program holds: of
// each Go module that is linked on any system it is built for, name, version and
// licence, word for word, and those of the parts inside a module that have their
// own.
//
//	mknotices -out assets/notices.txt
//
// It must run in the module of the program. A module whose licence nobody knows
// is an error: somebody has to look.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"app.latchkey/tools/licence"
)

// systems are those the program is built for.
var systems = []string{"linux", "windows", "darwin"}

// tags are those of a release: another set links other packages.
const tags = "release,migrated_fynedo"

// mark begins the line above each text; the rest of it is name, version and SPDX
// licence expression, between tabs. Package assets reads it.
const mark = "=== "

func main() {
	out := flag.String("out", "assets/notices.txt", "`file` to write")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "mknotices:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	modules := map[string]module{}
	for _, system := range systems {
		found, err := linked(system)
		if err != nil {
			return err
		}
		for _, m := range found {
			modules[m.path] = m
		}
	}
	var text strings.Builder
	own, err := licence.Of(".")
	if err != nil {
		return err
	}
	if err := section(&text, "Latchkey", "this program", own); err != nil {
		return err
	}
	for _, m := range slices.SortedFunc(mapValues(modules), func(a, b module) int { return cmp.Compare(a.path, b.path) }) {
		if err := m.write(&text); err != nil {
			return err
		}
	}
	if err := goItself().write(&text); err != nil {
		return err
	}
	return os.WriteFile(out, []byte(text.String()), 0o644)
}

func mapValues(m map[string]module) func(func(module) bool) {
	return func(yield func(module) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// module is one that the program holds.
type module struct{ path, version, dir string }

// linked lists the modules that the program links on a system.
func linked(system string) ([]module, error) {
	list := exec.Command("go", "list", "-tags", tags, "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
	list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=1", "GOFLAGS=-mod=readonly")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the packages for %s: %w", system, err)
	}
	var found []module
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if line == "" {
			continue
		}
		part := strings.Split(line, "\t")
		if len(part) != 3 || part[2] == "" {
			return nil, fmt.Errorf("go list says %q", line)
		}
		found = append(found, module{part[0], part[1], part[2]})
	}
	if len(found) == 0 {
		return nil, errors.New("go list names no module")
	}
	return found, nil
}

// goItself is the standard library. Its version is that of whoever builds.
func goItself() module {
	out, _ := exec.Command("go", "env", "GOROOT").Output()
	return module{path: "The Go standard library", dir: strings.TrimSpace(string(out))}
}

func (m module) write(to *strings.Builder) error {
	l, err := licence.Of(m.dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.path, err)
	}
	if err := section(to, m.path, m.version, l); err != nil {
		return err
	}
	parts, err := licence.Inside(m.path, m.dir)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := section(to, p.Name, "in "+m.path, p.Licence); err != nil {
			return err
		}
	}
	if notice, err := os.ReadFile(filepath.Join(m.dir, "NOTICE")); err == nil { // Apache-2.0 §4(d)
		return section(to, m.path, "NOTICE", licence.Licence{ID: l.ID, Text: string(notice)})
	}
	return nil
}

func section(to *strings.Builder, name, version string, l licence.Licence) error {
	text := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(l.Text, ""), "\r\n", "\n"))
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, mark) {
			return fmt.Errorf("the licence of %s holds a line that begins with %q", name, mark)
		}
	}
	fmt.Fprintf(to, "%s%s\t%s\t%s\n%s\n", mark, name, version, l.ID, text)
	return nil
}
