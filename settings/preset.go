package settings

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"app.latchkey/auth"
)

// plainKeys are the keys of plain OAuth 2.0, in the order in which a misplaced
// one is reported.
var plainKeys = []string{"authorization_endpoint", "token_endpoint", "revocation_endpoint", "token_deletion", "user_endpoint",
	"emails_endpoint", "user_subject", "user_login", "user_name", "user_email", "user_picture", "user_organization",
	"login_hint", "no_expiry", "comma_scopes"}

// plainQuirks are those of them that are habits, not places.
var plainQuirks = plainKeys[len(plainKeys)-3:]

// provider applies the preset. Validate judges what comes out, except for
// what is simply missing or does not go together, which is said here in the
// file's own words.
func (e entry) provider(where place) (auth.Provider, error) {
	p, err := e.base(where)
	if err != nil {
		return p, err
	}
	p.ID = cmp.Or(e.id, p.ID)
	if e.name != "" {
		p.Name = auth.CleanText(e.name, 100)
	}
	if e.scopes != nil {
		p.Scopes = e.scopes
	}
	p.Redirect = auth.Redirect{Host: cmp.Or(e.redirectHost, p.Redirect.Host), Path: cmp.Or(e.redirectPath, p.Redirect.Path),
		Ports: e.ports, LogoutPath: e.logout}
	p.CAFile, p.Quirks.FormPost = e.caFile, e.formPost
	for _, need := range []struct{ key, value, hint string }{
		{"id", p.ID, `a short name of your own, such as id = "work"`},
		{"name", p.Name, `the name on the button, such as name = "Work"`},
		{"issuer", p.Issuer, `the provider's issuer address, such as issuer = "https://id.example.com"`},
		{"client_id", p.ClientID, "register a native (desktop) client at the provider and copy its client ID"},
	} {
		if need.value == "" {
			return p, mistakef(where.value(need.key), "%s is missing: %s", need.key, need.hint)
		}
	}
	return p, nil
}

// base is the provider before the keys that all presets share.
func (e entry) base(where place) (auth.Provider, error) {
	if e.tenant != "" && e.preset != "microsoft" {
		return auth.Provider{}, mistakef(where.key("tenant"), `tenant goes with preset = "microsoft" only`)
	}
	if e.preset != "" {
		keys := plainKeys
		if e.preset == "github" {
			keys = plainQuirks // its endpoints may differ
		}
		for _, key := range keys {
			if e.written[key] {
				return auth.Provider{}, mistakef(where.key(key), "leave %s out: preset %q knows", key, e.preset)
			}
		}
	}
	switch e.preset {
	case "":
		return e.custom(where)
	case "google":
		return e.google(), nil
	case "microsoft":
		return e.microsoft(where)
	case "gitlab":
		p := auth.GitLabAt(cmp.Or(e.issuer, "https://gitlab.com"), e.clientID)
		p.ClientSecret = auth.NewSecret(e.clientSecret) // a confidential application has one
		return p, nil
	case "github":
		return e.github(where)
	}
	return auth.Provider{}, mistakef(where.value("preset"),
		`preset %q is not known: expected "google", "microsoft", "gitlab" or "github", or leave it out`, e.preset)
}

func (e entry) google() auth.Provider {
	if e.issuer != "" && e.issuer != auth.GoogleIssuer {
		return auth.GoogleAt(e.issuer, e.profileAPI, e.clientID, e.clientSecret)
	}
	p := auth.Google(e.clientID, e.clientSecret)
	p.ProfileAPI = cmp.Or(e.profileAPI, p.ProfileAPI)
	return p
}

var tenantPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (e entry) microsoft(where place) (auth.Provider, error) {
	tenant := strings.ToLower(cmp.Or(e.tenant, "common"))
	named := slices.Contains([]string{"common", "organizations", "consumers"}, tenant)
	switch {
	case e.issuer != "":
		return auth.Provider{}, mistakef(where.key("issuer"), `leave issuer out: preset "microsoft" makes it of tenant`)
	case !named && !tenantPattern.MatchString(tenant):
		return auth.Provider{}, mistakef(where.value("tenant"),
			`tenant %q: expected "common", "organizations", "consumers" or the tenant's ID ("xxxxxxxx-xxxx-…"); a domain name is no issuer`, e.tenant)
	}
	p := auth.Microsoft(tenant, e.clientID)
	p.ClientSecret = auth.NewSecret(e.clientSecret)
	return p, nil
}

const githubIssuerPath = "/login/oauth"

// github is GitHub's preset, at github.com or a GitHub Enterprise Server, whose
// API is below /api/v3. Single endpoints may differ.
func (e entry) github(where place) (auth.Provider, error) {
	p := auth.GitHub(e.clientID, e.clientSecret)
	if e.issuer != "" && e.issuer != p.Issuer {
		site, ok := strings.CutSuffix(e.issuer, githubIssuerPath)
		if !ok {
			return p, mistakef(where.value("issuer"), "issuer: expected https://HOST%s, as GitHub names itself", githubIssuerPath)
		}
		p = auth.GitHubAt(site, site+"/api/v3", e.clientID, e.clientSecret)
	}
	preset := p.Plain
	merged := e.plain
	for _, f := range []struct {
		mine   *string
		preset string
	}{
		{&merged.AuthorizationEndpoint, preset.AuthorizationEndpoint}, {&merged.TokenEndpoint, preset.TokenEndpoint},
		{&merged.RevocationEndpoint, preset.RevocationEndpoint}, {&merged.TokenDeletion, preset.TokenDeletion},
		{&merged.User.Endpoint, preset.User.Endpoint}, {&merged.User.EmailsEndpoint, preset.User.EmailsEndpoint},
		{&merged.User.Subject, preset.User.Subject}, {&merged.User.Login, preset.User.Login}, {&merged.User.Name, preset.User.Name},
		{&merged.User.Email, preset.User.Email}, {&merged.User.Picture, preset.User.Picture},
		{&merged.User.Organization, preset.User.Organization},
	} {
		*f.mine = cmp.Or(*f.mine, f.preset)
	}
	p.Plain = &merged
	return p, nil
}

// custom is a provider without a preset: OpenID Connect by discovery, or plain
// OAuth 2.0 where its endpoints are written down.
func (e entry) custom(where place) (auth.Provider, error) {
	p := auth.Provider{Issuer: e.issuer, ClientID: e.clientID, ClientSecret: auth.NewSecret(e.clientSecret), ProfileAPI: e.profileAPI}
	if e.plain.AuthorizationEndpoint == "" {
		for _, key := range plainKeys {
			if e.written[key] {
				return p, mistakef(where.key(key),
					"%s is for plain OAuth 2.0, and authorization_endpoint is missing. For OpenID Connect leave both out: the issuer is enough", key)
			}
		}
		return p, nil
	}
	if p.Issuer == "" {
		p.Issuer = originOf(e.plain.AuthorizationEndpoint)
	}
	plain := e.plain
	p.Plain = &plain
	p.Quirks = auth.Quirks{NoExpiry: e.noExpiry, CommaScopes: e.commaScopes, LoginHint: e.loginHint}
	for _, need := range []struct{ key, value, hint string }{
		{"token_endpoint", plain.TokenEndpoint, "plain OAuth 2.0 has no discovery"},
		{"user_endpoint", plain.User.Endpoint, "the address that says who signed in"},
		{"user_subject", plain.User.Subject, `the member of its answer that never changes, such as user_subject = "id"`},
	} {
		if need.value == "" {
			return p, mistakef(where.value(need.key), "%s is missing: %s", need.key, need.hint)
		}
	}
	return p, nil
}

// originOf names an authorization server that has no issuer.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address // Validate says what is wrong with it
	}
	return u.Scheme + "://" + u.Host
}
