package mockprovider

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
)

// Stage is a point on a response's way from data to bytes at which a Hook can
// look at it and change it.
type Stage string

// The stages, and what Event holds at each.
const (
	// StageDiscovery: Event.Object is the discovery document.
	StageDiscovery Stage = "discovery"
	// StageJWKS: Event.Object is the key set.
	StageJWKS Stage = "jwks"
	// StageRedirect: Event.Params are the authorization response's parameters.
	StageRedirect Stage = "authorize-redirect"
	// StageToken: Event.Object is the token response, success or error.
	StageToken Stage = "token-json"
	// StageIDTokenHeader: Event.Object is the JOSE header.
	StageIDTokenHeader Stage = "idtoken-header"
	// StageIDTokenClaims: Event.Object is the claims set.
	StageIDTokenClaims Stage = "idtoken-claims"
	// StageIDTokenCompact: Event.Text is the signed token.
	StageIDTokenCompact Stage = "idtoken-compact"
	// StageUserinfo: Event.Object is the userinfo response, success or error.
	StageUserinfo Stage = "userinfo-json"
	// StagePeople: Event.Object is the People API's response or its error.
	StagePeople Stage = "people-json"
	// StagePicture: Event.Body holds the PNG.
	StagePicture Stage = "picture"
	// StageTransport runs before the endpoint does, for every request: a hook
	// can wait, or answer instead by setting Event.Body and Event.Status.
	StageTransport Stage = "transport"
)

func (s Stage) known() bool {
	return slices.Contains([]Stage{
		StageDiscovery, StageJWKS, StageRedirect, StageToken, StageIDTokenHeader, StageIDTokenClaims,
		StageIDTokenCompact, StageUserinfo, StagePeople, StagePicture, StageTransport,
	}, s)
}

// Event is what a hook gets. Fields that the stage does not name are nil or
// empty and ignored.
type Event struct {
	Stage Stage
	// Request is what is being answered; it is not to be changed.
	Request *http.Request
	// Endpoint is the endpoint's name as in the journal.
	Endpoint string
	// ClientID, User (subject) and GrantType are set as far as they are known.
	ClientID, User, GrantType string
	// Object is the JSON object of the response.
	Object *Object
	// Params are the parameters of a redirect.
	Params *Params
	// Text is a compact token.
	Text string
	// Status is the HTTP status; 0 leaves it as it is.
	Status int
	// Header is the response's header.
	Header http.Header
	// Body, if it is set, is sent instead of Object.
	Body []byte
}

// Hook is a function at a stage.
type Hook struct {
	Stage Stage
	Func  func(*Event)
}

// stage runs the hooks of e.Stage.
func (p *Provider) stage(x *exchange, e *Event) {
	if len(p.hooks) == 0 {
		return
	}
	e.Request, e.Header = x.r, x.w.Header()
	e.Endpoint, e.ClientID, e.User, e.GrantType = x.entry.Endpoint, x.entry.ClientID, x.entry.User, x.entry.GrantType
	for _, h := range p.hooks {
		if h.Stage == e.Stage {
			h.Func(e)
		}
	}
}

// Object is a JSON object that keeps the order of its members and may hold a
// name twice, so that responses can be built, and bent, exactly.
type Object struct {
	members []Member
}

// Member is one member of an Object.
type Member struct {
	Name  string
	Value any
}

// Set replaces the value of name, or appends it. It returns o for chaining.
func (o *Object) Set(name string, value any) *Object {
	for i := range o.members {
		if o.members[i].Name == name {
			o.members[i].Value = value
			return o
		}
	}
	return o.Add(name, value)
}

// Add appends a member even if the name is there already.
func (o *Object) Add(name string, value any) *Object {
	o.members = append(o.members, Member{name, value})
	return o
}

// Get returns the first value of name, or nil.
func (o *Object) Get(name string) any {
	for _, m := range o.members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Delete removes all members called name.
func (o *Object) Delete(name string) {
	o.members = slices.DeleteFunc(o.members, func(m Member) bool { return m.Name == name })
}

// Members returns the members in order.
func (o *Object) Members() []Member { return slices.Clone(o.members) }

// MarshalJSON implements json.Marshaler.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o.members {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Params are parameters in order.
type Params struct {
	list []Param
}

// Param is one parameter.
type Param struct{ Name, Value string }

// Set replaces the value of name, or appends it.
func (p *Params) Set(name, value string) {
	for i := range p.list {
		if p.list[i].Name == name {
			p.list[i].Value = value
			return
		}
	}
	p.Add(name, value)
}

// Add appends a parameter even if the name is there already.
func (p *Params) Add(name, value string) { p.list = append(p.list, Param{name, value}) }

// Get returns the first value of name, or "".
func (p *Params) Get(name string) string {
	for _, q := range p.list {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

// Delete removes all parameters called name.
func (p *Params) Delete(name string) {
	p.list = slices.DeleteFunc(p.list, func(q Param) bool { return q.Name == name })
}

// All returns the parameters in order.
func (p *Params) All() []Param { return slices.Clone(p.list) }
