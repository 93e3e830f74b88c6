package mockprovider

import (
	"slices"
	"testing"

	"app.latchkey/mockprovider/persona"
)

// TestPersonasNameChecks checks that every error text of a persona belongs to
// a check that exists: a renamed check would silently lose its words. It looks
// inside, because nothing outside lists the checks.
func TestPersonasNameChecks(t *testing.T) {
	known := checkNames()
	for _, name := range persona.Names() {
		plays, ok := persona.ByName(name)
		if !ok || plays.Name != name {
			t.Errorf("persona %q cannot be found under its name", name)
		}
		for check := range plays.Errors {
			if !slices.Contains(known, check) {
				t.Errorf("persona %s has words for %q, which is no check", name, check)
			}
		}
		for _, scope := range plays.UserinfoNeeds {
			if _, ok := plays.Scope(scope); !ok {
				t.Errorf("persona %s needs the scope %q, which it does not know", name, scope)
			}
		}
	}
}
