package attacks_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the repository's, as seen from here.
const root = "../../"

const (
	document = root + "docs/security.md"
	begins   = "<!-- The table of attacks is made by: UPDATE=1 go test ./auth/attacks -run TestDocument -->\n"
	ends     = "<!-- The table of attacks ends here. -->\n"
)

// TestDocument: docs/security.md shows the table as it is. UPDATE=1 writes it.
func TestDocument(t *testing.T) {
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(data), begins)
	old, after, ok2 := strings.Cut(rest, ends)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the table", document)
	}
	table := markdown(all())
	if old == table {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Fatalf("%s is stale: UPDATE=1 go test ./auth/attacks -run TestDocument", document)
	}
	if err := os.WriteFile(document, []byte(before+begins+table+ends+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// markdown is the table as docs/security.md shows it.
func markdown(list []attack) string {
	var b strings.Builder
	b.WriteString("\n| case | who | what they do | what must happen | asked for by | defence |\n|---|---|---|---|---|---|\n")
	for _, a := range list {
		where := "`" + strings.ReplaceAll(a.where, " ", "`, `") + "`"
		name := a.id()
		if !a.here() {
			name += " (" + "`" + strings.Join(a.elsewhere, "`, `") + "`)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s (%s) |\n", name, a.by, a.does, a.must, a.section, a.defence, where)
	}
	fmt.Fprintf(&b, "\n%d cases of %d kinds.\n\n", len(list), kinds)
	return b.String()
}

// testExists looks for a test, "auth/loopback TestRefused", and for the name of
// its case, "auth/loopback TestRefused/no_state", in the source.
func testExists(name string) error {
	dir, test, ok := strings.Cut(name, " ")
	if !ok {
		return fmt.Errorf("%q is no package and test", name)
	}
	test, part, _ := strings.Cut(test, "/")
	files, err := filepath.Glob(root + dir + "/*_test.go")
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !strings.Contains(string(data), "\nfunc "+test+"(t *testing.T) {\n") {
			continue
		}
		if part == "" || strings.Contains(string(data), `"`+strings.ReplaceAll(part, "_", " ")+`"`) {
			return nil
		}
		return fmt.Errorf("%s has no case %q", name, part)
	}
	return errors.New("there is no test " + name)
}
