package attacks_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestEachCaseHasAMutant: auth/mutants.txt takes something out for which each
// case turns red, or says why it cannot. (That the mutants still apply, make
// lint sees; that the cases do turn red, make mutants.)
func TestEachCaseHasAMutant(t *testing.T) {
	data, err := os.ReadFile(root + "auth/mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	var red []string
	without := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if test, ok := strings.CutPrefix(line, "red ./"); ok {
			red = append(red, strings.ReplaceAll(strings.TrimSpace(test), " ", "_"))
		}
		if rest, ok := strings.CutPrefix(line, "without "); ok {
			name, reason, _ := strings.Cut(strings.TrimSpace(rest), ": ")
			if reason == "" {
				t.Errorf("no reason: %s", line)
			}
			without[name] = false
		}
	}
	for _, a := range all() {
		tests := a.elsewhere
		if a.here() {
			tests = []string{"auth/attacks TestAttacks/" + a.id()}
		}
		covered := slices.ContainsFunc(tests, func(test string) bool {
			name := strings.ReplaceAll(test, " ", "_")
			return slices.ContainsFunc(red, func(r string) bool { return r == name || strings.HasPrefix(r, name+"/") })
		})
		if _, excused := without[a.id()]; excused {
			without[a.id()] = true
			if covered {
				t.Errorf("%s: a mutant turns it red, so it is not without", a.id())
			}
			continue
		}
		if !covered {
			t.Errorf("no mutant of auth/mutants.txt is noticed by: %s %v", a.id(), a.elsewhere)
		}
	}
	for name, used := range without {
		if !used {
			t.Errorf("auth/mutants.txt excuses %q, which is no case", name)
		}
	}
}
