package rpcheck

import (
	"slices"
	"testing"

	"app.latchkey/mockprovider/fault"
)

// TestRulings checks that each fault of the mock has a verdict or a reason for
// having none, that no entry is left of a fault that is gone, and that the verdict
// is that of the fault's own row unless it says why not.
func TestRulings(t *testing.T) {
	wants := map[fault.Verdict]Want{fault.Refuse: Refuse, fault.Accept: Accept, fault.Either: Either}
	for _, row := range fault.Rows() {
		r, ok := rulings[row.Name]
		switch {
		case !ok:
			t.Errorf("the fault %s has no entry in rulings: say what a client must make of it", row.Name)
		case r.want == "" && r.why == "":
			t.Errorf("the fault %s is no client's matter and does not say why", row.Name)
		case r.want != "" && r.want != wants[row.Client] && r.why == "":
			t.Errorf("the fault %s: here the verdict is %s, in its own row %s, and there is no reason", row.Name, r.want, row.Client)
		}
	}
	for name := range rulings {
		if _, err := fault.ByName(name); err != nil {
			t.Errorf("there is no fault %s any more", name)
		}
	}
	for _, name := range elsewhere {
		if row, err := fault.ByName(name); err != nil || !row.Movable() {
			t.Errorf("the fault %s cannot be met at another endpoint", name)
		}
	}
}

// TestCases checks that the cases are whole: names are unique, verdicts known,
// faults correct, and a case with a second response has faults of one time.
func TestCases(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases() {
		if seen[c.Name] {
			t.Errorf("there are two cases %s", c.Name)
		}
		seen[c.Name] = true
		if !slices.Contains([]Want{Refuse, Accept, Either}, c.Want) {
			t.Errorf("%s: unknown verdict %q", c.Name, c.Want)
		}
		if c.About == "" || c.Source == "" {
			t.Errorf("%s does not say what it does, or where it comes from", c.Name)
		}
		for _, f := range c.Faults {
			if err := f.Check(); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
			if c.Second && f.Times != fault.Once {
				t.Errorf("%s: the second response meets the fault too", c.Name)
			}
		}
		if c.Kind == Attack && c.Play == nil && len(c.Faults) == 0 {
			t.Errorf("%s does nothing", c.Name)
		}
	}
}
