package auth

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Provider says who signs the user in and how this client is known there. Fill
// it by hand, or start from a preset such as [Google].
type Provider struct {
	// ID is a stable short name, [a-z0-9-], unique among the configured ones.
	ID string
	// Name is shown on buttons: "Google".
	Name string
	// Issuer is the issuer identifier (OpenID Connect Discovery §2), compared
	// exactly. https, or http on a loopback address for tests. Where
	// Quirks.IssuerTemplate is set it only says where the discovery document is.
	Issuer string
	// Plain is set for a provider of plain OAuth 2.0; nil, the rule, means
	// OpenID Connect. Issuer then only names the authorization server.
	Plain *PlainOAuth
	// ClientID is the client's identifier at the issuer.
	ClientID string
	// ClientSecret is needed where a provider demands one from desktop clients
	// too. It is not confidential (RFC 8252 §8.5) but kept out of logs anyway.
	ClientSecret Secret
	// Scopes to ask for; nil means DefaultScopes. "openid" must be among them,
	// except where Plain is set: there it must not, and nil means none.
	Scopes []string
	// Redirect is where the response comes back to.
	Redirect Redirect
	// ProfileAPI is the address of a People API (RFC-less, Google's), or "".
	ProfileAPI string
	// Google asks for Google's button and words.
	Google bool
	// CAFile is the path of a PEM file with certificate authorities to trust
	// beside the system's, for this provider's back channel alone; "" for none.
	CAFile string
	// Quirks are a provider's deviations from the book.
	Quirks Quirks
}

// Redirect describes the redirect URI registered at the provider (RFC 8252
// §7.3). The zero value is http://127.0.0.1:{any port}/callback.
type Redirect struct {
	Host  string // "127.0.0.1" (default), "localhost" or "[::1]"
	Path  string // default "/callback"
	Ports []int  // tried in order; empty means any free port
	// LogoutPath is the path of the post-logout redirect URI that is registered
	// beside this one, on the same host (OpenID Connect RP-Initiated Logout 1.0
	// §3); empty means that there is none.
	LogoutPath string
}

// Quirks are deviations from the book that a provider's clients have to know.
type Quirks struct {
	// IssuerAliases are other values of "iss" the provider's ID tokens carry.
	IssuerAliases []string
	// IssuerTemplate is the issuer of a provider with many tenants, such as
	// "https://login.microsoftonline.com/{tenantid}/v2.0". The discovery
	// document must carry the template itself, and each ID token the issuer of
	// the tenant that its own claim tid names.
	IssuerTemplate string
	// AuthParams are added to the authorization request. Parameters that carry
	// security (state, nonce, code_challenge, redirect_uri, …) are refused.
	AuthParams map[string]string
	// NoExpiry: access tokens without expires_in live until revoked.
	NoExpiry bool
	// RevocationEndsGrant: revoking one token (RFC 7009) takes back all that the
	// person allowed this client, on every computer, as RFC 7009 §2.1 lets a
	// provider do. Signing out on one computer then revokes nothing.
	RevocationEndsGrant bool
	// SecretRequired: the token endpoint refuses clients without a secret.
	SecretRequired bool
	// FormPost asks for the response by POST (OAuth 2.0 Form Post Response
	// Mode), which keeps the code out of the browser's history. Responses by
	// POST are taken from every provider, asked for or not.
	FormPost bool
	// LoginHint is another name of the parameter login_hint.
	LoginHint string
	// CommaScopes: token responses separate scopes with commas (RFC 6749 §3.3
	// says spaces).
	CommaScopes bool
}

// DefaultScopes are asked for where a Provider names none: who the user is,
// and nothing more. More scopes mean warnings on consent pages.
func DefaultScopes() []string { return []string{"openid", "email", "profile"} }

const assumedLifetime = 5 * time.Minute // of an access token without expires_in (RFC 6749 §5.1 only recommends the field)

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// Parameters that a Quirks.AuthParams may not set, since a check rests on them.
var protectedParams = []string{"client_id", "response_type", "response_mode", "redirect_uri", "scope", "state",
	"nonce", "code_challenge", "code_challenge_method", "request", "request_uri", "max_age"}

// tenantPlaceholder stands in Quirks.IssuerTemplate for a tenant's ID.
const tenantPlaceholder = "{tenantid}"

var tenantPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// validateTemplate keeps a template within the issuer's own host.
func (p Provider) validateTemplate() error {
	t := p.Quirks.IssuerTemplate
	switch {
	case t == "":
		return nil
	case p.Plain != nil:
		return errors.New("a template makes sense for ID tokens only, which plain OAuth 2.0 has not")
	case strings.Count(t, tenantPlaceholder) != 1 || hostOf(strings.Replace(t, tenantPlaceholder, "t", 1)) != hostOf(p.Issuer):
		return fmt.Errorf("the template %q: expected %s once, in a path of %s", CleanText(t, 100), tenantPlaceholder, p.Host())
	}
	return nil
}

// documentIssuer is the issuer that the discovery document must carry.
func (p Provider) documentIssuer() string {
	if p.Quirks.IssuerTemplate != "" {
		return p.Quirks.IssuerTemplate
	}
	return p.Issuer
}

// issuerFor is the issuer that an ID token must carry whose claim tid is tenant;
// "" if there can be none.
func (p Provider) issuerFor(tenant string) string {
	if p.Quirks.IssuerTemplate == "" {
		return p.Issuer
	}
	if !tenantPattern.MatchString(tenant) {
		return ""
	}
	return strings.Replace(p.Quirks.IssuerTemplate, tenantPlaceholder, tenant, 1)
}

