package rpcheck_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"strings"
	"testing"
)

// TestDocument checks that the code in docs/conformance.md is that of the example,
// which is a test; LATCHKEY_CONFORMANCE=update makes it so.
func TestDocument(t *testing.T) {
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	want := string(data)
	for place, function := range map[string]string{"example": "Example", "driver": "signInWithGoLibraries"} {
		begin, end := "<!-- begin: "+place+" -->\n", "<!-- end: "+place+" -->"
		before, rest, ok1 := strings.Cut(want, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("%s has no place for the %s", document, place)
		}
		want = before + begin + "```go\n" + source(t, function) + "\n```\n" + end + after
	}
	if want == string(data) {
		return
	}
	if os.Getenv("LATCHKEY_CONFORMANCE") != "update" {
		t.Fatalf("the code in %s is stale: LATCHKEY_CONFORMANCE=update go test -run TestDocument ./mockprovider/rpcheck", document)
	}
	if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// source returns a function of the example.
func source(t *testing.T, name string) string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "example_test.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != name {
			continue
		}
		var b bytes.Buffer
		config := printer.Config{Mode: printer.UseSpaces | printer.TabIndent, Tabwidth: 8}
		if err := config.Fprint(&b, set, &printer.CommentedNode{Node: f, Comments: file.Comments}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	t.Fatalf("the example has no %s", name)
	return ""
}
