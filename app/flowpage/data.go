package flowpage

import (
	"encoding/json"
	"fmt"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth/flow"
)

// SchemaVersion is the version of the JSON: it goes up when something that is
// there changes its meaning or goes away, not when something is added.
const SchemaVersion = 1

// document is the JSON, as docs/how-you-signed-in.md tells it.
type document struct {
	Schema   string    `json:"schema"` // "latchkey.sign-in"
	Version  int       `json:"version"`
	Product  string    `json:"product"`
	Exported time.Time `json:"exported"`
	Provider string    `json:"provider"`
	Issuer   string    `json:"issuer"`
	Started  time.Time `json:"started"`
	PKCE     *pkce     `json:"pkce,omitempty"`
	Steps    []step    `json:"steps"`
}

// pkce is what the code verifier's hash and the challenge were, masked.
type pkce struct {
	Method   string `json:"method"` // "S256"
	Verifier string `json:"code_verifier"`
	Hash     string `json:"hash"`
	Sent     string `json:"code_challenge"`
	Match    bool   `json:"match"`
}

type step struct {
	Kind    flow.Kind   `json:"kind"`
	From    flow.Role   `json:"from"`
	To      flow.Role   `json:"to"`
	Status  flow.Status `json:"status"`
	Started time.Time   `json:"started"`
	Took    float64     `json:"took_ms"`
	Problem string      `json:"problem,omitempty"`
	Params  []param     `json:"params,omitempty"`
	Checks  []check     `json:"checks,omitempty"`
}

type param struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Masked bool   `json:"masked,omitempty"`
}

type check struct {
	Name     string       `json:"name"`
	Verdict  flow.Verdict `json:"verdict"`
	Spec     string       `json:"spec"`
	Expected string       `json:"expected,omitempty"`
	Got      string       `json:"got,omitempty"`
}

// data is the whole record as JSON.
func (x Exporter) data(e presenter.Export) ([]byte, error) {
	d := document{Schema: "latchkey.sign-in", Version: SchemaVersion, Product: x.Product + " " + x.Version, Exported: e.At.UTC().Truncate(time.Second),
		Provider: flow.Public("", e.Record.Provider).Value, Issuer: flow.Public("", e.Record.Issuer).Value, Started: e.Record.Started.UTC(), Steps: []step{}}
	if p := e.View.PKCE; p != nil {
		d.PKCE = &pkce{Method: "S256", Verifier: masked(p.Verifier), Hash: masked(p.Hash), Sent: masked(p.Sent), Match: p.Match}
	}
	for _, s := range e.Record.Steps {
		out := step{Kind: s.Kind, From: s.From, To: s.To, Status: s.Status, Started: s.Started.UTC(), Problem: s.Problem,
			Took: float64(s.Took.Microseconds()) / 1000}
		for _, p := range redactParams(s.Params) {
			out.Params = append(out.Params, param{p.Name, p.Value, p.Secret})
		}
		for _, c := range redactChecks(s.Checks) {
			out.Checks = append(out.Checks, check(c))
		}
		d.Steps = append(d.Steps, out)
	}
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the record: %w", err)
	}
	return append(b, '\n'), nil
}
