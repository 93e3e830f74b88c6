// Package house states who may import whom in Latchkey, and checks it. The
// rules are those of docs/architecture.md: each is a value in [Rules] with a
// name, a reason and a function that finds what breaks it, so that a rule can
// be tried against a house made up for the purpose as well as the real one.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Module is the import path of the repository's root.
const Module = "app.latchkey"

// Package is what `go list` says of a package. Test files are left out: tests
// may look into any room.
type Package struct {
	ImportPath string
	Dir        string
	Name       string
	Doc        string
	GoFiles    []string
	CgoFiles   []string
	Imports    []string // direct
	Deps       []string // direct and indirect
	Standard   bool
}

// Ours reports whether an import path belongs to this repository.
func Ours(path string) bool {
	return path == Module || strings.HasPrefix(path, Module+"/")
}

// Room returns the path of a package below the module; "" is main.
func Room(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, Module), "/")
}

// List asks `go list` for our packages as they are built for an operating
// system. The foreign ones need no cgo for that.
func List(dir, goos string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Name,Doc,GoFiles,CgoFiles,Imports,Deps,Standard", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+goos)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list for %s: %w", goos, err)
	}
	var packages []Package
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p Package
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", goos, err)
		}
		packages = append(packages, p)
	}
}

// within reports whether a room is one of the given rooms or lies below one
// that ends in "/...".
func within(room string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool {
		base, below := strings.CutSuffix(r, "/...")
		return room == base || below && strings.HasPrefix(room, base+"/")
	})
}

// below reports whether an import path is base or lies below it.
func below(path, base string) bool {
	return path == base || strings.HasPrefix(path, base+"/")
}
