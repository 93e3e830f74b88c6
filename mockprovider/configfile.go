package mockprovider

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/persona"
	"app.latchkey/mockprovider/tomlfile"
)

// ConfigFile is a provider described in TOML: what it plays, who can sign in,
// which clients it knows, how it misbehaves, and its tenants.
//
//	persona = "google"           # a name, or the path of a persona's file
//	port = 8400
//
//	[[user]]
//	email = "grace@example.com"
//	name = "Grace Hopper"
//	claims = { groups = ["navy"] }
//
//	[[fault]]
//	name = "id-token-nonce-wrong"
//	times = "once"
//
//	[tenant.strict]
//	persona = "plain"
type ConfigFile struct {
	// Addr is where to listen; Port is the same on 127.0.0.1. "" and 0 leave it
	// to the caller.
	Addr string `toml:"addr"`
	Port uint16 `toml:"port"`
	// Issuer is as in WithIssuer.
	Issuer string `toml:"issuer"`
	// TLS is as WithTLS.
	TLS bool `toml:"tls"`
	// ControlToken is as in WithControlToken.
	ControlToken string `toml:"control_token"`
	settings
	// Tenants are made from the start. They inherit what they do not say.
	Tenants map[string]settings `toml:"tenant"`

	options []Option
}

// settings are what a provider and a tenant have in common.
type settings struct {
	Persona       string           `toml:"persona"`
	Signing       string           `toml:"signing"`
	TokenLifetime time.Duration    `toml:"token_lifetime"`
	Rotate        *bool            `toml:"rotate"`
	PasswordForm  *bool            `toml:"password_form"`
	MisbehaveMenu *bool            `toml:"misbehave_menu"`
	RedirectURIs  []string         `toml:"redirect_uris"`
	Time          time.Time        `toml:"time"`
	Frozen        bool             `toml:"frozen"`
	Users         []User           `toml:"user"`
	Clients       []persona.Client `toml:"client"`
	Faults        []fault.Spec     `toml:"fault"`
}

// LoadConfig reads a configuration file. Its errors say line and column.
func LoadConfig(path string) (*ConfigFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, tomlfile.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return ParseConfig(path, data)
}

// ParseConfig reads a configuration from TOML. path is its name for errors,
// and a persona's file is looked for in its folder.
func ParseConfig(path string, data []byte) (*ConfigFile, error) {
	c := &ConfigFile{}
	d, err := tomlfile.Decode(filepath.Base(path), data, c)
	if err != nil {
		return nil, err
	}
	b := &optionsBuilder{doc: d, dir: filepath.Dir(path)}
	if d.Has("addr") && d.Has("port") {
		return nil, d.Errorf("port", "addr says where to listen already")
	}
	if c.Port != 0 {
		c.Addr = "127.0.0.1:" + strconv.Itoa(int(c.Port))
	}
	b.add("issuer", c.Issuer != "", func() Option { return WithIssuer(c.Issuer) })
	b.add("tls", c.TLS, WithTLS)
	b.add("control_token", c.ControlToken != "", func() Option { return WithControlToken(c.ControlToken) })
	b.settings("", c.settings)
	for _, name := range sortedKeys(c.Tenants) {
		if !tenantName.MatchString(name) {
			return nil, d.Errorf("tenant."+name, "want 1 to 63 of a-z, 0-9 and - as a name")
		}
		inner := &optionsBuilder{doc: d, dir: b.dir}
		inner.settings("tenant."+name+".", c.Tenants[name])
		b.options = append(b.options, WithTenant(name, inner.options...))
		b.err = errors.Join(b.err, inner.err)
	}
	if b.err != nil {
		return nil, b.err
	}
	c.options = b.options
	return c, nil
}

// Options are what the file says, for New and mocktest.Start. Addr is not
// among them.
func (c *ConfigFile) Options() []Option { return c.options }

// optionsBuilder turns a file into options, trying each at once so that what
// is wrong with it can be told with its place.
type optionsBuilder struct {
	doc     *tomlfile.Document
	dir     string
	options []Option
	err     error // the first
}

// add adds an option under the name of its key if the file mentions it.
func (b *optionsBuilder) add(key string, mentioned bool, make func() Option) {
	if b.err != nil || !mentioned {
		return
	}
	option := make()
	if err := option(&config{}); err != nil {
		b.fail(key, err)
		return
	}
	b.options = append(b.options, option)
}

// fail keeps the first error, at its place.
func (b *optionsBuilder) fail(key string, err error) {
	if b.err == nil {
		b.err = b.doc.Errorf(key, "%v", err)
	}
}

