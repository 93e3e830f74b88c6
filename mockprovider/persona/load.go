package persona

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"app.latchkey/mockprovider/tomlfile"
)

// Load reads a persona's file. Its errors say line and column.
func Load(path string) (Persona, error) {
	f, err := os.Open(path)
	if err != nil {
		return Persona{}, fmt.Errorf("reading the persona: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, tomlfile.MaxSize+1))
	if err != nil {
		return Persona{}, fmt.Errorf("reading the persona: %w", err)
	}
	return Parse(filepath.Base(path), data)
}

// Parse reads a persona from TOML. name is the file's name, for errors; these
// are *tomlfile.Error.
func Parse(name string, data []byte) (Persona, error) { return parse(name, data, ByName) }

func parse(name string, data []byte, byName func(string) (Persona, bool)) (Persona, error) {
	var p Persona
	d, err := tomlfile.Decode(name, data, &p)
	if err != nil {
		return Persona{}, err
	}
	if base := p.Extends; base != "" {
		var ok bool
		if p, ok = byName(base); !ok {
			return Persona{}, d.Errorf("extends", "there is no persona %q built in: want one of %s", base, strings.Join(Names(), ", "))
		}
		// Once more, over what the base says.
		if d, err = tomlfile.Decode(name, data, &p); err != nil {
			return Persona{}, err
		}
	}
	if err := p.Validate(); err != nil {
		var problem *Problem
		if errors.As(err, &problem) {
			return Persona{}, d.Errorf(problem.Key, "%s", problem.Message)
		}
		return Persona{}, err
	}
	return p, nil
}

// Problem is a value that a persona cannot have.
type Problem struct {
	// Key is the path of the value as in a file: "scope[1].name".
	Key string
	// Message says what is wrong.
	Message string
}

// Error implements error.
func (p *Problem) Error() string { return "persona: " + p.Key + ": " + p.Message }

func problem(key, format string, args ...any) error {
	return &Problem{Key: key, Message: fmt.Sprintf(format, args...)}
}

// Limits of a persona: more is a slip of the pen.
const (
	maxScopes   = 200
	maxLifetime = 10 * 365 * 24 * 60 * 60 // seconds
)

var (
	nameForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	pathForm  = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)
	scopeForm = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]{1,200}$`) // RFC 6749 §3.3
	tokenForm = regexp.MustCompile(`^[A-Za-z0-9._~/-]{0,20}$`)
	codeForm  = regexp.MustCompile(`^[\x20-\x21\x23-\x5B\x5D-\x7E]{0,100}$`) // RFC 6749 §5.2
)

// Validate checks that the persona can be played. Its error is a *Problem.
func (p Persona) Validate() error {
	for _, check := range []func() error{
		p.checkNames, p.checkPaths, p.checkClients, p.checkScopes, p.checkHabits, p.checkErrors,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (p Persona) checkNames() error {
	switch {
	case !nameForm.MatchString(p.Name):
		return problem("name", "want 1 to 63 of a-z, 0-9 and -")
	case p.Title == "" || len(p.Title) > 100:
		return problem("title", "want 1 to 100 characters")
	case p.OpenID && !slices.Contains([]string{"RS256", "ES256", "EdDSA"}, p.Algorithm):
		return problem("algorithm", "%q: want RS256, ES256 or EdDSA", p.Algorithm)
	}
	return nil
}

// reserved are the mock's own paths.
var reserved = []string{"/_mock", "/t", "/picture", "/.well-known", "/healthz"}

// checkPaths looks at each field of Paths.
func (p Persona) checkPaths() error {
	used := map[string]string{}
	v := reflect.ValueOf(p.Paths)
	for i := range v.NumField() {
		name, path := v.Type().Field(i).Tag.Get("toml"), v.Field(i).String()
		key := "paths." + name
		if path == "" {
			continue
		}
		if !pathForm.MatchString(path) || len(path) > 200 {
			return problem(key, "%q: want a path such as /oauth2/token", path)
		}
		for _, own := range reserved {
			if path == own || strings.HasPrefix(path, own+"/") {
				return problem(key, "%s belongs to the mock itself", own)
			}
		}
		if other := used[path]; other != "" {
			return problem(key, "%s is the path of %s already", path, other)
		}
		used[path] = name
	}
	switch {
	case p.Paths.Authorization == "":
		return problem("paths.authorization", "is missing")
	case p.Paths.Token == "":
		return problem("paths.token", "is missing")
	case p.OpenID && p.Paths.JWKS == "":
		return problem("paths.jwks", "is missing: ID tokens could not be checked")
	case !p.OpenID && (p.Paths.JWKS != "" || p.Paths.EndSession != ""):
		return problem("openid", "must be true where there are keys or an end-session endpoint")
	}
	return nil
}

func (p Persona) checkClients() error {
	seen := map[string]bool{}
	for i, c := range append([]Client{p.Client}, p.MoreClients...) {
		key := "client"
		if i > 0 {
			key = fmt.Sprintf("more_clients[%d]", i-1)
		}
		if err := c.validate(key); err != nil {
			return err
		}
		if seen[c.ID] {
			return problem(key+".id", "%q is the id of another client already", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

// validate checks one client.
func (c Client) validate(key string) error {
	if c.ID == "" || len(c.ID) > 200 || strings.ContainsFunc(c.ID, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
		return problem(key+".id", "want 1 to 200 printable ASCII characters")
	}
	if err := checkURIs(key+".redirect_uris", c.RedirectURIs); err != nil {
		return err
	}
	return checkURIs(key+".post_logout_redirect_uris", c.PostLogoutRedirectURIs)
}

// Validate checks one client. Its error is a *Problem.
func (c Client) Validate() error { return c.validate("client") }

func checkURIs(key string, uris []string) error {
	for i, uri := range uris {
		if u, err := url.Parse(uri); err != nil || !u.IsAbs() || strings.Contains(uri, "#") || u.Opaque != "" {
			return problem(fmt.Sprintf("%s[%d]", key, i), "%q is not an absolute URI without fragment (RFC 6749 §3.1.2)", uri)
		}
	}
	return nil
}

func (p Persona) checkScopes() error {
	if len(p.Scopes) > maxScopes || len(p.Scopes) == 0 && !p.EmptyScope {
		return problem("scope", "want 1 to %d scopes", maxScopes)
	}
	seen := map[string]bool{}
	for i, s := range p.Scopes {
		for _, f := range []struct{ key, name string }{{"name", s.Name}, {"long", s.Long}} {
			key := fmt.Sprintf("scope[%d].%s", i, f.key)
			switch {
			case f.name == "" && f.key == "long":
			case !scopeForm.MatchString(f.name):
				return problem(key, "%q is not a scope (RFC 6749 §3.3)", f.name)
			case seen[f.name]:
				return problem(key, "%q is listed already", f.name)
			}
			seen[f.name] = true
		}
	}
	if p.OpenID && !seen["openid"] {
		return problem("scope", "an OpenID provider needs the scope openid (OpenID Connect Core §3.1.2.1)")
	}
	for i, name := range p.UserinfoNeeds {
		if _, ok := p.Scope(name); !ok {
			return problem(fmt.Sprintf("userinfo_needs[%d]", i), "there is no scope %q", name)
		}
	}
	return nil
}

func (p Persona) checkHabits() error {
	if !slices.Contains([]RefreshRule{RefreshOfflineScope, RefreshAccessType, RefreshNever}, p.Refresh) {
		return problem("refresh", "%q: want offline_access, access_type or never", p.Refresh)
	}
	for i, mode := range p.ResponseModes {
		if mode != "query" && mode != "form_post" {
			return problem(fmt.Sprintf("response_modes[%d]", i), "%q: want query or form_post", mode)
		}
	}
	for _, n := range []struct {
		key             string
		value, min, max int
	}{
		{"expires_in", p.ExpiresIn, 0, maxLifetime}, {"code_expires_in", p.CodeExpiresIn, 1, maxLifetime},
		{"refresh_expires_in", p.RefreshExpiresIn, 0, maxLifetime}, {"max_refresh_tokens", p.MaxRefreshTokens, 0, 1_000_000},
	} {
		if n.value < n.min || n.value > n.max {
			return problem(n.key, "want %d to %d", n.min, n.max)
		}
	}
	for _, t := range []struct{ key, value string }{
		{"code", p.Tokens.Code}, {"access", p.Tokens.Access}, {"refresh", p.Tokens.Refresh},
	} {
		if !tokenForm.MatchString(t.value) {
			return problem("tokens."+t.key, "want at most 20 of letters, digits and ._~/-")
		}
	}
	if p.AdvertiseIss && p.OmitIss {
		return problem("omit_iss", "iss is advertised (RFC 9207 §3)")
	}
	return nil
}

func (p Persona) checkErrors() error {
	for name, e := range p.Errors {
		key := "error." + name
		switch {
		case !codeForm.MatchString(e.Code):
			return problem(key+".code", "%q is not an error code (RFC 6749 §5.2)", e.Code)
		case e.Status != 0 && (e.Status < 200 || e.Status > 499):
			return problem(key+".status", "want 200 to 499")
		}
	}
	return nil
}
