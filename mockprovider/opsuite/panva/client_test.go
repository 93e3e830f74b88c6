package panva_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// callback is where rp.mjs would listen if it did. Port 9 is reserved for
// discarding, so nobody else is met there.
const callback = "http://127.0.0.1:9/callback"

// answer is what rp.mjs says.
type answer struct {
	URL     string
	Done    []string
	Refused string
}

// begin is the first request to rp.mjs.
type begin struct {
	Do           string            `json:"do"`
	Issuer       string            `json:"issuer"`
	ClientID     string            `json:"clientId"`
	ClientSecret string            `json:"clientSecret,omitempty"`
	Scope        string            `json:"scope"`
	Parameters   map[string]string `json:"parameters,omitempty"`
	Strict       bool              `json:"strict"`
	// Timeout is in seconds.
	Timeout int `json:"timeout"`
}

// signIn lets openid-client sign a person in: discovery, authorization, token,
// userinfo, refresh. How far it came is in the answer.
func (p *program) signIn(t testing.TB, srv *mocktest.Server, strict bool) (answer, error) {
	t.Helper()
	first := begin{
		Do: "begin", Issuer: srv.Issuer(), ClientID: srv.ClientID(), ClientSecret: srv.ClientSecret(),
		Scope: "openid email profile", Strict: strict, Timeout: 2,
	}
	if srv.Persona().Refresh == persona.RefreshAccessType {
		first.Parameters = map[string]string{"access_type": "offline"}
	} else {
		first.Scope += " offline_access"
	}
	a, err := p.json(first)
	if err != nil || a.URL == "" {
		return a, err
	}
	visit, err := srv.Person("ada").Open(t.Context(), a.URL)
	back := ""
	for _, address := range visit.Trail {
		if strings.HasPrefix(address, callback) {
			back = address
		}
	}
	if back == "" {
		return answer{Refused: fmt.Sprintf("browser: ended at the provider with %d", visit.Status)}, nil
	}
	if err == nil {
		return answer{}, errors.New("somebody listens at " + callback)
	}
	return p.json(map[string]string{"do": "finish", "callback": back})
}

func (p *program) json(request any) (answer, error) {
	line, err := json.Marshal(request)
	if err != nil {
		return answer{}, err
	}
	var a answer
	return a, p.ask(string(line), &a)
}

// TestOpenIDClient has the certified client sign in against each persona that
// speaks OpenID, with each algorithm.
func TestOpenIDClient(t *testing.T) {
	rp := start(t, "rp.mjs")
	for _, name := range persona.Names() {
		plays, _ := persona.ByName(name)
		if !plays.OpenID {
			continue
		}
		for _, algorithm := range []string{mockprovider.ES256, mockprovider.RS256, mockprovider.EdDSA} {
			t.Run(name+" "+algorithm, func(t *testing.T) {
				srv := mocktest.Start(t, mockprovider.WithPersona(plays), mockprovider.WithSigning(algorithm))
				a, err := rp.signIn(t, srv, true)
				if err != nil {
					t.Fatal(err)
				}
				if a.Refused != "" || !slices.Equal(a.Done, []string{"token", "userinfo", "refresh"}) {
					t.Errorf("openid-client got through %v and refused %q", a.Done, a.Refused)
				}
			})
		}
	}
}
