package mockprovider

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/persona"
)

// Option changes how New makes a Provider.
type Option func(*config) error

// config is what options write and New reads.
type config struct {
	persona       persona.Persona
	clients       []persona.Client
	redirectURIs  []string
	users         []User
	algorithm     string
	now           func() time.Time
	tokenLifetime time.Duration
	rotation      bool
	passwordForm  bool
	nonLoopback   bool
	issuer        string
	controlToken  string
	snapshot      []byte
	tls           bool
	tenants       []tenantConfig
	begin         time.Time // zero: now
	frozen        bool
	hooks         []Hook
	faults        []fault.Spec
	misbehave     bool
}

// tenantConfig is a tenant to be made at the start.
type tenantConfig struct {
	name    string
	options []Option
}

// Signing algorithms for WithSigning.
const (
	// RS256 is what real providers use; the key takes some 50 ms to make and
	// is made when it is first needed.
	RS256 = "RS256"
	// ES256 is quick: what tests want.
	ES256 = "ES256"
	// EdDSA is Ed25519 (RFC 8037): quicker still, and known to fewer clients.
	EdDSA = "EdDSA"
)

// WithPersona says what the provider plays. The default is persona.Google().
func WithPersona(p persona.Persona) Option {
	return func(c *config) error {
		if err := p.Validate(); err != nil {
			return err
		}
		for name := range p.Errors {
			if known := checkNames(); !slices.Contains(known, name) {
				return fmt.Errorf("persona: error.%s: there is no such check%s", name, nearest(name, known))
			}
		}
		c.persona = p
		return nil
	}
}

// WithClients replaces the persona's clients. The first is what ClientID and
// ClientSecret return.
func WithClients(clients ...persona.Client) Option {
	return func(c *config) error {
		if len(clients) == 0 {
			return errors.New("no clients given")
		}
		for i, client := range clients {
			if err := client.Validate(); err != nil {
				return fmt.Errorf("client %q: %w", clip(client.ID, 50), err)
			}
			if slices.ContainsFunc(clients[:i], func(other persona.Client) bool { return other.ID == client.ID }) {
				return fmt.Errorf("two clients have the id %q", client.ID)
			}
		}
		c.clients = clients
		return nil
	}
}

// WithRedirectURIs replaces the redirect URIs of the first client. They are
// compared exactly, except for the port of http on a loopback IP literal.
func WithRedirectURIs(uris ...string) Option {
	return func(c *config) error {
		for _, s := range uris {
			if u, err := url.Parse(s); err != nil || !u.IsAbs() || strings.Contains(s, "#") {
				return fmt.Errorf("redirect URI %q is not an absolute URI without fragment (RFC 6749 §3.1.2)", s)
			}
		}
		c.redirectURIs = uris
		return nil
	}
}

// WithUsers replaces the seeded users.
func WithUsers(users ...User) Option {
	return func(c *config) error {
		if len(users) == 0 {
			return errors.New("no users given")
		}
		if _, _, err := checkUsers(users); err != nil {
			return err
		}
		c.users = users
		return nil
	}
}

// WithTenant makes a tenant from the start; see Provider.Tenant. It may be
// given several times.
func WithTenant(name string, options ...Option) Option {
	return func(c *config) error {
		c.tenants = append(c.tenants, tenantConfig{name, options})
		return nil
	}
}

// WithTime makes the clock begin at t instead of now. A frozen one stands
// still until it is moved.
func WithTime(t time.Time, frozen bool) Option {
	return func(c *config) error {
		c.begin, c.frozen = t, frozen
		return nil
	}
}

// WithSigning sets the algorithm of ID tokens: RS256, ES256 or EdDSA. The default is
// the persona's.
func WithSigning(algorithm string) Option {
	return func(c *config) error {
		if algorithm != RS256 && algorithm != ES256 && algorithm != EdDSA {
			return fmt.Errorf("signing algorithm %q: want %s, %s or %s", algorithm, RS256, ES256, EdDSA)
		}
		c.algorithm = algorithm
		return nil
	}
}

// WithClock sets the clock that codes, tokens, sessions and the journal go by.
// The default is time.Now. Advance, SetTime and FreezeTime move
// and stop it.
func WithClock(now func() time.Time) Option {
	return func(c *config) error {
		if now == nil {
			return errors.New("the clock is nil")
		}
		c.now = now
		return nil
	}
}

// WithTokenLifetime sets how long an access token lives, in whole seconds. The
// default is the persona's, about an hour.
func WithTokenLifetime(d time.Duration) Option {
	return func(c *config) error {
		if d < time.Second {
			return fmt.Errorf("token lifetime %v is below one second", d)
		}
		c.tokenLifetime = d
		return nil
	}
}

// WithRotation says whether a refresh answers with a new refresh token and
// spends the old one (RFC 9700 §4.14.2). The default is true.
func WithRotation(on bool) Option {
	return func(c *config) error {
		c.rotation = on
		return nil
	}
}

// WithPasswordForm adds a form for e-mail address and password to the login
// page. It is meant for the program of its own; inside a product a demo must
// not teach people to type passwords into look-alikes.
func WithPasswordForm() Option {
	return func(c *config) error {
		c.passwordForm = true
		return nil
	}
}

// WithTLS makes the provider speak HTTPS, with a certificate for 127.0.0.1,
// [::1] and localhost (and the host of WithIssuer) by an authority of its own,
// made at start. Provider.CACertPEM is what clients need to trust;
// Provider.HTTPClient does already. The authority can certify nothing but
// these names, and forgets its key.
func WithTLS() Option {
	return func(c *config) error {
		c.tls = true
		return nil
	}
}

// AllowNonLoopback lets the provider listen on addresses that other computers
// can reach. Everybody who reaches it can sign in as anybody.
func AllowNonLoopback() Option {
	return func(c *config) error {
		c.nonLoopback = true
		return nil
	}
}

// WithIssuer sets the issuer instead of deriving it from the listener's
// address: for Handler without Serve, and for addresses such as 0.0.0.0 that
// are not how clients call it. It needs scheme and host, and no path.
func WithIssuer(issuer string) Option {
	return func(c *config) error {
		u, err := url.Parse(issuer)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" ||
			u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return fmt.Errorf("issuer %q: want http(s)://host[:port] and nothing more", issuer)
		}
		c.issuer = issuer
		return nil
	}
}

// WithControlToken sets the token that /_mock/journal asks for. The default is
// a random one.
func WithControlToken(token string) Option {
	return func(c *config) error {
		if len(token) < 16 {
			return errors.New("the control token has fewer than 16 characters")
		}
		c.controlToken = token
		return nil
	}
}

// WithSnapshot restores what Provider.Snapshot returned: keys, grants and
// consents, so that sessions outlive the process. Empty data is ignored; data
// of another version or persona is an error.
func WithSnapshot(data []byte) Option {
	return func(c *config) error {
		c.snapshot = data
		return nil
	}
}

// WithHook lets a function change the data of one stage; see Stage. Hooks of
// the same stage run in the order in which they were given.
func WithHook(stage Stage, f func(*Event)) Option {
	return func(c *config) error {
		if f == nil {
			return fmt.Errorf("hook for stage %q is nil", stage)
		}
		if !stage.Known() {
			return fmt.Errorf("unknown stage %q", stage)
		}
		c.hooks = append(c.hooks, Hook{Stage: stage, Func: f})
		return nil
	}
}
