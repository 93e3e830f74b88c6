package mockprovider

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"app.latchkey/mockprovider/journal"
	"app.latchkey/mockprovider/persona"
)

// Provider is a mock provider. Its methods are safe for concurrent use.
type Provider struct {
	persona      persona.Persona
	clients      []persona.Client
	users        []User
	lifetime     time.Duration
	rotation     bool
	passwordForm bool
	nonLoopback  bool
	controlToken string
	hooks        []Hook
	keys         *keyring
	journal      journal.Journal
	handler      http.Handler
	pictures     pictures
	// instance is part of the cookies' names: cookies know hosts and no
	// ports, and several providers share a host.
	instance string

	mu     sync.Mutex // guards what follows
	now    func() time.Time
	offset time.Duration
	issuer string
	addr   string
	server *http.Server
	state  *state
}

// New makes a provider that does not listen yet; see Start, Serve and Handler.
func New(options ...Option) (*Provider, error) {
	c := config{persona: persona.Google(), users: SeedUsers(), now: time.Now, rotation: true}
	for _, o := range options {
		if err := o(&c); err != nil {
			return nil, fmt.Errorf("mock provider: %w", err)
		}
	}
	p := &Provider{
		persona: c.persona, users: c.users, rotation: c.rotation, passwordForm: c.passwordForm,
		nonLoopback: c.nonLoopback, hooks: c.hooks, now: c.now, issuer: c.issuer,
		controlToken: c.controlToken, instance: randomString(6),
		lifetime: time.Duration(c.persona.ExpiresIn) * time.Second,
	}
	p.clients = slices.Clone(c.clients)
	if len(p.clients) == 0 {
		p.clients = []persona.Client{c.persona.Client}
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
	algorithm := c.persona.Algorithm
	if c.algorithm != "" {
		algorithm = c.algorithm
	}
	p.keys = newKeyring(algorithm)
	p.state = newState()
	if len(c.snapshot) > 0 {
		if err := p.restore(c.snapshot); err != nil {
			return nil, fmt.Errorf("mock provider: restoring its state: %w", err)
		}
	}
	p.handler = p.routes()
	return p, nil
}

// Handler returns the provider's handler, for use with a server of one's own.
// It answers 503 until the issuer is known: by Serve, Start or WithIssuer.
func (p *Provider) Handler() http.Handler { return p.handler }

// Issuer returns the issuer, "" while it is not known.
func (p *Provider) Issuer() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.issuer
}

// Addr returns the host and port on which the provider listens, "" before.
func (p *Provider) Addr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addr
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
func (p *Provider) Users() []User { return slices.Clone(p.users) }

// ControlToken returns the bearer token for /_mock/journal.
func (p *Provider) ControlToken() string { return p.controlToken }

// Journal returns the record of what happened.
func (p *Provider) Journal() *journal.Journal { return &p.journal }

// Now returns the time by the provider's clock.
func (p *Provider) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.nowLocked()
}

func (p *Provider) nowLocked() time.Time { return p.now().Add(p.offset) }

// Advance moves the provider's clock by d, which may be negative. Codes,
// tokens and sessions expire accordingly.
func (p *Provider) Advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offset += d
}

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
