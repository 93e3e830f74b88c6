package rpcheck

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/browser"
	"app.latchkey/mockprovider/persona"
)

// Patience is how long a client may take for a step whose answers all came.
const Patience = 45 * time.Second

// User is the person who signs in at every stand, and Stranger is somebody else.
const (
	User     = "ada"
	Stranger = "sam"
)

var (
	errHung      = errors.New("no end within the time")
	errNoAddress = errors.New("the client showed no address in the browser")
)

// Stand is where a case is played: a provider, a person at a browser, and a client
// that was told of the provider. A script calls Begin, lets things happen, and
// looks at the Outcome.
type Stand struct {
	// Provider is the provider, with the case's faults.
	Provider *mockprovider.Provider
	// Setup is what the client was told.
	Setup Setup
	// Person is [User] at a browser.
	Person *browser.Person

	client  Client
	address chan string
	cancel  context.CancelFunc
	done    chan struct{} // closed when the client's SignIn has returned
	session *Session
	err     error

	mu       sync.Mutex
	redirect string // the redirect URI of the authorization request
	request  url.Values
	seen     []Request
}

// Request is what a client sent to the provider.
type Request struct {
	// Endpoint is as in the journal: token, userinfo, revoke, …
	Endpoint, Method string
	Header           http.Header
	// Params are the parameters of address and body.
	Params url.Values
}

// newStand starts a provider and tells the client of it. The caller closes it.
func newStand(ctx context.Context, client Client, c Case, faults bool) (*Stand, error) {
	plays, ok := persona.ByName(orPlain(c.Persona))
	if !ok {
		return nil, fmt.Errorf("there is no persona %q", c.Persona)
	}
	s := &Stand{client: client, address: make(chan string, 8)}
	options := []mockprovider.Option{
		mockprovider.WithPersona(plays), mockprovider.WithSigning(mockprovider.ES256),
		mockprovider.WithHook(mockprovider.StageAuthorizeRequest, s.seeRequest),
		mockprovider.WithHook(mockprovider.StageTransport, s.see),
	}
	options = append(options, c.Options...)
	if faults {
		for _, f := range c.Faults {
			options = append(options, mockprovider.WithFault(f))
		}
	}
	var err error
	if s.Provider, err = mockprovider.New(options...); err != nil {
		return nil, err
	}
	if err := s.Provider.Start(context.WithoutCancel(ctx), "127.0.0.1:0"); err != nil {
		return nil, err
	}
	s.Setup = setupFor(s.Provider)
	if c.Change != nil {
		c.Change(&s.Setup)
	}
	s.Person = s.Browser(User)
	return s, nil
}

func orPlain(name string) string {
	if name == "" {
		return "plain"
	}
	return name
}

// seeRequest notes the authorization request.
func (s *Stand) seeRequest(e *mockprovider.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Endpoint != "authorize" || s.redirect != "" {
		return
	}
	s.redirect, s.request = e.Params.Get("redirect_uri"), values(e.Params)
}

// see notes a request.
func (s *Stand) see(e *mockprovider.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, Request{e.Endpoint, e.Request.Method, e.Request.Header.Clone(), values(e.Params)})
}

func values(params *mockprovider.Params) url.Values {
	out := url.Values{}
	if params != nil {
		for _, p := range params.All() {
			out.Add(p.Name, p.Value)
		}
	}
	return out
}

// Requests returns what came to an endpoint so far, from client and browsers.
func (s *Stand) Requests(endpoint string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.seen), func(r Request) bool { return r.Endpoint != endpoint })
}

// Redeemed returns the codes that came to the token endpoint.
func (s *Stand) Redeemed() []string {
	var codes []string
	for _, r := range s.Requests("token") {
		codes = append(codes, r.Params["code"]...)
	}
	return codes
}

// Redirect returns the redirect URI of the client's authorization request, nil
// before the provider saw one.
func (s *Stand) Redirect() *url.URL {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := url.Parse(s.redirect)
	if s.redirect == "" || err != nil {
		return nil
	}
	return u
}

// Request returns the parameters of the client's authorization request, nil before
// the provider saw one.
func (s *Stand) Request() url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.request
}

// Browser returns a browser of its own with that user at it.
func (s *Stand) Browser(user string) *browser.Person {
	p := browser.NewPerson(user)
	p.Transport = &http.Transport{DisableKeepAlives: true}
	return p
}

// Begin starts a sign-in and returns the address that the client shows in the
// browser. Without one the client has ended: Outcome tells how.
func (s *Stand) Begin(ctx context.Context) (address string, err error) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		s.session, s.err = s.client.SignIn(ctx, s.Setup, func(address string) {
			select {
			case s.address <- address:
			default: // opened often enough
			}
		})
		if s.err == nil && s.session == nil {
			s.err = errors.New("the driver returned neither a session nor an error")
		}
	}()
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case address = <-s.address:
		return address, nil
	case <-s.done:
		return "", errNoAddress
	case <-timer.C:
		return "", fmt.Errorf("%w: %w", errNoAddress, errHung)
	}
}

// Visit lets the person open an address and go on to the end, and so brings the
// authorization response to the client.
func (s *Stand) Visit(ctx context.Context, address string) (*browser.Visit, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	return s.Person.Open(ctx, address)
}

// Response lets a person open an address and go on until the authorization response
// is about to leave for the client, and returns it unsent; Deliver sends it, from
// whichever browser.
func (s *Stand) Response(ctx context.Context, p *browser.Person, address string) (*http.Request, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	p.Stop = func(next *http.Request) bool { return s.isCallback(next.URL) }
	defer func() { p.Stop = nil }()
	visit, err := p.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	if visit.Next == nil {
		return nil, fmt.Errorf("the browser stays at %s, with status %d", visit.URL, visit.Status)
	}
	return visit.Next, nil
}

// Deliver sends an authorization response, or what pretends to be one, from a
// browser and goes on to the end.
func (s *Stand) Deliver(ctx context.Context, p *browser.Person, response *http.Request) (*browser.Visit, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	return p.Follow(ctx, response.WithContext(ctx))
}

// isCallback says whether an address is the client's redirect URI.
func (s *Stand) isCallback(u *url.URL) bool {
	to := s.Redirect()
	return to != nil && u.Scheme == to.Scheme && u.Host == to.Host && u.Path == to.Path
}

// Ended says whether the client's SignIn has returned.
func (s *Stand) Ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Outcome waits until the client's SignIn has returned, as long as patience lasts.
func (s *Stand) Outcome() (*Session, error) {
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case <-s.done:
		return s.session, s.err
	case <-timer.C:
		s.cancel()
		return nil, errHung
	}
}

// GiveUp ends the client's SignIn, as a person does who cancels, and waits for it.
// It returns what SignIn returned.
func (s *Stand) GiveUp() (*Session, error) {
	s.cancel()
	return s.Outcome()
}

// close ends everything.
func (s *Stand) close() {
	if s.cancel != nil {
		s.cancel()
		if session, err := s.Outcome(); err == nil && session.Close != nil {
			session.Close()
		}
	}
	_ = s.Provider.Close()
}

// authorizeAddress is the first address of the provider on a trail.
func (s *Stand) authorizeAddress(trail []string) string {
	for _, address := range trail {
		if strings.HasPrefix(address, s.Setup.Issuer+"/") {
			return address
		}
	}
	return ""
}
