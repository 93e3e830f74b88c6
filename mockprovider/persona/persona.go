// Package persona describes what a mock provider plays: the paths of its
// endpoints, the scopes it knows, the words of its errors and the habits in
// which real providers differ. A persona is plain data. It can make the mock
// look and speak like somebody, but it cannot make it lenient: strictness is
// not a matter of persona.
//
// Each persona is one TOML file. The built-in ones lie beside this package:
// google.toml plays Google as a desktop client meets it, plain.toml plays
// OpenID Connect by the book, github.toml plays plain OAuth 2.0 as GitHub has
// it. A file of one's own is read by Load; it can begin with
//
//	extends = "plain"
//
// and then says only what differs. In Go, others are made by changing the
// fields of a built-in one.
package persona

import (
	"maps"
	"slices"
)

// Persona is everything that differs between the providers being played. The
// names in a file are those of the toml tags.
type Persona struct {
	// Name is the stable, lower-case name: "google".
	Name string `toml:"name"`
	// Extends is the built-in persona with which a file begins, "" if it says
	// everything itself.
	Extends string `toml:"extends"`
	// Title is what pages call the provider: "Google (mock)".
	Title string `toml:"title"`
	// OpenID says that this is an OpenID provider: it publishes metadata and
	// keys, and answers with ID tokens where the scope openid was granted.
	OpenID bool `toml:"openid"`
	// Algorithm signs ID tokens unless the provider is told otherwise:
	// "RS256", "ES256" or "EdDSA".
	Algorithm string `toml:"algorithm"`
	// Paths are the endpoints' paths below the issuer.
	Paths Paths `toml:"paths"`
	// Client is the client known from the start.
	Client Client `toml:"client"`
	// MoreClients are further ones, such as the resource server that asks for
	// introspection.
	MoreClients []Client `toml:"more_clients"`
	// Scopes are all scopes the provider knows, in the order in which the
	// consent page lists them.
	Scopes []Scope `toml:"scope"`
	// RefuseUnknownScopes answers invalid_scope for a scope not listed. OpenID
	// Connect Core §3.1.2.1 says that unknown scopes are to be ignored; Google
	// refuses.
	RefuseUnknownScopes bool `toml:"refuse_unknown_scopes"`
	// EmptyScope allows a request without any scope (RFC 6749 §3.3 leaves that
	// to the provider).
	EmptyScope bool `toml:"empty_scope"`
	// LongScopeNames answers with Scope.Long where a scope has one.
	LongScopeNames bool `toml:"long_scope_names"`
	// ScopeSeparator stands between scopes in responses; "" means a space.
	ScopeSeparator string `toml:"scope_separator"`
	// ErrorsOnPage shows errors of the authorization request on the provider's
	// page instead of sending them to the client, as Google does with all but
	// access_denied and the errors of prompt=none.
	ErrorsOnPage bool `toml:"errors_on_page"`
	// RefuseEmbedded refuses the browsers inside other programs, by their
	// User-Agent (disallowed_useragent, RFC 8252 §8.12).
	RefuseEmbedded bool `toml:"refuse_embedded"`
	// ResponseModes are how the authorization response can be sent: "query",
	// "form_post". None means query only.
	ResponseModes []string `toml:"response_modes"`
	// Refresh says when a refresh token is issued.
	Refresh RefreshRule `toml:"refresh"`
	// RefreshNeedsConsent issues one only if the user had not allowed that
	// client these scopes before, or if the request said prompt=consent.
	RefreshNeedsConsent bool `toml:"refresh_needs_consent"`
	// RefreshExpiresIn is how long a grant can be refreshed at all, in
	// seconds; responses then say refresh_token_expires_in. 0 means that a
	// refresh token lives until it is unused for 180 days.
	RefreshExpiresIn int `toml:"refresh_expires_in"`
	// MaxRefreshTokens is how many grants with a refresh token one user can
	// have with one client; the oldest are dropped silently. 0: no limit.
	MaxRefreshTokens int `toml:"max_refresh_tokens"`
	// AlwaysChoose shows the account chooser even to a browser that is signed
	// in, unless login_hint names that account.
	AlwaysChoose bool `toml:"always_choose"`
	// LoginHint is another name of the parameter login_hint, "" for none.
	LoginHint string `toml:"login_hint"`
	// AdvertiseIss lists authorization_response_iss_parameter_supported
	// (RFC 9207 §3). The parameter itself is always sent, unless OmitIss is
	// set; Google sends it without saying so.
	AdvertiseIss bool `toml:"advertise_iss"`
	// OmitIss leaves iss out of the authorization response.
	OmitIss bool `toml:"omit_iss"`
	// LooseEscaping leaves ':' and '/' unescaped in redirect parameters.
	LooseEscaping bool `toml:"loose_escaping"`
	// EchoScope adds scope, authuser and prompt to the authorization response.
	EchoScope bool `toml:"echo_scope"`
	// RedirectURIOptional takes the first registered redirect URI where a
	// request names none (RFC 6749 §3.1.2.3).
	RedirectURIOptional bool `toml:"redirect_uri_optional"`
	// GrantTypeOptional takes a token request without grant_type for one with
	// a code.
	GrantTypeOptional bool `toml:"grant_type_optional"`
	// FormTokenResponse answers token requests in
	// application/x-www-form-urlencoded unless Accept asks for JSON.
	FormTokenResponse bool `toml:"form_token_response"`
	// TokenType is the token_type of responses; "" means Bearer.
	TokenType string `toml:"token_type"`
	// TokenWithoutCORS keeps web pages from calling the token endpoint.
	TokenWithoutCORS bool `toml:"token_without_cors"`
	// ClaimsInIDToken puts the claims of the granted scopes into the ID token.
	// Otherwise they are found at userinfo only (OpenID Connect Core §5.4).
	ClaimsInIDToken bool `toml:"claims_in_id_token"`
	// UserinfoNeeds lists scopes of which one must be granted for userinfo.
	UserinfoNeeds []string `toml:"userinfo_needs"`
	// RevokeAll makes a revocation end every grant of that user with that
	// client and forget the consent, not only the family of the token.
	RevokeAll bool `toml:"revoke_all"`
	// RevokeUnknownFails answers 400 invalid_token when the token to revoke is
	// unknown. RFC 7009 §2.2 says 200; Google says 400.
	RevokeUnknownFails bool `toml:"revoke_unknown_fails"`
	// RevokeWithoutClient needs no client authentication for revocation and
	// takes the token from the query too, as Google does.
	RevokeWithoutClient bool `toml:"revoke_without_client"`
	// ExpiresIn is the lifetime of an access token in seconds. 0 means that
	// responses say nothing about it and that the token lives for a year.
	ExpiresIn int `toml:"expires_in"`
	// CodeExpiresIn is the lifetime of an authorization code in seconds.
	CodeExpiresIn int `toml:"code_expires_in"`
	// Tokens are the prefixes of what is issued.
	Tokens Prefixes `toml:"tokens"`
	// Errors replaces code, description or status of the error of a named
	// check by the provider's own, keyed by the check's name.
	Errors map[string]Error `toml:"error"`
}

