package attacks_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// kinds is how many kinds of attack are known: the numbers of the rows.
const kinds = 32

// An attack is one row of the table.
type attack struct {
	kind    int    // what sort of attack it is, 1 to kinds
	name    string // unique
	by      string // who attacks
	does    string // what they do
	must    string // what must happen
	section string // what asks for it; "–" where no specification does
	defence string
	where   string // the files that hold the defence, separated by spaces
	// run attacks; inPage does so from a page of a real browser. Instead,
	// elsewhere may name tests of other packages that do:
	// "auth/loopback TestRefused".
	run       func(t *testing.T)
	inPage    func(t *testing.T, b *browser)
	elsewhere []string
}

// here says whether the row is run by this package.
func (a attack) here() bool { return a.run != nil || a.inPage != nil }

// id is the name of the row's test.
func (a attack) id() string { return fmt.Sprintf("%02d %s", a.kind, a.name) }

// Attackers.
const (
	program  = "another program on this computer"
	page     = "a web page in the user's browser"
	provider = "a hostile provider, or somebody in its place"
	thief    = "somebody with the user's files"
	reader   = "somebody who reads logs, reports or screens"
)

// all is the whole table, in order.
func all() []attack {
	list := slices.Concat(
		commonAttacks(), receiverAttacks(), pageAttacks(), providerAttacks(),
		secretAttacks(), sessionAttacks(), configAttacks(),
	)
	slices.SortStableFunc(list, func(a, b attack) int { return cmp.Compare(a.kind, b.kind) })
	return list
}

func TestAttacks(t *testing.T) {
	lazy := &lazyBrowser{t: t}
	for _, a := range all() {
		if !a.here() {
			continue
		}
		t.Run(a.id(), func(t *testing.T) {
			if a.inPage != nil {
				a.inPage(t, lazy.start(t))
				return
			}
			a.run(t)
		})
	}
}

// TestTable: the table is whole, and what it points to is there.
func TestTable(t *testing.T) {
	list := all()
	seen := map[string]bool{}
	have := map[int]bool{}
	for _, a := range list {
		have[a.kind] = true
		if seen[a.name] {
			t.Errorf("two rows are called %q", a.name)
		}
		seen[a.name] = true
		for what, text := range map[string]string{"name": a.name, "by": a.by, "does": a.does, "must": a.must, "section": a.section, "defence": a.defence, "where": a.where} {
			if text == "" || strings.ContainsAny(text, "|\n/") && what == "name" || strings.ContainsAny(text, "|\n") {
				t.Errorf("%s: %s is %q", a.id(), what, text)
			}
		}
		if a.here() == (len(a.elsewhere) > 0) {
			t.Errorf("%s: either it is run here or elsewhere", a.id())
		}
		for file := range strings.FieldsSeq(a.where) {
			if _, err := os.Stat(root + file); err != nil {
				t.Errorf("%s: the defence is not where it should be: %v", a.id(), err)
			}
		}
		for _, test := range a.elsewhere {
			if err := testExists(test); err != nil {
				t.Errorf("%s: %v", a.id(), err)
			}
		}
	}
	for kind := 1; kind <= kinds; kind++ {
		if !have[kind] {
			t.Errorf("no row is about attack %d", kind)
		}
	}
}
