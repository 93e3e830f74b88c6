package auth_test

import (
	"context"
	"log"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/browser"
)

// What the examples need that a real program has already: a provider, a browser
// with a person at it, and an API of the provider's.

// mockGoogle starts a mock of Google, which ends with the tests.
func mockGoogle() (provider auth.Provider, openBrowser func(ctx context.Context, address string) error, api string) {
	mock, err := mockprovider.New(mockprovider.WithSigning(mockprovider.ES256))
	check(err)
	check(mock.Start(context.Background(), "127.0.0.1:0"))
	openBrowser = func(_ context.Context, address string) error {
		go func() { _, _ = browser.NewPerson("ada").Open(context.Background(), address) }() // signs in and allows
		return nil
	}
	return auth.GoogleAt(mock.Issuer(), mock.PeopleAPI(), mock.ClientID(), mock.ClientSecret()),
		openBrowser, mock.PeopleAPI() + "?personFields=names"
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