// Paths are the endpoints' paths. An empty path means that there is no such
// endpoint.
type Paths struct {
	Authorization string `toml:"authorization"`
	Token         string `toml:"token"`
	Userinfo      string `toml:"userinfo"`
	Revocation    string `toml:"revocation"`
	Introspection string `toml:"introspection"`
	EndSession    string `toml:"end_session"`
	JWKS          string `toml:"jwks"`
	// Tokeninfo describes a token to whoever holds it, as at Google.
	Tokeninfo string `toml:"tokeninfo"`
	// People is people/me of Google's People API.
	People string `toml:"people"`
	// User and Emails are GitHub's user API.
	User   string `toml:"user"`
	Emails string `toml:"emails"`
	// Applications is where GitHub ends tokens and grants: DELETE below it,
	// at CLIENT_ID/token and CLIENT_ID/grant.
	Applications string `toml:"applications"`
}

// Client is a registered client (RFC 6749 §2).
type Client struct {
	// ID is the client identifier.
	ID string `toml:"id"`
	// Secret is compared if it is not empty. A desktop client's secret is not
	// confidential (RFC 8252 §8.5).
	Secret string `toml:"secret"`
	// Name is what login and consent pages call the client.
	Name string `toml:"name"`
	// RedirectURIs are compared exactly; for http on a loopback IP literal any
	// port is allowed (RFC 8252 §7.3).
	RedirectURIs []string `toml:"redirect_uris"`
	// PostLogoutRedirectURIs are where the end-session endpoint may send the
	// browser; compared in the same way.
	PostLogoutRedirectURIs []string `toml:"post_logout_redirect_uris"`
}

