// Package mocktest gives a test a mock provider of its own and a scripted
// person to sign in with:
//
//	srv := mocktest.Start(t)
//	client := startMyClient(srv.Issuer(), srv.ClientID(), srv.ClientSecret())
//	visit, err := srv.Person("ada").Open(ctx, client.StartURL())
//
// The provider listens on 127.0.0.1, on a free port, and is gone when the test
// ends. If the test failed, its journal is printed: what was asked, what was
// refused, and which section of which specification demanded that.
//
// It signs with ES256, because an RSA key would take longer than most tests;
// mockprovider.WithSigning(mockprovider.RS256) changes that.
package mocktest

import (
	"context"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/browser"
	"app.latchkey/mockprovider/journal"
)

// Person acts as somebody at a browser; see package browser.
type Person = browser.Person

// Visit is where a Person's Open ended.
type Visit = browser.Visit

// NewPerson returns somebody who signs in as user and allows everything.
func NewPerson(user string) *Person { return browser.NewPerson(user) }

// Server is a running provider of one test.
type Server struct {
	*mockprovider.Provider
}

// Start starts a provider in Google's persona, unless an option says
// otherwise, and ends it with the test. It fails the test at once if it cannot.
func Start(t testing.TB, options ...mockprovider.Option) *Server {
	t.Helper()
	options = append([]mockprovider.Option{mockprovider.WithSigning(mockprovider.ES256)}, options...)
	p, err := mockprovider.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(context.Background(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("closing the mock provider: %v", err)
		}
		if t.Failed() {
			t.Logf("journal of the mock provider at %s:\n%s", p.Issuer(), p.Journal())
		}
	})
	return &Server{Provider: p}
}

// Tenant gives a part of a test a provider of its own at the server's address,
// and ends it with t. It fails t at once if it cannot, or if the name is taken.
func (s *Server) Tenant(t testing.TB, name string, options ...mockprovider.Option) *Server {
	t.Helper()
	if s.FindTenant(name) != nil {
		t.Fatalf("there is a tenant %q already", name)
	}
	p, err := s.Provider.Tenant(name, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.RemoveTenant(name)
		if t.Failed() {
			t.Logf("journal of the mock provider at %s:\n%s", p.Issuer(), p.Journal())
		}
	})
	return &Server{Provider: p}
}

// Person returns somebody who signs in as the given user (key, e-mail address
// or subject; "" for the first user) and allows everything. Its fields can be
// changed before Open. Each person has a browser, and cookies, of his own.
func (s *Server) Person(user string) *Person {
	if user == "" {
		user = s.Users()[0].Key
	}
	p := NewPerson(user)
	p.Transport = s.HTTPClient().Transport
	return p
}

// Entry is an entry of the provider's journal, so that a test that waits for
// one needs no further import.
type Entry = journal.Entry

// Tokens is what SignIn brings.
type Tokens struct {
	Access, Refresh, ID string
}

// SignIn signs a person in with a bare client of mocktest's own, for tests
// that need tokens and are not about getting them. The client listens nowhere:
// the person stops where he would be sent to it.
func SignIn(ctx context.Context, person *Person, srv *Server) (Tokens, error) {
	return signIn(ctx, person, srv)
}
