package opsuite

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed differences.md
var differencesTable string

// Difference is a case that does not hold at a target, and why.
type Difference struct {
	Target, Case string
	Outcome      Outcome
	Reason       string
}

// Differences reads the rows of differences.md.
func Differences() ([]Difference, error) {
	var out []Difference
	known := map[string]bool{}
	for _, c := range Cases() {
		known[c.Name] = true
	}
	for n, line := range strings.Split(differencesTable, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.Contains(cells[1], "`") {
			continue
		}
		d := Difference{strings.Trim(cells[1], " `"), strings.Trim(cells[2], " `"), Outcome(strings.TrimSpace(cells[3])), strings.TrimSpace(cells[4])}
		switch {
		case !known[d.Case]:
			return nil, fmt.Errorf("differences.md:%d: there is no case %q", n+1, d.Case)
		case d.Outcome != Fails && d.Outcome != NotApplicable && d.Outcome != MayFail:
			return nil, fmt.Errorf("differences.md:%d: outcome %q: want %q, %q or %q", n+1, d.Outcome, Fails, NotApplicable, MayFail)
		case d.Reason == "":
			return nil, fmt.Errorf("differences.md:%d: no reason", n+1)
		}
		out = append(out, d)
	}
	return out, nil
}

// Compare says what is wrong with a result, given the table: a case that fails
// without a row, or a row for a case that holds. "" means nothing.
func Compare(target string, r Result, table []Difference) string {
	for _, d := range table {
		if d.Target != target || d.Case != r.Case.Name {
			continue
		}
		if d.Outcome != r.Outcome && (d.Outcome != MayFail || r.Outcome == NotApplicable) {
			return fmt.Sprintf("%s, and differences.md says: %s. %s", r.Outcome, d.Outcome, r.Why)
		}
		return ""
	}
	if r.Outcome == Holds {
		return ""
	}
	return fmt.Sprintf("%s (%s): %s", r.Outcome, r.Case.Spec, r.Why)
}