// Scope is one scope and what it opens.
type Scope struct {
	// Name is the short name, under which the scope is kept.
	Name string `toml:"name"`
	// Long is another name of the same scope, "" if it has none.
	Long string `toml:"long"`
	// Title says on the consent page what the scope lets the client do.
	Title string `toml:"title"`
	// Required scopes are shown on the consent page but cannot be unticked.
	Required bool `toml:"required"`
	// Claims are the claims that the scope opens at userinfo.
	Claims []string `toml:"claims"`
	// PersonFields are the fields that the scope opens at the People API.
	PersonFields []string `toml:"person_fields"`
}

// RefreshRule says when a refresh token is issued.
type RefreshRule string

const (
	// RefreshOfflineScope issues one if the scope offline_access was granted
	// (OpenID Connect Core §11).
	RefreshOfflineScope RefreshRule = "offline_access"
	// RefreshAccessType issues one if the authorization request said
	// access_type=offline, as Google does for installed applications.
	RefreshAccessType RefreshRule = "access_type"
	// RefreshNever issues none.
	RefreshNever RefreshRule = "never"
)

// Prefixes are put before the random part of codes and tokens.
type Prefixes struct {
	Code    string `toml:"code"`
	Access  string `toml:"access"`
	Refresh string `toml:"refresh"`
}

// Error is a provider's own form of an error. Empty fields keep the default.
type Error struct {
	Code        string `toml:"code"`
	Description string `toml:"description"`
	Status      int    `toml:"status"`
}

// Scope returns the scope with the given short or long name.
func (p *Persona) Scope(name string) (Scope, bool) {
	for i := range p.Scopes {
		if s := &p.Scopes[i]; name != "" && (s.Name == name || s.Long == name) {
			return *s, true
		}
	}
	return Scope{}, false
}

// clone returns a copy that shares nothing that could be changed.
func (p Persona) clone() Persona {
	p.Client = p.Client.clone()
	p.MoreClients = slices.Clone(p.MoreClients)
	for i, c := range p.MoreClients {
		p.MoreClients[i] = c.clone()
	}
	p.Scopes = slices.Clone(p.Scopes)
	for i := range p.Scopes {
		p.Scopes[i].Claims = slices.Clone(p.Scopes[i].Claims)
		p.Scopes[i].PersonFields = slices.Clone(p.Scopes[i].PersonFields)
	}
	p.ResponseModes = slices.Clone(p.ResponseModes)
	p.UserinfoNeeds = slices.Clone(p.UserinfoNeeds)
	if p.Errors = maps.Clone(p.Errors); p.Errors == nil {
		p.Errors = map[string]Error{} // so that words can be added
	}
	return p
}

func (c Client) clone() Client {
	c.RedirectURIs = slices.Clone(c.RedirectURIs)
	c.PostLogoutRedirectURIs = slices.Clone(c.PostLogoutRedirectURIs)
	return c
}
