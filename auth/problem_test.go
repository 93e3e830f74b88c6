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

// codes are the values of the constants of type Code, those of settings too.
func codes(t *testing.T) []string {
	var out []string
	for _, path := range []string{"problem.go", "../settings/settings.go", "../settings/clientjson.go"} {
		out = append(out, codesIn(t, path)...)
	}
	return out
}

func codesIn(t *testing.T, path string) []string {
	file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 {
			return true
		}
		typ, ok := spec.Type.(*ast.Ident)
		if far, is := spec.Type.(*ast.SelectorExpr); is {
			typ, ok = far.Sel, true
		}
		if ok && typ.Name == "Code" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, value)
		}
		return true
	})
	if path == "problem.go" && len(out) < 40 || len(out) == 0 {
		t.Fatalf("found only %d codes in %s: the test looks in the wrong place", len(out), path)
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
