package rpcheck

import (
	"context"
	"errors"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// Client is a client under test. It is used by many cases at once; each SignIn
// must be as fresh as in a program just started: nothing cached, nobody signed in.
type Client interface {
	// SignIn signs one person in. It calls open with the address that the program
	// shows in a browser: the authorization request itself, or a page of the
	// program's own that leads there. open returns at once; the browser then
	// brings the response to the redirect URI, where the client listens. SignIn
	// returns when it has checked all that it checks, and soon after ctx ends.
	SignIn(ctx context.Context, s Setup, open func(address string)) (*Session, error)
}

// ClientFunc is a Client that is one function.
type ClientFunc func(ctx context.Context, s Setup, open func(address string)) (*Session, error)

// SignIn implements Client.
func (f ClientFunc) SignIn(ctx context.Context, s Setup, open func(address string)) (*Session, error) {
	return f(ctx, s, open)
}

// Setup is what a client is told of a provider: the values that its developer or
// user would put into its configuration.
type Setup struct {
	// Issuer is the issuer, from which a client finds everything else by discovery.
	Issuer string
	// Endpoints are for clients that know no discovery.
	Endpoints Endpoints
	// ClientID and ClientSecret ("" for a public client) are how it is registered.
	ClientID, ClientSecret string
	// BasicAuth says that the token endpoint is to be given the secret by HTTP
	// Basic authentication (RFC 6749 §2.3.1); otherwise in the body.
	BasicAuth bool
	// Scopes to ask for.
	Scopes []string
	// Parameters of the authorization request without which this provider issues
	// no refresh token: Google's access_type=offline.
	Parameters map[string]string
	// FormPost says that the client is to ask for response_mode=form_post. One that
	// cannot returns ErrUnable.
	FormPost bool
	// PostLogoutPath is the registered path of a post-logout redirect URI.
	PostLogoutPath string
}

// RedirectPath is the path of the redirect URI that is registered for every
// client: http://127.0.0.1:{any port}/callback, and the same on [::1].
const RedirectPath = "/callback"

// Endpoints are the addresses of a provider. "" where it has none.
type Endpoints struct {
	Authorization, Token, Userinfo, JWKS, Revocation, EndSession string
	// People is the address of Google's People API, people/me.
	People string
	// User and Emails are GitHub's user API.
	User, Emails string
}

// Session is what a sign-in brings. Its functions are nil where the client has
// nothing of the kind.
type Session struct {
	// Subject is who signed in, as the client understood it.
	Subject string
	// Scopes are the scopes that the client takes as granted; nil where it does not
	// say.
	Scopes []string
	// Refresh renews the access token, however fresh it is.
	Refresh func(ctx context.Context) error
	// Profile fetches what the provider tells of the person (userinfo, or the API
	// that stands in its place) and returns whose it is.
	Profile func(ctx context.Context) (subject string, err error)
	// Picture fetches the person's picture and returns it, empty if there is none
	// that can be shown.
	Picture func(ctx context.Context) ([]byte, error)
	// Revoke gives the tokens back (RFC 7009) and ends the session.
	Revoke func(ctx context.Context) error
	// EndSession signs the person out at the provider (OpenID Connect RP-Initiated
	// Logout) as SignIn signs in: by open, and by waiting for the browser's return.
	EndSession func(ctx context.Context, open func(address string)) error
	// Close lets go of whatever the session holds.
	Close func()
}

// ErrUnable is returned by a driver whose client cannot do what a case asks for;
// the case does not count.
var ErrUnable = errors.New("the client cannot do that")

// coded is an error of a driver that has a stable code, for tables.
type coded interface{ RefusalCode() string }

// Refusal is an error with the client's own stable code for it.
type Refusal struct {
	Code string
	Err  error
}

// Error implements error.
func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap returns the client's error.
func (r *Refusal) Unwrap() error { return r.Err }

// RefusalCode returns the code.
func (r *Refusal) RefusalCode() string { return r.Code }

// setupFor tells a client of a provider.
func setupFor(p *mockprovider.Provider) Setup {
	plays, at := p.Persona(), p.Issuer()
	address := func(path string) string {
		if path == "" {
			return ""
		}
		return at + path
	}
	s := Setup{
		Issuer: at, ClientID: p.ClientID(), ClientSecret: p.ClientSecret(), Scopes: []string{"openid", "email", "profile"},
		PostLogoutPath: "/signed-out",
		Endpoints: Endpoints{
			Authorization: address(plays.Paths.Authorization), Token: address(plays.Paths.Token), Userinfo: address(plays.Paths.Userinfo),
			JWKS: address(plays.Paths.JWKS), Revocation: address(plays.Paths.Revocation), EndSession: address(plays.Paths.EndSession),
			People: p.PeopleAPI(), User: address(plays.Paths.User), Emails: address(plays.Paths.Emails),
		},
	}
	switch plays.Refresh {
	case persona.RefreshAccessType:
		s.Parameters = map[string]string{"access_type": "offline"}
	case persona.RefreshOfflineScope:
		s.Scopes = append(s.Scopes, "offline_access")
	}
	if !plays.OpenID {
		s.Scopes = []string{"read:user", "user:email"}
	}
	return s
}
