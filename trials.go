package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"app.latchkey/app/presenter"
	"app.latchkey/auth/loopback"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/browser"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/thief"
)

// trials lets the window show for real, in demo mode, what PKCE and the
// receiver's checks are good for: package thief attacks the demo's mock. What is
// needed for that is a user and a tenant of the mock's that are there for
// moments; the person's own session is not touched.
type trials struct {
	mock *mockprovider.Provider
	made atomic.Int64 // numbers what is thrown away
}

var _ presenter.Trials = (*trials)(nil)

// StolenCode implements presenter.Trials.
func (d *trials) StolenCode(ctx context.Context, report func(presenter.Try)) error {
	n := d.made.Add(1)
	guarded, leave, err := throwAway(d.mock, n)
	if err != nil {
		return err
	}
	defer leave()
	// The mock never overlooks a code verifier; a fault makes it, in a provider
	// of its own beside the one that the person signed in at.
	name := fmt.Sprintf("without-pkce-%d", n)
	tenant, err := d.mock.Tenant(name, mockprovider.WithFault(fault.Spec{Name: "pkce-ignored"}),
		mockprovider.WithSigning(mockprovider.ES256)) // whose key is quick to make
	if err != nil {
		return fmt.Errorf("making a provider without PKCE: %w", err)
	}
	defer d.mock.RemoveTenant(name)
	bare, leaveBare, err := throwAway(tenant, n)
	if err != nil {
		return err
	}
	defer leaveBare()
	return thief.StolenCode(ctx, guarded, &bare, told(report))
}

// ForgeCallback implements presenter.Trials: the receiver is as real as the one
// of a sign-in, and nothing else waits at it.
func (d *trials) ForgeCallback(ctx context.Context, report func(presenter.Try)) error {
	receiver, err := loopback.Listen(ctx, loopback.Config{})
	if err != nil {
		return fmt.Errorf("waiting for forgeries: %w", err)
	}
	return thief.ForgeCallback(ctx, receiver, told(report))
}

func told(report func(presenter.Try)) thief.Report {
	return func(t thief.Try) { report(presenter.Try(t)) }
}

// throwAway is a user of the mock's who signs in and allows, until leave takes
// him and all that he allowed away again.
func throwAway(p *mockprovider.Provider, n int64) (_ thief.Server, leave func(), _ error) {
	key := fmt.Sprintf("throw-away-%d", n)
	user := mockprovider.User{Key: key, Name: "Nobody"}
	if err := p.PutUser(user); err != nil {
		return thief.Server{}, nil, fmt.Errorf("making a throw-away user: %w", err)
	}
	paths := p.Persona().Paths
	return thief.Server{
		AuthorizationEndpoint: p.Issuer() + paths.Authorization, TokenEndpoint: p.Issuer() + paths.Token,
		ClientID: p.ClientID(), ClientSecret: p.ClientSecret(),
		Allow: func(ctx context.Context, request string) (*url.URL, error) {
			// Each time another browser: nobody is signed in there.
			person := browser.Person{User: key, Stop: func(next *http.Request) bool {
				return !strings.HasPrefix(next.URL.String(), p.Issuer()+"/")
			}}
			visit, err := person.Open(ctx, request)
			if err != nil {
				return nil, err
			}
			if visit.Next == nil {
				return nil, fmt.Errorf("the provider's page answered %d and led nowhere", visit.Status)
			}
			return visit.Next.URL, nil
		},
	}, func() { p.RemoveUser(key) }, nil
}
