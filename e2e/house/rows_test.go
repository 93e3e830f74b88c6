package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// proof is a test as docs/security.md names it: its package's folder and its
// name.
var proof = regexp.MustCompile("`([a-z0-9/]+) (Test[A-Za-z0-9_]+)`")

// TestRows: docs/security.md has each row of the list of behaviours, and each
// has a test that exists, or says why it has none. Rows that come later are
// known, and at most three others may be left.
func TestRows(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(b), "<!-- rows:")
	if !ok {
		t.Fatal("docs/security.md has no table of rows")
	}
	table, _, _ = strings.Cut(table, "\n### ")
	next, left := 1, 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 3 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			continue
		}
		if n != next || len(cells) != 7 {
			t.Fatalf("row %d with %d cells where row %d with 5 is expected", n, len(cells)-2, next)
		}
		next++
		proved := strings.TrimSpace(cells[5])
		later, isLeft := strings.HasPrefix(proved, "later: "), strings.HasPrefix(proved, "left: ") || strings.Contains(cells[4], "*Left:*")
		switch {
		case later && !slices.Contains([]int{43, 44, 51}, n):
			t.Errorf("row %d may not come later", n)
		case isLeft:
			left++
		case !later && !proof.MatchString(proved):
			t.Errorf("row %d names no test", n)
		}
	}
	if next != 56 {
		t.Errorf("there are %d rows, want 55", next-1)
	}
	if left > 3 {
		t.Errorf("%d rows are left, wholly or in part; three may be", left)
	}
}

// TestNamedTestsExist: every test that docs/security.md names is there.
func TestNamedTestsExist(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := proof.FindAllStringSubmatch(string(b), -1)
	if len(names) < 100 {
		t.Fatalf("only %d tests are named: this test looks in the wrong place", len(names))
	}
	sources := map[string]string{} // the tests of a folder
	for _, n := range names {
		dir, name := n[1], n[2]
		if _, read := sources[dir]; !read {
			files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				text, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				sources[dir] += string(text)
			}
		}
		if !strings.Contains(sources[dir], "\nfunc "+name+"(t *testing.T)") {
			t.Errorf("docs/security.md names `%s %s`, which does not exist", dir, name)
		}
	}
}
