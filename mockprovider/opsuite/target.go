package opsuite

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// Target is a running provider and what the suite must know of it.
type Target interface {
	// Name is the name in the table of differences.
	Name() string
	// Issuer is the issuer identifier.
	Issuer() string
	// Client returns the client that is registered in that role.
	Client(Role) Client
	// Users are the names under which two different people sign in.
	Users() [2]string
	// Offline are the parameters that ask for a refresh token. Its scope is
	// added to the request's.
	Offline() url.Values
	// Answer says what a person does on a page: which form to send. nil means
	// that there is nothing to do on that page.
	Answer(*Page, Person) *Submission
	// Advance lets time pass at the provider, by moving its clock or by
	// waiting. It returns ErrNoClock if it can do neither.
	Advance(context.Context, time.Duration) error
}

// ErrNoClock says that a provider's clock cannot be moved.
var ErrNoClock = errors.New("the provider's clock cannot be moved")

// Role is what a client is registered for.
type Role int

// The roles. All clients may use the code and the refresh grant and all scopes.
const (
	// Basic is a confidential web client with the redirect URI WebRedirect. It
	// authenticates with client_secret_basic.
	Basic Role = iota
	// Post is another one, which authenticates with client_secret_post.
	Post
	// Public is a native client without a secret. Its redirect URIs are
	// http://127.0.0.1/callback and http://[::1]/callback, with any port; it
	// may be sent to http://127.0.0.1/signed-out when a session ends.
	Public
	// Other is a second client like Public.
	Other
)

// WebRedirect is the confidential clients' redirect URI. Nobody is ever sent
// there: the suite's browser stops before.
const WebRedirect = "https://client.example/callback"

// Client is a registered client.
type Client struct {
	ID, Secret string
	// InBody sends identifier and secret in the body instead of HTTP Basic.
	InBody bool
}

// Person is somebody at a browser.
type Person struct {
	// User is the name to sign in under.
	User string
	// Deny answers no on the consent page, Cancel on the login page.
	Deny, Cancel bool
	// Leave stops at the first page of that kind, as if the person had gone.
	Leave Kind
}

// Kind tells the provider's pages apart.
type Kind string

// The kinds of pages.
const (
	LoginPage   Kind = "login"
	ConsentPage Kind = "consent"
	LogoutPage  Kind = "logout"
)

// Submission is a form that a person sends.
type Submission struct {
	Page   Kind
	Action string
	// Get sends the values in the address; otherwise they are posted.
	Get    bool
	Values url.Values
}
