package mockprovider

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/journal"
	"app.latchkey/mockprovider/persona"
)

// Provider is a mock provider. Its methods are safe for concurrent use.
type Provider struct {
	// config is what the provider was made from: what its tenants inherit.
	config config
	// parent, name and base are a tenant's: base is "/t/NAME", and all paths
	// begin with it. They are empty for a provider that listens itself.
	parent     *Provider
	name, base string
	tenantsMu  sync.Mutex // guards tenants and kept; never taken with mu held
	tenants    map[string]*Provider
	kept       map[string]json.RawMessage // tenants of the snapshot, until they are asked for

	persona      persona.Persona
	clients      []persona.Client
	users        userList
	lifetime     time.Duration
	rotation     bool
	passwordForm bool
	misbehave    bool // the login page has a menu of faults
	nonLoopback  bool
	controlToken string
	hooks        []Hook
	keys         *keyring
	tls          *authority // nil: plain HTTP
	journal      journal.Journal
	trail        trail
	faults       fault.Engine
	handler      http.Handler
	pictures     pictures
	// instance is part of the cookies' names: cookies know hosts and no
	// ports, and several providers share a host.
	instance string

	mu      sync.Mutex // guards what follows
	clock   clock
	issuer  string
	addr    string
	server  *http.Server
	viewers viewers
	state   *state
}

// New makes a provider that does not listen yet; see Start, Serve and Handler.
func New(options ...Option) (*Provider, error) {
	c := config{persona: persona.Google(), users: SeedUsers(), now: time.Now, rotation: true}
	for _, o := range options {
		if err := o(&c); err != nil {
			return nil, fmt.Errorf("mock provider: %w", err)
		}
	}
	return build(c, nil, "")
}

// build makes a provider, or a tenant if parent is not nil.
func build(c config, parent *Provider, name string) (*Provider, error) {
	p := &Provider{
		config: c, parent: parent, name: name,
		persona: c.persona, rotation: c.rotation, passwordForm: c.passwordForm, misbehave: c.misbehave,
		nonLoopback: c.nonLoopback, hooks: c.hooks, clock: clock{source: c.now}, issuer: c.issuer,
		controlToken: c.controlToken, instance: randomString(6),
		lifetime: time.Duration(c.persona.ExpiresIn) * time.Second,
	}
	p.users.store(c.users)
	if p.lifetime == 0 {
		p.lifetime = endlessLifetime
	}
	if parent != nil {
		p.base = tenantPrefix + name
	}
	p.clients = slices.Clone(c.clients)
	if len(p.clients) == 0 {
		p.clients = append([]persona.Client{c.persona.Client}, c.persona.MoreClients...)
	}
	if len(c.redirectURIs) > 0 {
		p.clients[0].RedirectURIs = c.redirectURIs
	}
	if c.tokenLifetime > 0 {
		p.lifetime = c.tokenLifetime.Truncate(time.Second)
	}
	if p.controlToken == "" {
		p.controlToken = randomString(32)
	}
	p.config.controlToken, p.config.snapshot = p.controlToken, nil
	algorithm := c.persona.Algorithm
	if c.algorithm != "" {
		algorithm = c.algorithm
	}
	p.keys = newKeyring(algorithm)
	if err := p.prepareTLS(c); err != nil {
		return nil, fmt.Errorf("mock provider: %w", err)
	}
	p.state = newState()
	if len(c.snapshot) > 0 {
		if err := p.restore(c.snapshot); err != nil {
			return nil, fmt.Errorf("mock provider: restoring its state: %w", err)
		}
	}
	if err := p.startFaults(c.faults); err != nil {
		return nil, err
	}
	p.handler = p.routes()
	if c.frozen {
		p.FreezeTime() // first, so that it shows exactly what it is set to
	}
	if !c.begin.IsZero() {
		p.SetTime(c.begin)
	}
	for _, t := range c.tenants {
		if p.FindTenant(t.name) != nil {
			return nil, fmt.Errorf("mock provider: two tenants are called %q", t.name)
		}
		if _, err := p.Tenant(t.name, t.options...); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// prepareTLS makes the certificate, if there is to be one.
func (p *Provider) prepareTLS(c config) error {
	if !c.tls {
		return nil
	}
	host := ""
	if c.issuer != "" {
		u, err := url.Parse(c.issuer)
		if err != nil || u.Scheme != "https" {
			return fmt.Errorf("issuer %q: with TLS it must be an https address", c.issuer)
		}
		host = u.Hostname()
	}
	var err error
	p.tls, err = newAuthority(host)
	return err
}

// Handler returns the provider's handler, for use with a server of one's own.
// It answers 503 until the issuer is known: by Serve, Start or WithIssuer.
func (p *Provider) Handler() http.Handler { return p.handler }

// Issuer returns the issuer, "" while it is not known.
func (p *Provider) Issuer() string {
	if p.parent != nil {
		if root := p.parent.Issuer(); root != "" {
			return root + p.base
		}
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.issuer
}

// issuerLocked is Issuer for those who hold the lock. A tenant never holds its
// parent's.
func (p *Provider) issuerLocked() string {
	if p.parent != nil {
		return p.Issuer()
	}
	return p.issuer
}

// Addr returns the host and port on which the provider listens, "" before.
func (p *Provider) Addr() string {
	if p.parent != nil {
		return p.parent.Addr()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addr
}

// endlessLifetime is how long an access token lives of which the persona says
// nothing.
const endlessLifetime = 365 * 24 * time.Hour

// idTokenLifetime is how long ID tokens live: as long as the persona's access
// tokens, whatever a test made of those.
func (p *Provider) idTokenLifetime() time.Duration {
	if p.persona.ExpiresIn == 0 {
		return time.Hour
	}
	return time.Duration(p.persona.ExpiresIn) * time.Second
}

// Persona returns what the provider plays.
func (p *Provider) Persona() persona.Persona { return p.persona }

// ClientID returns the first client's identifier.
func (p *Provider) ClientID() string { return p.clients[0].ID }

// ClientSecret returns the first client's secret, "" for a public client.
func (p *Provider) ClientSecret() string { return p.clients[0].Secret }

// Clients returns all registered clients.
func (p *Provider) Clients() []persona.Client { return slices.Clone(p.clients) }

// Users returns the users who can sign in.
func (p *Provider) Users() []User { return slices.Clone(p.users.all()) }

// ControlToken returns the bearer token for /_mock/journal.
func (p *Provider) ControlToken() string { return p.controlToken }

// Journal returns the record of what happened.
func (p *Provider) Journal() *journal.Journal { return &p.journal }

// PeopleAPI returns the address of the People API's people/me, "" if the
// persona has none.
func (p *Provider) PeopleAPI() string { return p.url(p.persona.Paths.People) }

// url returns the address of a path of this provider, "" for an empty path.
func (p *Provider) url(path string) string {
	if path == "" {
		return ""
	}
	return p.Issuer() + path
}

// client returns the registered client with that identifier.
func (p *Provider) client(id string) (persona.Client, bool) {
	for _, c := range p.clients {
		if c.ID == id && id != "" {
			return c, true
		}
	}
	return persona.Client{}, false
}

// randomString returns n random bytes in unpadded base64url.
func randomString(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: it crashes the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}
