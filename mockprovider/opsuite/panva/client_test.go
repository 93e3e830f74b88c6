package panva_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// callback is where rp.mjs would listen if it did. Port 9 is reserved for
// discarding, so nobody else is met there.
const callback = "http://127.0.0.1:9/callback"

// patience is how long the person waits for the provider's pages, and the
// client for each answer, in seconds.
const (
	patience      = 5 * time.Second
	clientSeconds = 5
)

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
		Scope: "openid email profile", Strict: strict, Timeout: clientSeconds,
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
	// Some faults are pages that never come.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	visit, err := srv.Person("ada").Open(ctx, a.URL)
	back := ""
	for _, address := range visit.Trail {
		if rest, ok := strings.CutPrefix(address, callback); ok && (rest == "" || strings.ContainsAny(rest[:1], "?#")) {
			back = address
		}
	}
	if back == "" {
		return answer{Refused: "browser: it does not come back to the client"}, nil
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
