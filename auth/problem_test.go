package auth_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// codes are the values of the constants of type Code.
func codes(t *testing.T) []string {
	file, err := parser.ParseFile(gotoken.NewFileSet(), "problem.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, value)
		}
		return true
	})
	if len(out) < 40 {
		t.Fatalf("found only %d codes: the test looks in the wrong place", len(out))
	}
	return out
}

// Each code has its row in the documents and its words in the window.
func TestEachCodeIsToldAbout(t *testing.T) {
	text, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	english, err := os.ReadFile("../assets/translations/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]any
	if err := json.Unmarshal(english, &words); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, code := range codes(t) {
		known[code] = true
		if strings.Count(string(text), "\n| `"+code+"` |") != 1 {
			t.Errorf("docs/security.md has no row, or several, for `%s`", code)
		}
		if code == "canceled" {
			continue
		}
		for _, part := range []string{"title", "text"} {
			if words["problem."+code+"."+part] == nil {
				t.Errorf("en.json lacks problem.%s.%s", code, part)
			}
		}
	}
	_, table, _ := strings.Cut(string(text), "## Problems")
	for line := range strings.Lines(table) {
		if code, ok := strings.CutPrefix(line, "| `"); ok {
			if code, _, _ := strings.Cut(code, "`"); !known[code] {
				t.Errorf("docs/security.md tells of `%s`, which is no code", code)
			}
		}
	}
}
