package mockprovider_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"app.latchkey/mockprovider/fault"
)

var update = flag.Bool("update", false, "write what is generated into docs/mock-provider.md")

const docs = "../docs/mock-provider.md"

// TestDocs checks that what docs/mock-provider.md takes from the program is as
// the program is; go test ./mockprovider -run TestDocs -update makes it so.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	want := string(data)
	for name, text := range map[string]string{
		"fault table":     fault.Markdown(),
		"example sign-in": goCode(t, "mocktest/examples_test.go", "TestClientSignsIn"),
		"example faults":  goCode(t, "mocktest/examples_test.go", "TestClientMeetsFaults"),
	} {
		begin, end := "<!-- begin: "+name+" -->\n", "<!-- end: "+name+" -->"
		before, rest, ok1 := strings.Cut(want, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("the documentation has no place for %q", name)
		}
		want = before + begin + text + end + after
	}
	if want == string(data) {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: go test ./mockprovider -run TestDocs -update", docs)
	}
	if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDocsNameEveryFault reads the documentation as a person does: one row per
// fault, its name in backquotes in the first column, and no other names.
func TestDocsNameEveryFault(t *testing.T) {
	data, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(data), "<!-- begin: fault table -->")
	table, _, _ = strings.Cut(table, "<!-- end: fault table -->")
	found := map[string]int{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(table, -1) {
		found[m[1]]++
	}
	for _, r := range fault.Rows() {
		if found[r.Name] != 1 {
			t.Errorf("%s has %d rows", r.Name, found[r.Name])
		}
		delete(found, r.Name)
	}
	for name := range found {
		t.Errorf("%s is documented and does not exist", name)
	}
}

// goCode returns a function of a file as a block of Markdown.
func goCode(t *testing.T, path, name string) string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != name {
			continue
		}
		var b bytes.Buffer
		b.WriteString("```go\n")
		config := printer.Config{Mode: printer.UseSpaces | printer.TabIndent, Tabwidth: 8}
		if err := config.Fprint(&b, set, &printer.CommentedNode{Node: f, Comments: file.Comments}); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n```\n")
		return b.String()
	}
	t.Fatalf("%s has no %s", path, name)
	return ""
}
