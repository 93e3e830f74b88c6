package rpcheck

import (
	"fmt"
	"strings"
)

// Column is a client and what it made of the cases.
type Column struct {
	Client string
	// Results are by the case's name.
	Results map[string]Result
}

// Cell says in a few words what a client made of a case: what it did, the step if
// that was not the sign-in, its own code for a refusal; in bold what is wrong.
func (r Result) Cell() string {
	did := string(r.Did)
	if r.Did == Refused && r.Code != "" {
		did += " `" + r.Code + "`"
	}
	if r.Wrong() != "" {
		return "**" + did + "**"
	}
	return did
}

// Markdown returns the table of cases and what clients made of them, in parts by
// the kind of case.
func Markdown(cases []Case, columns []Column) string {
	var b strings.Builder
	for _, part := range []struct {
		kind  Kind
		title string
	}{{Module, "Modules of the OpenID conformance suite"}, {Fault, "Faults of the mock provider"}, {Habit, "People, clocks and providers"}, {Attack, "Attacks"}} {
		fmt.Fprintf(&b, "\n## %s\n\n| case | what is done | must be | where it stands |", part.title)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", c.Client)
		}
		b.WriteString("\n|---|---|---|---|" + strings.Repeat("---|", len(columns)) + "\n")
		for _, c := range cases {
			if c.Kind != part.kind {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |", plainCell(c.Name), plainCell(c.About), mustBe[c.Want], plainCell(c.Spec))
			for _, column := range columns {
				cell := ""
				if r, ok := column.Results[c.Name]; ok {
					cell = plainCell(r.Cell())
				}
				fmt.Fprintf(&b, " %s |", cell)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// mustBe puts what is wanted of a client into the table's words.
var mustBe = map[Want]string{Refuse: "refused", Accept: "accepted", Either: "either"}

// plainCell keeps a text within its cell.
func plainCell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// Summary is the last line of a table: how many cases were judged, and how many of
// them the client got wrong.
func Summary(results map[string]Result) string {
	judged, wrong := 0, 0
	for _, r := range results {
		if r.Did == Unable {
			continue
		}
		judged++
		if r.Wrong() != "" {
			wrong++
		}
	}
	return fmt.Sprintf("conformance: %d cases, %d wrong", judged, wrong)
}
