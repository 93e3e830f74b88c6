package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// announcement is the line that --json prints when the provider is ready.
type announcement struct {
	Issuer        string `json:"issuer"`
	ControlToken  string `json:"control_token"`
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	PeopleAPI     string `json:"people_api"`
	ProvidersTOML string `json:"providers_toml"`
	// CA is the authority's certificate in PEM, if --tls was given.
	CA string `json:"ca,omitempty"`
	// Tenants are the tenants' issuers by name.
	Tenants map[string]string `json:"tenants,omitempty"`
	// Dashboard shows the journal as a page. It can be opened once.
	Dashboard string `json:"dashboard"`
}

// announce prints how to use the provider.
func announce(w io.Writer, p *mockprovider.Provider, o options) error {
	a := announcement{
		Issuer: p.Issuer(), ControlToken: p.ControlToken(),
		ClientID: p.ClientID(), ClientSecret: p.ClientSecret(),
		PeopleAPI: p.PeopleAPI(), ProvidersTOML: providersTOML(p), CA: string(p.CACertPEM()),
		Dashboard: p.DashboardLink(),
	}
	for _, t := range p.Tenants() {
		if a.Tenants == nil {
			a.Tenants = map[string]string{}
		}
		a.Tenants[t.TenantName()] = t.Issuer()
	}
	if o.json {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(a)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Test provider %s is ready.\n\n", p.Persona().Title)
	fmt.Fprintf(&b, "  issuer         %s\n  client ID      %s\n  client secret  %s\n", a.Issuer, a.ClientID, orNone(a.ClientSecret))
	if a.PeopleAPI != "" {
		fmt.Fprintf(&b, "  People API     %s?personFields=names\n", a.PeopleAPI)
	}
	fmt.Fprintf(&b, "  journal        %s/_mock/journal\n  control token  %s\n\n", a.Issuer, a.ControlToken)
	fmt.Fprintf(&b, "Journal as a page (opens once; POST /_mock/link makes another):\n  %s\n\n", a.Dashboard)
	for i, f := range p.Faults() {
		if i == 0 {
			b.WriteString("Faults:\n")
		}
		fmt.Fprintf(&b, "  %-4s %s\n", f.ID, f.Spec)
	}
	if len(p.Faults()) > 0 {
		b.WriteByte('\n')
	}
	for i, t := range p.Tenants() {
		if i == 0 {
			b.WriteString("Tenants:\n")
		}
		fmt.Fprintf(&b, "  %s (%s)\n", t.Issuer(), t.Persona().Title)
	}
	if len(a.Tenants) > 0 {
		b.WriteByte('\n')
	}
	if !p.Persona().OpenID {
		paths := p.Persona().Paths
		fmt.Fprintf(&b, "It publishes no metadata; its endpoints:\n  %s\n  %s\n\n", a.Issuer+paths.Authorization, a.Issuer+paths.Token)
	}
	if a.CA != "" && o.caFile == "" {
		fmt.Fprintf(&b, "Certificate of the authority that clients must trust:\n\n%s\n", a.CA)
	}
	b.WriteString("Redirect URIs (any port on a loopback IP literal):\n")
	for _, uri := range p.Clients()[0].RedirectURIs {
		fmt.Fprintf(&b, "  %s\n", uri)
	}
	fmt.Fprintf(&b, "\nWho can sign in (password: %s):\n", mockprovider.SeedPassword)
	for _, u := range p.Users() {
		fmt.Fprintf(&b, "  %s <%s>\n", u.Name, u.Email)
	}
	fmt.Fprintf(&b, "\nproviders.toml:\n\n%s\nPress Ctrl+C to stop.\n", a.ProvidersTOML)
	_, err := io.WriteString(w, b.String())
	return err
}

// providersTOML returns a provider's entry for the client's configuration.
func providersTOML(p *mockprovider.Provider) string {
	plays := p.Persona()
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s = %s\n", key, strconv.Quote(value))
		}
	}
	b.WriteString("[[provider]]\n")
	line("id", plays.Name+"-mock")
	line("name", plays.Title)
	if plays.Name == "google" {
		line("preset", "google")
	}
	line("issuer", p.Issuer())
	line("client_id", p.ClientID())
	line("client_secret", p.ClientSecret())
	if plays.Refresh == persona.RefreshOfflineScope {
		b.WriteString("scopes = [\"openid\", \"email\", \"profile\", \"offline_access\"]\n")
	}
	line("profile_api", p.PeopleAPI())
	if uris := p.Clients()[0].RedirectURIs; len(uris) > 0 {
		if u, err := url.Parse(uris[0]); err == nil && u.Scheme == "http" {
			line("redirect_host", u.Hostname())
			line("redirect_path", u.Path)
		}
	}
	if !plays.OpenID {
		b.WriteString(plainTOML(p))
	}
	return b.String()
}

// plainTOML are the keys of a provider of plain OAuth 2.0, which publishes no
// metadata: where its endpoints are, and which member of its user API is what.
func plainTOML(p *mockprovider.Provider) string {
	plays := p.Persona()
	var b strings.Builder
	fmt.Fprintf(&b, "# Plain OAuth 2.0: there are no metadata to find these in.\n")
	for _, l := range []struct{ key, path string }{
		{"authorization_endpoint", plays.Paths.Authorization}, {"token_endpoint", plays.Paths.Token},
		{"revocation_endpoint", plays.Paths.Revocation}, {"user_endpoint", plays.Paths.User}, {"emails_endpoint", plays.Paths.Emails},
	} {
		if l.path != "" {
			fmt.Fprintf(&b, "%s = %q\n", l.key, p.Issuer()+l.path)
		}
	}
	if plays.Paths.Applications != "" {
		fmt.Fprintf(&b, "token_deletion = %q\n", p.Issuer()+plays.Paths.Applications+"/{client_id}/token")
	}
	if plays.Paths.User != "" {
		b.WriteString("user_subject = \"id\"\nuser_login = \"login\"\nuser_name = \"name\"\nuser_email = \"email\"\n" +
			"user_picture = \"avatar_url\"\nuser_organization = \"company\"\n")
	}
	var scopes []string
	for _, s := range plays.Scopes {
		if s.Name == "read:user" || s.Name == "user:email" {
			scopes = append(scopes, strconv.Quote(s.Name))
		}
	}
	if len(scopes) > 0 {
		fmt.Fprintf(&b, "scopes = [%s]\n", strings.Join(scopes, ", "))
	}
	if plays.LoginHint != "" {
		fmt.Fprintf(&b, "login_hint = %q\n", plays.LoginHint)
	}
	if plays.ExpiresIn == 0 {
		b.WriteString("no_expiry = true\n")
	}
	if plays.ScopeSeparator == "," {
		b.WriteString("comma_scopes = true\n")
	}
	return b.String()
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}
