package mockprovider

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxTenants is how many tenants one provider has at most.
const maxTenants = 1_000

// tenantPrefix is where tenants are served.
const tenantPrefix = "/t/"

// tenantName is the form of a tenant's name: it stands in addresses, cookies
// and file names as it is.
var tenantName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// errTenant refuses what only the provider that listens can do.
var errTenant = errors.New("mock provider: a tenant is served by its parent")

// Tenant returns the tenant with that name, making it if there is none. A
// tenant is a provider of its own, served by this one's listener under
// /t/NAME/: its issuer is this one's with /t/NAME appended, and keys, users,
// clock, grants, hooks, faults and journal are its own, so that parallel tests
// can share one address. Only what it plays, its clients, its users and the
// control token are this provider's, unless options say otherwise.
//
// The name is 1 to 63 of a-z, 0-9 and -. Options for a tenant that exists
// already are an error, as are WithIssuer, WithTLS and tenants of tenants.
func (p *Provider) Tenant(name string, options ...Option) (*Provider, error) {
	switch {
	case p.parent != nil:
		return nil, errors.New("mock provider: a tenant has no tenants")
	case !tenantName.MatchString(name):
		return nil, fmt.Errorf("mock provider: tenant name %q: want 1 to 63 of a-z, 0-9 and -", clip(name, 80))
	}
	// Held all along, so that a name is made once; making takes microseconds.
	p.tenantsMu.Lock()
	defer p.tenantsMu.Unlock()
	if t := p.tenants[name]; t != nil {
		if len(options) > 0 {
			return nil, fmt.Errorf("mock provider: tenant %q exists already", name)
		}
		return t, nil
	}
	if len(p.tenants) >= maxTenants {
		return nil, fmt.Errorf("mock provider: there are %d tenants already", maxTenants)
	}
	c := p.config
	c.tenants, c.begin, c.frozen = nil, time.Time{}, false
	c.faults = nil
	c.hooks, c.snapshot, c.issuer, c.tls = nil, p.kept[name], "", false
	for _, o := range options {
		if err := o(&c); err != nil {
			return nil, fmt.Errorf("mock provider: tenant %q: %w", name, err)
		}
	}
	if len(c.tenants) > 0 {
		return nil, errors.New("mock provider: a tenant has no tenants")
	}
	if c.issuer != "" || c.tls {
		return nil, fmt.Errorf("mock provider: tenant %q: its address and TLS are its parent's", name)
	}
	t, err := build(c, p, name)
	if err != nil {
		return nil, err
	}
	if p.tenants == nil {
		p.tenants = map[string]*Provider{}
	}
	p.tenants[name] = t
	delete(p.kept, name)
	return t, nil
}

// Tenants returns the tenants, sorted by name.
func (p *Provider) Tenants() []*Provider {
	p.tenantsMu.Lock()
	defer p.tenantsMu.Unlock()
	out := make([]*Provider, 0, len(p.tenants))
	for _, t := range p.tenants {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *Provider) int { return strings.Compare(a.name, b.name) })
	return out
}

// FindTenant returns the tenant with that name, nil if there is none.
func (p *Provider) FindTenant(name string) *Provider {
	p.tenantsMu.Lock()
	defer p.tenantsMu.Unlock()
	return p.tenants[name]
}

// RemoveTenant ends a tenant: nothing answers under its address any more. It
// says whether there was one.
func (p *Provider) RemoveTenant(name string) bool {
	p.tenantsMu.Lock()
	defer p.tenantsMu.Unlock()
	_, had := p.tenants[name]
	delete(p.tenants, name)
	return had
}

// TenantName returns the tenant's name, "" for a provider that is none.
func (p *Provider) TenantName() string { return p.name }

// Parent returns the provider that serves this tenant, nil if it is none.
func (p *Provider) Parent() *Provider { return p.parent }

// tenantRoutes adds to mux what leads to the tenants.
func (p *Provider) tenantRoutes(mux *http.ServeMux) {
	unknown := p.endpoint("", p.serveNotFound, "GET", "HEAD", "POST")
	lead := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t := p.FindTenant(r.PathValue("tenant")); t != nil {
			t.handler.ServeHTTP(w, r)
			return
		}
		unknown.ServeHTTP(w, r)
	})
	mux.Handle(tenantPrefix+"{tenant}/", lead)
	// RFC 8414 §3.1 puts the well-known part before the issuer's path.
	mux.Handle(oauthDiscoveryPath+tenantPrefix+"{tenant}", lead)
}

// snapshotTenants returns the snapshots of all tenants, those included that
// were restored and not asked for since.
func (p *Provider) snapshotTenants() (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, t := range p.Tenants() {
		data, err := t.Snapshot()
		if err != nil {
			return nil, fmt.Errorf("tenant %q: %w", t.name, err)
		}
		out[t.name] = data
	}
	p.tenantsMu.Lock()
	defer p.tenantsMu.Unlock()
	for name, data := range p.kept {
		out[name] = data
	}
	return out, nil
}
