package mockprovider

import (
	"crypto"
	"fmt"
	"slices"

	"app.latchkey/mockprovider/stage"
)

// The types of package stage, under the names by which a test's hook needs
// them.
type (
	// Stage is a point on a response's way from data to bytes at which a hook
	// can look at it and change it.
	Stage = stage.Stage
	// Event is what a hook gets.
	Event = stage.Event
	// Object is a JSON object that keeps the order of its members.
	Object = stage.Object
	// Member is one member of an Object.
	Member = stage.Member
	// Params are parameters in order.
	Params = stage.Params
	// Param is one parameter.
	Param = stage.Param
)

// The stages; package stage says what Event holds at each.
const (
	StageTransport        = stage.Transport
	StageAuthorizeRequest = stage.AuthorizeRequest
	StageTokenRequest     = stage.TokenRequest
	StageDiscovery        = stage.Discovery
	StageJWKS             = stage.JWKS
	StageRedirect         = stage.Redirect
	StageIDTokenHeader    = stage.IDTokenHeader
	StageIDTokenClaims    = stage.IDTokenClaims
	StageIDTokenCompact   = stage.IDTokenCompact
	StageToken            = stage.Token
	StageUserinfo         = stage.Userinfo
	StagePeople           = stage.People
	StageTokeninfo        = stage.Tokeninfo
	StageIntrospection    = stage.Introspection
	StageUserAPI          = stage.UserAPI
	StagePicture          = stage.Picture
	StageWire             = stage.Wire
)

// Hook is a function at a stage.
type Hook struct {
	Stage Stage
	Func  func(*Event)
}

// stage runs the hooks of e.Stage.
func (p *Provider) stage(x *exchange, e *Event) {
	p.watch(x, e)
	if !p.bending() {
		return
	}
	e.Request, e.Header, e.Now, e.Provider = x.r, x.w.Header(), p.Now(), backstage{p}
	e.SignIn = x.entry.SignIn
	e.Endpoint, e.ClientID, e.User, e.GrantType = x.entry.Endpoint, x.entry.ClientID, x.entry.User, x.entry.GrantType
	for _, h := range p.hooks {
		if h.Stage == e.Stage {
			h.Func(e)
		}
	}
	for _, name := range p.faults.Apply(e) {
		if !slices.Contains(x.entry.Faults, name) {
			x.entry.Faults = append(x.entry.Faults, name)
		}
	}
}

// backstage is the provider as a bend sees it.
type backstage struct{ *Provider }

var _ stage.Provider = backstage{}

// Algorithm implements stage.Provider.
func (b backstage) Algorithm() string { return b.keys.algorithm }

// PublicKey implements stage.Provider.
func (b backstage) PublicKey() (crypto.PublicKey, error) {
	key, err := b.keys.current()
	if err != nil {
		return nil, fmt.Errorf("the provider's key: %w", err)
	}
	return key.private.Public(), nil
}

// SecretOf implements stage.Provider.
func (b backstage) SecretOf(clientID string) string {
	c, _ := b.client(clientID)
	return c.Secret
}
