// Command mksbom lists what is inside a program, as an SPDX 2.3 document: every
// Go module that the linker put in, by the program's own word
// (debug/buildinfo), with version, licence and the hash of go.sum.
//
//	mksbom -out dist/latchkey.spdx.json build/latchkey
//
// It must run in the source tree that the program was built from: a module whose
// hash differs from go.sum's is refused, and so is one whose licence nobody
// knows. What the installers need is taken from the environment, as
// packaging/values.sh prints it.
package main

import (
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"app.latchkey/tools/licence"
)

func main() {
	out := flag.String("out", "", "`file` to write")
	flag.Parse()
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "mksbom:", err)
		os.Exit(1)
	}
}

func run(program, out string) error {
	if program == "" || out == "" {
		return errors.New("usage: mksbom -out FILE PROGRAM")
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("reading what is in the program: %w", err)
	}
	p, err := productOf(program, os.Getenv)
	if err != nil {
		return err
	}
	modules, err := modulesOf(info)
	if err != nil {
		return err
	}
	if err := findLicences(modules); err != nil {
		return err
	}
	p.goos, p.goarch, p.goVersion = setting(info, "GOOS"), setting(info, "GOARCH"), strings.TrimPrefix(info.GoVersion, "go")
	text, err := json.MarshalIndent(document(p, modules), "", "  ")
	if err != nil {
		return fmt.Errorf("writing the document: %w", err)
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}

// product is the program itself.
type product struct {
	name, version, file, sha256, maintainer, homepage, commit string
	goos, goarch, goVersion                                   string
	licence                                                   string
	created                                                   time.Time
}

func productOf(program string, env func(string) string) (product, error) {
	p := product{name: env("NAME"), version: env("VERSION"), maintainer: env("MAINTAINER"), homepage: env("HOMEPAGE"), commit: env("COMMIT"), file: filepath.Base(program)}
	if p.name == "" || p.version == "" || p.maintainer == "" || p.homepage == "" {
		return p, errors.New(`the environment lacks NAME, VERSION, MAINTAINER or HOMEPAGE: set -a; eval "$(packaging/values.sh)"`)
	}
	seconds, err := strconv.ParseInt(env("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return p, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	p.created = time.Unix(seconds, 0).UTC()
	if p.sha256, err = hashFile(program); err != nil {
		return p, err
	}
	own, err := licence.Of(".")
	if err != nil {
		return p, err
	}
	p.licence = own.ID
	return p, nil
}

// module is one that was linked.
type module struct {
	path, version, sum, licence string
	parts                       []licence.Part
}

// modulesOf lists a program's modules, and holds their hashes against go.sum.
func modulesOf(info *buildinfo.BuildInfo) ([]*module, error) {
	sums, err := os.ReadFile("go.sum")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading go.sum: %w", err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(sums)) {
		known[strings.TrimSpace(line)] = true
	}
	var modules []*module
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		if dep.Sum == "" || !known[dep.Path+" "+dep.Version+" "+dep.Sum] {
			return nil, fmt.Errorf("%s %s in the program is not the one of go.sum (%s)", dep.Path, dep.Version, cmp.Or(dep.Sum, "no hash"))
		}
		modules = append(modules, &module{path: dep.Path, version: dep.Version, sum: dep.Sum})
	}
	return modules, nil
}

// findLicences asks go where each module lies and reads its licence there.
func findLicences(modules []*module) error {
	args := []string{"list", "-mod=mod", "-m", "-f", "{{.Path}}\t{{.Dir}}"}
	for _, m := range modules {
		args = append(args, m.path)
	}
	list := exec.Command("go", args...)
	list.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	list.Stderr = os.Stderr
	text, err := list.Output()
	if err != nil {
		return fmt.Errorf("asking go where the modules are: %w", err)
	}
	dirs := map[string]string{}
	for line := range strings.Lines(string(text)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		dirs[path] = dir
	}
	for _, m := range modules {
		found, err := licence.Of(dirs[m.path])
		if err != nil {
			return fmt.Errorf("%s %s: %w", m.path, m.version, err)
		}
		m.licence = found.ID
		if m.parts, err = licence.Inside(m.path, dirs[m.path]); err != nil {
			return err
		}
	}
	return nil
}

func setting(info *buildinfo.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