// settings adds what a provider or tenant says. prefix is of the keys.
func (b *optionsBuilder) settings(prefix string, s settings) {
	b.persona(prefix+"persona", s.Persona)
	b.add(prefix+"signing", s.Signing != "", func() Option { return WithSigning(s.Signing) })
	b.add(prefix+"token_lifetime", b.doc.Has(prefix+"token_lifetime"), func() Option { return WithTokenLifetime(s.TokenLifetime) })
	b.add(prefix+"rotate", s.Rotate != nil, func() Option { return WithRotation(*s.Rotate) })
	b.add(prefix+"password_form", s.PasswordForm != nil, func() Option { return passwordForm(*s.PasswordForm) })
	b.add(prefix+"misbehave_menu", s.MisbehaveMenu != nil, func() Option { return misbehaveMenu(*s.MisbehaveMenu) })
	b.add(prefix+"time", !s.Time.IsZero() || s.Frozen, func() Option { return WithTime(s.Time, s.Frozen) })
	b.users(prefix+"user", s.Users)
	b.clients(prefix+"client", s.Clients)
	b.add(prefix+"redirect_uris", len(s.RedirectURIs) > 0, func() Option { return WithRedirectURIs(s.RedirectURIs...) })
	for i, spec := range s.Faults {
		key := fmt.Sprintf("%sfault[%d]", prefix, i)
		if wrong := new(fault.Mistake); errors.As(spec.Check(), &wrong) {
			b.fail(key+"."+wrong.Field, wrong.Err)
		}
		b.add(key, true, func() Option { return WithFault(spec) })
	}
	b.conflicts(prefix+"fault", s.Faults)
}

// persona finds a persona by name or file.
func (b *optionsBuilder) persona(key, name string) {
	if name == "" || b.err != nil {
		return
	}
	plays, err := FindPersona(name, b.dir)
	var inFile *tomlfile.Error
	switch {
	case errors.As(err, &inFile):
		b.err = err // it has a place of its own
	case err != nil:
		b.fail(key, err)
	default:
		b.add(key, true, func() Option { return WithPersona(plays) })
	}
}

// FindPersona returns the built-in persona with that name, or reads the file
// with that path. A path has a slash or ends in .toml; relative ones are below
// dir.
func FindPersona(name, dir string) (persona.Persona, error) {
	if strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".toml") {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return persona.Load(name)
	}
	if plays, ok := persona.ByName(name); ok {
		return plays, nil
	}
	return persona.Persona{}, fmt.Errorf("unknown persona %q%s: want one of %s, or a file", name, nearest(name, persona.Names()), strings.Join(persona.Names(), ", "))
}

// users adds users, filling in what few people care to write.
func (b *optionsBuilder) users(key string, users []User) {
	if len(users) == 0 || b.err != nil {
		return
	}
	for i := range users {
		users[i] = users[i].withDefaults()
		if !b.doc.Has(fmt.Sprintf("%s[%d].email_verified", key, i)) {
			users[i].EmailVerified = users[i].Email != ""
		}
	}
	if i, field, err := checkUsers(users); err != nil {
		b.fail(fmt.Sprintf("%s[%d].%s", key, i, field), err)
		return
	}
	b.add(key, true, func() Option { return WithUsers(users...) })
}

// withDefaults fills in key, subject, name and password.
func (u User) withDefaults() User {
	if u.Key == "" {
		local, _, _ := strings.Cut(u.Email, "@")
		u.Key = strings.Trim(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, strings.ToLower(local)), "-")
	}
	if u.Subject == "" {
		sum := sha256.Sum256([]byte("subject of " + u.Key))
		u.Subject = "1" + fmt.Sprintf("%020d", binary.BigEndian.Uint64(sum[:8]))
	}
	if u.Name == "" {
		u.Name = strings.TrimSpace(u.GivenName + " " + u.FamilyName)
	}
	if u.Name == "" {
		u.Name = u.Key
	}
	if u.Password == "" {
		u.Password = SeedPassword
	}
	return u
}

// clients adds clients.
func (b *optionsBuilder) clients(key string, clients []persona.Client) {
	for i, c := range clients {
		var problem *persona.Problem
		if err := c.Validate(); errors.As(err, &problem) {
			b.fail(fmt.Sprintf("%s[%d]%s", key, i, strings.TrimPrefix(problem.Key, "client")), errors.New(problem.Message))
		}
	}
	b.add(key, len(clients) > 0, func() Option { return WithClients(clients...) })
}

// conflicts finds two faults that bend the same place, which only an engine
// knows.
func (b *optionsBuilder) conflicts(key string, specs []fault.Spec) {
	var engine fault.Engine
	for i, spec := range specs {
		if b.err != nil {
			return
		}
		if _, err := engine.Add(spec); err != nil {
			b.fail(fmt.Sprintf("%s[%d]", key, i), err)
		}
	}
}

func passwordForm(on bool) Option {
	return func(c *config) error { c.passwordForm = on; return nil }
}

func misbehaveMenu(on bool) Option {
	return func(c *config) error { c.misbehave = on; return nil }
}
