package linux_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/packaging/trial"
)

// TestFynePackage: whoever knows Fyne expects `fyne package` at the root to make
// a program that works. It is done in a copy, because it rewrites FyneApp.toml,
// with its own flags for C, because of which it compiles all of Fyne the first
// time.
func TestFynePackage(t *testing.T) {
	fyne := os.Getenv("LATCHKEY_FYNE")
	if fyne == "" {
		t.Skip("NOT RUN: LATCHKEY_FYNE names no fyne command; make test-packages builds it")
	}
	tree := filepath.Join(t.TempDir(), "a copy")
	if err := os.Mkdir(tree, 0o755); err != nil {
		t.Fatal(err)
	}
	// What is not committed yet counts, too; what was deleted does not.
	trial.Run(t, "bash", "-c", `set -o pipefail
git ls-files -z -co --exclude-standard | while IFS= read -rd '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
	tar --null -T - -cf - | tar -C "$0" -xf -`, tree)
	trial.Run(t, "bash", "-c", `cd "$0" && unset GOFLAGS && "$1" package --target linux --release`, tree, fyne)

	name := trial.Value(t, "NAME")
	archive := filepath.Join(tree, name+".tar.xz")
	report := trial.NewReport(t, archive)
	report.Tried("made by fyne package in a copy of the tree")
	place := t.TempDir()
	trial.Run(t, "tar", "-C", place, "-xJf", archive)
	entries, err := filepath.Glob(filepath.Join(place, "*/usr/local/share/applications/*.desktop"))
	if err != nil || len(entries) != 1 || filepath.Base(entries[0]) != trial.Value(t, "ID")+".desktop" {
		t.Fatalf("the archive's menu entries are %q, error = %v", entries, err)
	}
	trial.Run(t, "desktop-file-validate", entries[0])
	programs, err := filepath.Glob(filepath.Join(place, "*/usr/local/bin/*"))
	if err != nil || len(programs) != 1 {
		t.Fatalf("the archive's programs are %q, error = %v", programs, err)
	}
	if out := trial.Run(t, programs[0], "--version"); !strings.Contains(out, trial.Value(t, "VERSION")) {
		t.Errorf("--version says %q", out)
	}
	person := trial.NewPerson(t, "fyne-package", programs[0])
	person.SignsIn()
	person.Quits()
	person.IsStillSignedIn()
	person.Quits()
	report.Tried("signed in, still signed in at the next start")
}
