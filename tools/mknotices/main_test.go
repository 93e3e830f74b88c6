package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/tools/licence"
)

// TestTheNoticesAreThese: what lies in assets is what the command writes.
func TestTheNoticesAreThese(t *testing.T) {
	t.Chdir("../..")
	out := filepath.Join(t.TempDir(), "notices.txt")
	if err := run(out); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("assets/notices.txt")
	if err != nil {
		t.Fatal(err)
	}
	// Go's own licence is that of whoever builds.
	cut := func(b []byte) []byte { before, _, _ := bytes.Cut(b, []byte(mark+"The Go standard")); return before }
	if !bytes.Equal(cut(fresh), cut(kept)) {
		t.Error("assets/notices.txt is not what go.mod says: run make notices")
	}
}

// TestWhatIsRefused: a module without a licence, and a text that would be taken
// for several.
func TestWhatIsRefused(t *testing.T) {
	var text strings.Builder
	if err := (module{path: "example.com/m", dir: t.TempDir()}).write(&text); !errors.Is(err, licence.ErrUnknown) {
		t.Errorf("no licence: %v", err)
	}
	if err := section(&text, "m", "v1", licence.Licence{ID: "MIT", Text: "MIT\n=== other\tv1\tMIT\n"}); err == nil {
		t.Error("a text with a mark in it is taken")
	}
}
