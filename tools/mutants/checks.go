package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// findChecks makes a mutant of each named check in a folder's Go files. A check
// is written in one of two ways:
//
//	{"code_known", "RFC 6749 §5.2", func(…) *refusal { … return refuse(…) … }}
//
// an element of a table: every refusal it returns becomes nil, while all that
// it does besides stays; and
//
//	if … { f = refuse(…).at("interaction_browser", "RFC 9700 §4.7.1") … }
//
// anywhere else: the condition becomes false. A check that is written in
// neither way is an error, for it could not be taken out, unless except lists
// it by name or by name:file.go.
func findChecks(dir string, except []string) ([]mutant, error) {
	c := &checks{dir: dir, except: except, fset: token.NewFileSet(), functions: map[string]*ast.FuncDecl{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(c.fset, name, data, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c.files = append(c.files, source{name, data, file})
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				c.functions[f.Name.Name] = f
			}
		}
	}
	for _, s := range c.files {
		c.tables(s)
	}
	for _, s := range c.files {
		c.conditions(s)
	}
	if len(c.problems) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(c.problems, "\n"))
	}
	if len(c.found) == 0 {
		return nil, fmt.Errorf("no checks in %s", dir)
	}
	return c.found, nil
}

type source struct {
	name string
	data []byte
	file *ast.File
}

type checks struct {
	dir       string
	except    []string
	fset      *token.FileSet
	files     []source
	functions map[string]*ast.FuncDecl
	// spans are the bodies of checks in tables: what is below them is taken
	// out already.
	spans    []ast.Node
	found    []mutant
	problems []string
}

// insertion is text to put into a file.
type insertion struct {
	at   token.Pos
	text string
}

// tables finds checks that are elements of a table.
func (c *checks) tables(s source) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if !ok || !isCheckTable(table.Type) {
			return true
		}
		for _, e := range table.Elts {
			if row, ok := e.(*ast.CompositeLit); ok && len(row.Elts) == 3 {
				c.row(row)
			}
		}
		return true
	})
}

// isCheckTable recognises []check[T].
func isCheckTable(t ast.Expr) bool {
	array, ok := t.(*ast.ArrayType)
	if !ok {
		return false
	}
	index, ok := array.Elt.(*ast.IndexExpr)
	if !ok {
		return false
	}
	name, ok := index.X.(*ast.Ident)
	return ok && name.Name == "check"
}

func (c *checks) row(row *ast.CompositeLit) {
	name := text(value(row.Elts[0]))
	var body ast.Node
	switch f := value(row.Elts[2]).(type) {
	case *ast.FuncLit:
		body = f.Body
	case *ast.Ident:
		if d := c.functions[f.Name]; d != nil {
			body = d.Body
		}
	}
	if name == "" || body == nil {
		c.problems = append(c.problems, fmt.Sprintf("%s: a check whose name or function cannot be found", c.fset.Position(row.Pos())))
		return
	}
	c.spans = append(c.spans, body)
	var edits []insertion
	ast.Inspect(body, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		r, ok := n.(*ast.ReturnStmt)
		if !ok || len(r.Results) != 1 {
			return true
		}
		if id, ok := r.Results[0].(*ast.Ident); ok && id.Name == "nil" {
			return true
		}
		edits = append(edits, insertion{r.Results[0].Pos(), "taken("}, insertion{r.Results[0].End(), ")"})
		return true
	})
	c.add(name, body.Pos(), edits)
}

// conditions finds checks that are named by at.
func (c *checks) conditions(s source) {
	var path []ast.Node
	ast.Inspect(s.file, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		path = append(path, n)
		if slices.Contains(c.spans, n) {
			path = path[:len(path)-1]
			return false
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "at" || len(call.Args) != 2 {
			return true
		}
		if name := text(call.Args[0]); name != "" {
			c.condition(name, call, path)
		}
		return true
	})
}

// condition takes out the innermost condition around a call.
func (c *checks) condition(name string, call ast.Node, path []ast.Node) {
	for _, n := range slices.Backward(path) {
		switch n := n.(type) {
		case *ast.IfStmt:
			if call.Pos() >= n.Body.Pos() && call.End() <= n.Body.End() {
				c.add(name, call.Pos(), []insertion{{n.Cond.Pos(), "false && ("}, {n.Cond.End(), ")"}})
				return
			}
		case *ast.CaseClause:
			var edits []insertion
			for _, e := range n.List {
				if _, literal := e.(*ast.BasicLit); literal {
					edits = nil
					break
				}
				edits = append(edits, insertion{e.Pos(), "false && ("}, insertion{e.End(), ")"})
			}
			if edits != nil {
				c.add(name, call.Pos(), edits)
				return
			}
		}
	}
	// After the last condition of a function: what it returns is taken out.
	for _, n := range slices.Backward(path) {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			c.add(name, call.Pos(), []insertion{{r.Results[0].Pos(), "taken("}, {r.Results[0].End(), ")"}})
			return
		}
	}
	where := c.fset.Position(call.Pos())
	if slices.Contains(c.except, name) || slices.Contains(c.except, name+":"+filepath.Base(where.Filename)) {
		return
	}
	c.problems = append(c.problems, fmt.Sprintf("%s: the check %s stands under no condition", where, name))
}

// add makes a mutant of insertions.
func (c *checks) add(name string, at token.Pos, edits []insertion) {
	where := c.fset.Position(at)
	if len(edits) == 0 {
		return // a step of the pipeline that only reads
	}
	i := slices.IndexFunc(c.files, func(s source) bool { return s.name == where.Filename })
	data := c.files[i].data
	slices.SortFunc(edits, func(a, b insertion) int { return int(b.at - a.at) })
	for _, e := range edits {
		offset := c.fset.Position(e.at).Offset
		data = slices.Concat(data[:offset], []byte(e.text), data[offset:])
	}
	helper := fmt.Sprintf("package %s\n\nfunc taken(*refusal) *refusal { return nil }\n", c.files[i].file.Name.Name)
	c.found = append(c.found, mutant{
		name: fmt.Sprintf("%s %s:%d", name, filepath.ToSlash(where.Filename), where.Line),
		changed: map[string][]byte{
			where.Filename:                          data,
			filepath.Join(c.dir, "zz_taken_out.go"): []byte(helper),
		},
	})
}

// value is the value of an element, with or without its key.
func value(e ast.Expr) ast.Expr {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		return kv.Value
	}
	return e
}

func text(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if s, err := strconv.Unquote(lit.Value); err == nil {
			return s
		}
	}
	return ""
}
