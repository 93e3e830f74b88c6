package panva_test

import (
	"errors"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/opsuite/panva"
	"app.latchkey/mockprovider/persona"
	"app.latchkey/mockprovider/rpcheck"
)

// needNode skips the test where Node is missing or too old.
func needNode(t testing.TB) {
	t.Helper()
	err := panva.Install(t.Context(), ".")
	if errors.Is(err, panva.ErrNoNode) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestOpenIDClient has the certified client sign in against each persona that
// speaks OpenID, with each algorithm, and then fetch userinfo, refresh and revoke.
func TestOpenIDClient(t *testing.T) {
	needNode(t)
	client, err := panva.NewClient(".", true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said := client.Close(); t.Failed() {
			t.Logf("rp.mjs said:\n%s", said)
		}
	})
	suite := rpcheck.NewSuite(client)
	for _, name := range persona.Names() {
		if plays, _ := persona.ByName(name); !plays.OpenID {
			continue
		}
		for _, algorithm := range []string{mockprovider.ES256, mockprovider.RS256, mockprovider.EdDSA} {
			t.Run(name+" "+algorithm, func(t *testing.T) {
				r := suite.Run(t.Context(), rpcheck.Case{
					Name: name + " " + algorithm, Want: rpcheck.Accept, Persona: name, Options: []mockprovider.Option{mockprovider.WithSigning(algorithm)},
					Steps: []rpcheck.Step{rpcheck.Profile, rpcheck.Refresh, rpcheck.Revoke},
				})
				if r.Did != rpcheck.Accepted {
					t.Errorf("openid-client: %s at %s: %s", r.Did, r.Step, r.Text)
				}
			})
		}
	}
}
