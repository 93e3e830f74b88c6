package rpcheck_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"app.latchkey/mockprovider/opsuite/panva"
	"app.latchkey/mockprovider/rpcheck"
)

const (
	document = "../../docs/conformance.md"
	programs = "../opsuite/panva" // openid-client's

	mark = "\n<!-- Written by make conformance UPDATE=1 from here on. -->\n"
)

// The columns of the table.
const (
	ours      = "Latchkey"
	libraries = "x/oauth2 + go-oidc alone"
	certified = "openid-client"
	strict    = "openid-client, strict"
)

// run puts a client before cases, each in a subtest, some at once; also beside
// other clients.
func run(t *testing.T, name string, client rpcheck.Client, cases []rpcheck.Case, judge func(*testing.T, rpcheck.Result)) rpcheck.Column {
	column := rpcheck.Column{Client: name, Results: map[string]rpcheck.Result{}}
	suite := rpcheck.NewSuite(client)
	var mu sync.Mutex
	t.Run(strings.ReplaceAll(name, "/", "-"), func(t *testing.T) {
		t.Parallel()
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				r := suite.Run(t.Context(), c)
				mu.Lock()
				column.Results[c.Name] = r
				mu.Unlock()
				judge(t, r)
			})
		}
	})
	return column
}

// mustBeRight fails where the client is wrong.
func mustBeRight(t *testing.T, r rpcheck.Result) {
	if wrong := r.Wrong(); wrong != "" {
		t.Errorf("must %s (%s): %s", r.Case.Want, r.Case.Spec, wrong)
	}
	if r.Did == rpcheck.Unmet {
		t.Error("it never met what the case is about, which proves nothing")
	}
}

// mayBeAnything only tells.
func mayBeAnything(t *testing.T, r rpcheck.Result) { t.Logf("%s at %s: %s", r.Did, r.Step, r.Text) }

// rows reads the table that is kept: the cells of each case, by client.
func rows(t *testing.T) map[string]map[string]string {
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	var heads []string
	for line := range strings.Lines(string(data)) {
		cells := strings.Split(strings.ReplaceAll(strings.TrimSpace(line), `\|`, "\x00"), "|")
		if len(cells) < 6 || strings.HasPrefix(cells[1], "---") {
			continue
		}
		cells = cells[1 : len(cells)-1]
		for i := range cells {
			cells[i] = strings.ReplaceAll(strings.TrimSpace(cells[i]), "\x00", "|")
		}
		if cells[0] == "case" {
			heads = cells
			continue
		}
		row := map[string]string{}
		for i, h := range heads {
			row[h] = cells[i]
		}
		out[cells[0]] = row
	}
	return out
}

// TestConformance puts our client and the bare Go libraries before every case that
// is quick, and compares what they do with docs/conformance.md.
func TestConformance(t *testing.T) {
	if os.Getenv("LATCHKEY_CONFORMANCE") != "" {
		t.Skip("the whole table is made by TestTable")
	}
	kept := rows(t)
	var quick []rpcheck.Case
	for _, c := range rpcheck.Cases() {
		if !c.Slow {
			quick = append(quick, c)
		}
		if row, ok := kept[c.Name]; !ok {
			t.Errorf("%s has no row of %s: run make conformance UPDATE=1", document, c.Name)
		} else if want := map[rpcheck.Want]string{rpcheck.Refuse: "refused", rpcheck.Accept: "accepted", rpcheck.Either: "either"}[c.Want]; row["must be"] != want || row["where it stands"] != c.Spec {
			t.Errorf("%s is stale about what %s must be: run make conformance UPDATE=1", document, c.Name)
		}
		delete(kept, c.Name)
	}
	for name := range kept {
		t.Errorf("%s has a row of %s, which is no case: run make conformance UPDATE=1", document, name)
	}
	kept = rows(t)
	same := func(column string, t *testing.T, r rpcheck.Result) {
		if was, is := kept[r.Case.Name][column], r.Cell(); was != is {
			t.Errorf("%s is stale: %s was %q, is %q (%s)", document, column, was, is, r.Text)
		}
	}
	run(t, ours, rpcheck.ClientFunc(latchkey), quick, func(t *testing.T, r rpcheck.Result) { mustBeRight(t, r); same(ours, t, r) })
	run(t, libraries, rpcheck.ClientFunc(signInWithGoLibraries), quick, func(t *testing.T, r rpcheck.Result) { same(libraries, t, r) })
}

// TestTable makes the whole table, with openid-client and the slow cases, when
// LATCHKEY_CONFORMANCE says check or update. It writes the table to
// LATCHKEY_CONFORMANCE_TABLE, its last line being rpcheck.Summary's.
func TestTable(t *testing.T) {
	mode := os.Getenv("LATCHKEY_CONFORMANCE")
	if mode == "" {
		t.Skip("runs in make conformance")
	}
	missing := panva.Install(t.Context(), programs)
	if missing != nil && !errors.Is(missing, panva.ErrNoNode) {
		t.Fatal(missing)
	}
	cases := rpcheck.Cases()
	var columns []rpcheck.Column
	t.Run("clients", func(t *testing.T) {
		columns = append(columns, run(t, ours, rpcheck.ClientFunc(latchkey), cases, mustBeRight),
			run(t, libraries, rpcheck.ClientFunc(signInWithGoLibraries), cases, mayBeAnything))
		if missing == nil {
			columns = append(columns, openIDClient(t, certified, false, cases), openIDClient(t, strict, true, cases))
		}
	})
	table := rpcheck.Markdown(cases, columns)
	keep(t, mode, table, missing == nil)
	end := rpcheck.Summary(columns[0].Results)
	if missing != nil {
		end = fmt.Sprintf("NOT RUN: openid-client %v\n%s", missing, end)
	}
	if path := os.Getenv("LATCHKEY_CONFORMANCE_TABLE"); path != "" {
		if err := os.WriteFile(path, []byte(table+"\n"+end+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// openIDClient runs the certified client.
func openIDClient(t *testing.T, name string, strictly bool, cases []rpcheck.Case) rpcheck.Column {
	client, err := panva.NewClient(programs, strictly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said := client.Close(); said != "" {
			t.Logf("rp.mjs said:\n%s", said)
		}
	})
	return run(t, name, client, cases, mayBeAnything)
}

// keep writes the document or compares it.
func keep(t *testing.T, mode, table string, whole bool) {
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	head, was, ok := strings.Cut(string(data), mark)
	if !ok {
		t.Fatalf("%s has no line %q", document, strings.TrimSpace(mark))
	}
	if !whole || t.Failed() && mode == "update" {
		if mode == "update" {
			t.Errorf("%s is not written: the table is not whole, or our client is wrong", document)
		}
		return
	}
	if mode == "update" {
		if err := os.WriteFile(document, []byte(head+mark+table), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	before, after := strings.Split(was, "\n"), strings.Split(table, "\n")
	for i := range max(len(before), len(after)) {
		var b, a string
		if i < len(before) {
			b = before[i]
		}
		if i < len(after) {
			a = after[i]
		}
		if b != a {
			t.Errorf("%s is stale; make conformance UPDATE=1 writes it anew:\nwas %s\nis  %s", document, b, a)
			return
		}
	}
}

var _ rpcheck.Client = (*panva.Client)(nil)
