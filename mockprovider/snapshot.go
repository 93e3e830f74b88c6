package mockprovider

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// snapshotVersion is the version of the snapshot's format.
const snapshotVersion = 1

// snapshot is what outlives the process. Sessions of browsers and open pages
// do not.
type snapshot struct {
	Version   int           `json:"version"`
	Persona   string        `json:"persona"`
	Addr      string        `json:"addr"`
	Issuer    string        `json:"issuer"`
	Instance  string        `json:"instance"`
	Algorithm string        `json:"algorithm"`
	Keys      []keyData     `json:"keys,omitempty"`
	Key       []byte        `json:"key,omitempty"` // what Keys was when there was but one
	TLS       *tlsData      `json:"tls,omitempty"`
	Secret    []byte        `json:"secret"`
	Grants    []grant       `json:"grants"`
	Access    []accessToken `json:"access"`
	Consents  []consent     `json:"consents"`
	// Tenants are the tenants' snapshots by name.
	Tenants map[string]json.RawMessage `json:"tenants,omitempty"`
}

type consent struct {
	User   string   `json:"user"`
	Client string   `json:"client"`
	Scopes []string `json:"scopes"`
}

// Snapshot returns the provider's lasting state as versioned JSON: keys,
// grants, consents and the address on which it listened; of its tenants too,
// each of which goes on when Tenant makes it again. Give it to
// WithSnapshot, and listen on SnapshotAddr again, to go on after a restart.
func (p *Provider) Snapshot() ([]byte, error) {
	keys, err := p.keys.export()
	if err != nil {
		return nil, fmt.Errorf("mock provider: %w", err)
	}
	tenants, err := p.snapshotTenants()
	if err != nil {
		return nil, fmt.Errorf("mock provider: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.sweep(p.nowLocked())
	out := snapshot{
		Version: snapshotVersion, Persona: p.persona.Name, Addr: p.addr, Issuer: p.issuer, Instance: p.instance,
		Algorithm: p.keys.algorithm, Keys: keys, TLS: p.tls.export(), Secret: p.state.secret,
		Tenants: tenants,
	}
	for _, id := range p.state.order {
		out.Grants = append(out.Grants, *p.state.grants[id])
	}
	for _, a := range p.state.access {
		out.Access = append(out.Access, *a)
	}
	slices.SortFunc(out.Access, func(a, b accessToken) int { return strings.Compare(a.Token, b.Token) })
	for k, scopes := range p.state.consents {
		out.Consents = append(out.Consents, consent{k.user, k.client, scopes})
	}
	slices.SortFunc(out.Consents, func(a, b consent) int {
		return strings.Compare(a.User+" "+a.Client, b.User+" "+b.Client)
	})
	return json.MarshalIndent(out, "", "  ")
}

// SnapshotAddr returns the address on which the provider listened when the
// snapshot was made, "" if it did not listen.
func SnapshotAddr(data []byte) (string, error) {
	in, err := readSnapshot(data)
	return in.Addr, err
}

func readSnapshot(data []byte) (snapshot, error) {
	var in snapshot
	if err := json.Unmarshal(data, &in); err != nil {
		return snapshot{}, fmt.Errorf("reading the snapshot: %w", err)
	}
	if in.Version != snapshotVersion {
		return snapshot{}, fmt.Errorf("the snapshot has version %d, this program knows %d", in.Version, snapshotVersion)
	}
	return in, nil
}

// restore puts a snapshot's content into a provider that nobody uses yet.
func (p *Provider) restore(data []byte) error {
	in, err := readSnapshot(data)
	if err != nil {
		return err
	}
	if in.Persona != p.persona.Name {
		return fmt.Errorf("the snapshot is of the persona %q, not %q", in.Persona, p.persona.Name)
	}
	if len(in.Secret) < 32 {
		return errors.New("the snapshot's secret is too short")
	}
	if in.Algorithm == p.keys.algorithm {
		if len(in.Key) > 0 {
			in.Keys = append(in.Keys, keyData{PKCS8: in.Key})
		}
		if err := p.keys.restore(in.Keys); err != nil {
			return err
		}
	}
	if p.tls != nil && in.TLS != nil {
		if err := p.tls.restore(in.TLS); err != nil {
			return err
		}
	}
	if in.Instance != "" {
		p.instance = in.Instance
	}
	p.kept = in.Tenants
	s := p.state
	s.secret = in.Secret
	for i := range in.Grants {
		g := in.Grants[i]
		if g.ID == "" || g.Code == "" {
			return errors.New("the snapshot has a grant without id or code")
		}
		s.addGrant(&g, p.nowLocked())
		if g.Refreshable && g.CodeTaken {
			s.capRefreshable(&g, p.persona.MaxRefreshTokens)
		}
	}
	for _, a := range in.Access {
		if g := s.grants[a.Grant]; g != nil {
			s.keepAccess(g, &a)
		}
	}
	for _, c := range in.Consents {
		s.consents[pair{c.User, c.Client}] = c.Scopes
	}
	s.sweep(p.nowLocked())
	return nil
}