// Issues reports whether accounts with this issuer are p's: whether it is p's
// own, or that of one of its tenants.
func (p Provider) Issues(issuer string) bool {
	before, after, template := strings.Cut(p.Quirks.IssuerTemplate, tenantPlaceholder)
	if !template {
		return issuer == p.Issuer
	}
	tenant, ok := strings.CutPrefix(issuer, before)
	if !ok {
		return false
	}
	tenant, ok = strings.CutSuffix(tenant, after)
	return ok && tenantPattern.MatchString(tenant)
}

// Validate reports what is wrong with p in words for whoever wrote the
// configuration. It does no I/O.
func (p Provider) Validate() error {
	switch {
	case !idPattern.MatchString(p.ID):
		return fmt.Errorf("id %q: use 1 to 64 of a-z, 0-9 and '-'", p.ID)
	case strings.TrimSpace(p.Name) == "" || utf8.RuneCountInString(p.Name) > 100:
		return errors.New("name: expected 1 to 100 characters")
	case p.ClientID == "":
		return errors.New("client_id is missing: register a native (desktop) client at the provider")
	case p.Quirks.SecretRequired && p.ClientSecret.IsZero():
		return errors.New("client_secret is missing: this provider's token endpoint demands it of desktop clients too; it stands beside the client ID")
	case p.Plain == nil && len(p.Scopes) > 0 && !slices.Contains(p.Scopes, "openid"):
		return errors.New(`scopes: "openid" is missing`)
	}
	if err := CheckEndpoint(p.Issuer, IsLoopbackURL(p.Issuer)); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	if u, _ := url.Parse(p.Issuer); u.RawQuery != "" || u.Fragment != "" {
		return errors.New("issuer: expected an address without query and fragment (OpenID Connect Discovery §2)")
	}
	if err := p.validateTemplate(); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	if p.Plain != nil {
		if err := p.Plain.validate(p); err != nil {
			return err
		}
	}
	if p.ProfileAPI != "" {
		if err := CheckEndpoint(p.ProfileAPI, IsLoopbackURL(p.Issuer)); err != nil {
			return fmt.Errorf("profile_api: %w", err)
		}
	}
	for k, v := range p.Quirks.AuthParams {
		if slices.Contains(protectedParams, k) {
			return fmt.Errorf("authorization parameter %q may not be set: the sign-in's security rests on it", k)
		}
		if k == "prompt" && !interactive(v) {
			return errNotInteractive
		}
	}
	if p.CAFile != "" && !filepath.IsAbs(p.CAFile) {
		return fmt.Errorf("ca_file %q: expected the whole path of a file", CleanText(p.CAFile, 100))
	}
	return p.Redirect.validate()
}

// errNotInteractive: whoever has the client ID can pretend to be this program,
// so what a person sees at the provider is the only proof that they meant to
// sign in (RFC 8252 §8.6).
var errNotInteractive = errors.New("prompt: none is not possible: a person has to see the provider's page (RFC 8252 §8.6)")

// interactive reports whether a value of prompt (OpenID Connect Core §3.1.2.1)
// lets the provider show a page.
func interactive(prompt string) bool { return !slices.Contains(strings.Fields(prompt), "none") }

func (r Redirect) validate() error {
	if r.Host != "" && r.Host != "127.0.0.1" && r.Host != "localhost" && r.Host != "[::1]" {
		return fmt.Errorf("redirect_host %q: expected 127.0.0.1, localhost or [::1] (RFC 8252 §7.3)", r.Host)
	}
	for _, path := range []struct{ key, value, example string }{
		{"redirect_path", r.Path, "/callback"}, {"logout_path", r.LogoutPath, "/signed-out"},
	} {
		if path.value != "" && (!strings.HasPrefix(path.value, "/") || strings.ContainsAny(path.value, "?#% \\") || strings.Contains(path.value, "//")) {
			return fmt.Errorf("%s %q: expected a plain path such as %s", path.key, path.value, path.example)
		}
	}
	for _, port := range r.Ports {
		if port < 1 || port > 65535 {
			return fmt.Errorf("redirect_ports: %d is no port (1 to 65535)", port)
		}
	}
	return nil
}

// Host is the host of the issuer, for the words a person reads. A name with
// other letters than ASCII is told in punycode, so that one which only looks
// like another is seen to differ.
func (p Provider) Host() string { return shownHost(p.Issuer) }

func (p Provider) scopes() []string {
	if len(p.Scopes) == 0 && p.Plain == nil {
		return DefaultScopes()
	}
	return slices.Clone(p.Scopes)
}

// CheckEndpoint reports whether address is an absolute https URL, or, where
// loopback is true, an http one on a loopback host. Credentials in it are refused.
func CheckEndpoint(address string, loopback bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return fmt.Errorf("%q is no absolute https address", CleanText(address, 100))
	case u.User != nil:
		return errors.New("the address must not hold a user name or password")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && loopback && isLoopbackHost(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%q: expected https", CleanText(u.Scheme+"://"+u.Host, 100))
}

// IsLoopbackURL reports whether address is on this computer: a loopback IP
// literal or localhost.
func IsLoopbackURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && isLoopbackHost(u.Hostname())
}

func isLoopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// shownHost is a host as a person is shown it. Of a long one it is the end: that
// is the part that says whose it is.
func shownHost(address string) string {
	host := hostOf(address)
	if plain, err := plainHost(host); err == nil {
		host = plain
	}
	clean := []rune(CleanText(host, len(host)))
	if n := len(clean) - longestShown; n > 0 {
		return "…" + string(clean[n:])
	}
	return string(clean)
}

// longestShown is how many characters of a host are shown.
const longestShown = 100

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
