// Package stage holds what a response of the mock provider is before it
// becomes bytes, and the points on its way at which it can be looked at and
// changed. Package fault bends there, and so does a test by
// mockprovider.WithHook, where these types have the same names.
package stage

import (
	"crypto"
	"net/http"
	"slices"
	"time"
)

// Stage is a point on a response's way from data to bytes.
type Stage string

// The stages, in the order in which a sign-in meets them, and what Event holds
// at each.
const (
	// Transport runs before the endpoint does, for every request: one can
	// wait, or answer instead by setting Event.Body and Event.Status.
	// Event.Params are the request's parameters, to be looked at only.
	Transport Stage = "transport"
	// AuthorizeRequest: Event.Params are the authorization request's
	// parameters, before any check.
	AuthorizeRequest Stage = "authorize-request"
	// TokenRequest: Event.Params are the token request's parameters, before
	// any check.
	TokenRequest Stage = "token-request"
	// Discovery: Event.Object is the discovery document.
	Discovery Stage = "discovery"
	// JWKS: Event.Object is the key set.
	JWKS Stage = "jwks"
	// Redirect: Event.Params are the authorization response's parameters and
	// Event.Text is the redirect URI to which they are sent. Event.Body, if it
	// is set, is shown as a page instead of redirecting.
	Redirect Stage = "authorize-redirect"
	// IDTokenHeader: Event.Object is the JOSE header.
	IDTokenHeader Stage = "idtoken-header"
	// IDTokenClaims: Event.Object is the claims set.
	IDTokenClaims Stage = "idtoken-claims"
	// IDTokenCompact: Event.Text is the signed token.
	IDTokenCompact Stage = "idtoken-compact"
	// Token: Event.Object is the token response, success or error.
	Token Stage = "token-json"
	// Userinfo: Event.Object is the userinfo response, success or error.
	Userinfo Stage = "userinfo-json"
	// People: Event.Object is the People API's response or its error.
	People Stage = "people-json"
	// Tokeninfo: Event.Object is the description of a token, or its error.
	Tokeninfo Stage = "tokeninfo-json"
	// Introspection: Event.Object is the introspection response.
	Introspection Stage = "introspection-json"
	// UserAPI: Event.Object is GitHub's user, or its error.
	UserAPI Stage = "user-json"
	// Picture: Event.Body holds the PNG.
	Picture Stage = "picture"
	// Wire is the last: Event.Status, Event.Header and Event.Body are what is
	// about to be sent, whatever the endpoint. Setting Event.Send replaces the
	// sending.
	Wire Stage = "wire"
)

// All lists the stages.
func All() []Stage {
	return []Stage{
		Transport, Discovery, JWKS, AuthorizeRequest, Redirect, TokenRequest, IDTokenHeader, IDTokenClaims, IDTokenCompact,
		Token, Userinfo, People, Tokeninfo, Introspection, UserAPI, Picture, Wire,
	}
}

// Known says whether s is one of the stages.
func (s Stage) Known() bool { return slices.Contains(All(), s) }

// Event is what is seen, and can be changed, at a stage. Fields that the stage
// does not name are nil or empty and ignored.
type Event struct {
	Stage Stage
	// Request is what is being answered; it is not to be changed.
	Request *http.Request
	// Endpoint is the endpoint's name as in the journal.
	Endpoint string
	// ClientID, User (subject) and GrantType are set as far as they are known.
	ClientID, User, GrantType string
	// SignIn is the sign-in's id as in the journal, "" if it is not known.
	SignIn string
	// Object is the JSON object of the response.
	Object *Object
	// Params are the parameters of a request or a redirect.
	Params *Params
	// Text is a compact token, or a redirect URI.
	Text string
	// Status is the HTTP status; 0 leaves it as it is.
	Status int
	// Header is the response's header.
	Header http.Header
	// Body, if it is set, is sent instead of Object.
	Body []byte
	// Send, if it is set at the stages Transport and Wire, does the sending:
	// it may write slowly, break off, or take the connection over by
	// http.ResponseController. Panicking with http.ErrAbortHandler drops the
	// connection.
	Send func(http.ResponseWriter)
	// Now is the time by the provider's clock.
	Now time.Time
	// Provider is who answers.
	Provider Provider
}

// Provider is what can be asked of the provider at a stage.
type Provider interface {
	// Issuer returns the issuer.
	Issuer() string
	// Algorithm returns the algorithm that ID tokens are signed with.
	Algorithm() string
	// PublicKey returns the key that verifies ID tokens signed now.
	PublicKey() (crypto.PublicKey, error)
	// SecretOf returns a client's secret, "" for a public or unknown client.
	SecretOf(clientID string) string
	// RotateKeys makes a new signing key; what was signed before stays
	// verifiable.
	RotateKeys() error
}
