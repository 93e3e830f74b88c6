// Package apitest shows that a session carries a generated API client:
// google.golang.org/api's for the People API, against the mock of Google. It is
// a module of its own, so that nothing else depends on that client.
package apitest_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/people/v1"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
)

// signIn signs Ada in at a mock of Google, by a clock of the program's.
func signIn(t *testing.T, now func() time.Time) (*mocktest.Server, *auth.Session) {
	t.Helper()
	mock := mocktest.Start(t)
	client, err := auth.New(auth.Config{Store: store.NewMemory(), Now: now, OpenBrowser: func(ctx context.Context, address string) error {
		ended := make(chan struct{})
		t.Cleanup(func() { <-ended })
		go func() {
			defer close(ended)
			_, _ = mock.Person("ada").Open(t.Context(), address) // the page's end may come after the test's
		}()
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	provider := auth.GoogleAt(mock.Issuer(), mock.PeopleAPI(), mock.ClientID(), mock.ClientSecret())
	pending, err := client.SignIn(t.Context(), provider, auth.SignInOptions{})
	if err != nil {
		t.Fatal(err)
	}
	session, err := pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return mock, session
}

// TestGeneratedClient: one option, and the client uses the session.
func TestGeneratedClient(t *testing.T) {
	var passed atomic.Int64
	mock, session := signIn(t, func() time.Time { return time.Now().Add(time.Duration(passed.Load())) })
	service, err := people.NewService(t.Context(), option.WithHTTPClient(session.HTTPClient()), option.WithEndpoint(mock.Issuer()))
	if err != nil {
		t.Fatal(err)
	}
	ask := func() *people.Person {
		t.Helper()
		person, err := service.People.Get("people/me").PersonFields("names,emailAddresses").Context(t.Context()).Do()
		if err != nil {
			t.Fatal(err)
		}
		return person
	}
	person := ask()
	if person.ResourceName != "people/"+session.Account().Subject || person.Names[0].DisplayName != "Ada Lovelace" || person.EmailAddresses[0].Value != "ada@example.com" {
		t.Errorf("the API answered %+v", person)
	}
	refreshes := func() (n int) {
		for _, e := range mock.Journal().Entries() {
			if e.GrantType == "refresh_token" {
				n++
			}
		}
		return n
	}
	if n := refreshes(); n != 0 {
		t.Errorf("%d refreshes for a fresh token, want none", n)
	}
	passed.Store(int64(2 * time.Hour)) // longer than the token lives
	ask()
	if n := refreshes(); n != 1 {
		t.Errorf("%d refreshes for an expired token, want 1", n)
	}
	spec, err := fault.ParseFlag("http-status:code=401,endpoint=people,times=once")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mock.AddFault(spec); err != nil {
		t.Fatal(err)
	}
	ask()
	if n := refreshes(); n != 2 {
		t.Errorf("%d refreshes after the API refused the token, want another one", n)
	}
}

// TestErrorOfTheAPIStaysItsOwn: what the API refuses comes as its client's error.
func TestErrorOfTheAPIStaysItsOwn(t *testing.T) {
	mock, session := signIn(t, time.Now)
	service, err := people.NewService(t.Context(), option.WithHTTPClient(session.HTTPClient()), option.WithEndpoint(mock.Issuer()))
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.People.Get("people/me").PersonFields("shoeSize").Context(t.Context()).Do()
	var refused *googleapi.Error
	if !errors.As(err, &refused) || refused.Code != http.StatusBadRequest {
		t.Errorf("error %v, want the API's own, status 400", err)
	}
}

// TestEndedSession: the session's Problem comes through the client.
func TestEndedSession(t *testing.T) {
	mock, session := signIn(t, time.Now)
	service, err := people.NewService(t.Context(), option.WithHTTPClient(session.HTTPClient()), option.WithEndpoint(mock.Issuer()))
	if err != nil {
		t.Fatal(err)
	}
	if err := session.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = service.People.Get("people/me").PersonFields("names").Context(t.Context()).Do()
	if auth.CodeOf(err) != auth.CodeRefreshRevoked {
		t.Errorf("error %v, want the code %s", err, auth.CodeRefreshRevoked)
	}
}
