package mockprovider

import (
	"testing"

	"app.latchkey/mockprovider/persona"
)

// TestPersonasNameChecks checks that every error text of a persona belongs to
// a check that exists: a renamed check would silently lose its words. It looks
// inside, because nothing outside lists the checks.
func TestPersonasNameChecks(t *testing.T) {
	known := map[string]bool{"revoke_known": true} // the one check outside the tables
	for _, list := range [][]check[*authorizationRequest]{clientChecks, requestChecks} {
		for _, c := range list {
			known[c.name] = true
		}
	}
	for _, list := range [][]check[*tokenRequest]{formChecks, clientAuthChecks} {
		for _, c := range list {
			known[c.name] = true
		}
	}
	for _, list := range [][]check[*redemption]{codeChecks, refreshChecks} {
		for _, c := range list {
			known[c.name] = true
		}
	}
	for _, list := range [][]check[*bearer]{bearerChecks, userinfoScope, peopleScope} {
		for _, c := range list {
			known[c.name] = true
		}
	}
	for _, name := range persona.Names() {
		plays, ok := persona.ByName(name)
		if !ok || plays.Name != name {
			t.Errorf("persona %q cannot be found under its name", name)
		}
		for check := range plays.Errors {
			if !known[check] {
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
