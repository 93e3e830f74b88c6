// Package persona describes what a mock provider plays: the paths of its
// endpoints, the scopes it knows, the words of its errors and the habits in
// which real providers differ. A persona is plain data. It can make the mock
// look and speak like somebody, but it cannot make it lenient: strictness is
// not a matter of persona.
//
// Google plays Google as a desktop client meets it; Plain plays OpenID Connect
// by the book. Others are made by changing the fields of one of these.
package persona

// Persona is everything that differs between the providers being played.
type Persona struct {
	// Name is the stable, lower-case name: "google".
	Name string
	// Title is what pages call the provider: "Google (mock)".
	Title string
	// Paths are the endpoints' paths below the issuer.
	Paths Paths
	// Algorithm signs ID tokens unless the provider is told otherwise:
	// "RS256" or "ES256".
	Algorithm string
	// Client is the client known from the start.
	Client Client
	// Scopes are all scopes the provider knows, in the order in which the
	// consent page lists them.
	Scopes []Scope
	// RefuseUnknownScopes answers invalid_scope for a scope not listed. OpenID
	// Connect Core §3.1.2.1 says that unknown scopes are to be ignored; Google
	// refuses.
	RefuseUnknownScopes bool
	// LongScopeNames answers with Scope.Long where a scope has one.
	LongScopeNames bool
	// ErrorsOnPage shows errors of the authorization request on the provider's
	// page instead of sending them to the client, as Google does with all but
	// access_denied and the errors of prompt=none.
	ErrorsOnPage bool
	// Refresh says when a refresh token is issued.
	Refresh RefreshRule
	// MaxRefreshTokens is how many grants with a refresh token one user can
	// have with one client; the oldest are dropped silently. 0: no limit.
	MaxRefreshTokens int
	// AlwaysChoose shows the account chooser even to a browser that is signed
	// in, unless login_hint names that account.
	AlwaysChoose bool
	// AdvertiseIss lists authorization_response_iss_parameter_supported
	// (RFC 9207 §3). The parameter itself is always sent; Google sends it
	// without saying so.
	AdvertiseIss bool
	// LooseEscaping leaves ':' and '/' unescaped in redirect parameters.
	LooseEscaping bool
	// EchoScope adds scope, authuser and prompt to the authorization response.
	EchoScope bool
	// ClaimsInIDToken puts the claims of the granted scopes into the ID token.
	// Otherwise they are found at userinfo only (OpenID Connect Core §5.4).
	ClaimsInIDToken bool
	// UserinfoNeeds lists scopes of which one must be granted for userinfo.
	UserinfoNeeds []string
	// RevokeAll makes a revocation end every grant of that user with that
	// client and forget the consent, not only the family of the token.
	RevokeAll bool
	// RevokeUnknownFails answers 400 invalid_token when the token to revoke is
	// unknown. RFC 7009 §2.2 says 200; Google says 400.
	RevokeUnknownFails bool
	// RevokeWithoutClient needs no client authentication for revocation and
	// takes the token from the query too, as Google does.
	RevokeWithoutClient bool
	// ExpiresIn is the lifetime of an access token in seconds.
	ExpiresIn int
	// CodeExpiresIn is the lifetime of an authorization code in seconds.
	CodeExpiresIn int
	// Tokens are the prefixes of what is issued.
	Tokens Prefixes
	// Errors replaces code, description or status of the error of a named
	// check by the provider's own, keyed by the check's name.
	Errors map[string]Error
}

// Paths are the endpoints' paths. An empty path means that there is no such
// endpoint.
type Paths struct {
	Authorization string
	Token         string
	Userinfo      string
	Revocation    string
	JWKS          string
	People        string
}

// Client is a registered client (RFC 6749 §2).
type Client struct {
	// ID is the client identifier.
	ID string
	// Secret is compared if it is not empty. A desktop client's secret is not
	// confidential (RFC 8252 §8.5).
	Secret string
	// Name is what login and consent pages call the client.
	Name string
	// RedirectURIs are compared exactly; for http on a loopback IP literal any
	// port is allowed (RFC 8252 §7.3).
	RedirectURIs []string
}

// Scope is one scope and what it opens.
type Scope struct {
	// Name is the short name, under which the scope is kept.
	Name string
	// Long is another name of the same scope, "" if it has none.
	Long string
	// Title says on the consent page what the scope lets the client do.
	Title string
	// Required scopes are shown on the consent page but cannot be unticked.
	Required bool
	// Claims are the claims that the scope opens at userinfo.
	Claims []string
	// PersonFields are the fields that the scope opens at the People API.
	PersonFields []string
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
)

// Prefixes are put before the random part of codes and tokens.
type Prefixes struct {
	Code, Access, Refresh string
}

// Error is a provider's own form of an error. Empty fields keep the default.
type Error struct {
	Code        string
	Description string
	Status      int
}

// Scope returns the scope with the given short or long name.
func (p Persona) Scope(name string) (Scope, bool) {
	for _, s := range p.Scopes {
		if name != "" && (s.Name == name || s.Long == name) {
			return s, true
		}
	}
	return Scope{}, false
}

// ByName returns the built-in persona with that name.
func ByName(name string) (Persona, bool) {
	switch name {
	case "google":
		return Google(), true
	case "plain":
		return Plain(), true
	}
	return Persona{}, false
}

// Names lists the built-in personas.
func Names() []string { return []string{"google", "plain"} }
