package auth_test

import (
	"slices"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
)

// At Google, revoking one token ends the person's sessions on every computer:
// signing out here must not do that, and removing access must.
func TestSignOutWhereRevocationEndsTheGrant(t *testing.T) {
	w := newWorld(t, nil)
	w.provider = auth.GoogleAt(w.server.Issuer(), w.server.PeopleAPI(), w.server.ClientID(), w.server.ClientSecret())
	session := w.resumed()
	if _, err := session.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := session.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.count("revoke", ""); n != 0 || w.server.Grants("ada") != 1 {
		t.Errorf("%d revocations, %d grants left; want the other computers' sessions to stay", n, w.server.Grants("ada"))
	}
	if token := w.storedToken(session.Account().Item); token != "" {
		t.Errorf("the store holds %q", token)
	}
}

// What a refresh brings after the sign-out is dropped, and not revoked either.
func TestSignOutDuringARefreshWhereRevocationEndsTheGrant(t *testing.T) {
	h := newHold(t)
	w := newWorld(t, nil, mockprovider.WithHook(mockprovider.StageToken, h.at(isRefresh)))
	w.provider.Quirks.RevocationEndsGrant = true
	session := w.resumed()
	account := session.Account()
	h.arm()
	refreshed := make(chan struct{})
	go func() { defer close(refreshed); _, _ = session.Token(t.Context()) }()
	<-h.arrived
	out := make(chan error, 1)
	go func() { out <- session.SignOut(t.Context()) }()
	eventually(t, "the sign-out to begin", func() bool {
		now, err := w.client.Resume(account, w.provider)
		return err == nil && now != session
	})
	h.release()
	<-refreshed
	if err := <-out; err != nil {
		t.Errorf("SignOut: %v", err)
	}
	if n := w.count("revoke", ""); n != 0 || w.server.Grants("ada") != 1 {
		t.Errorf("%d revocations, %d grants left; want the other computers' sessions to stay", n, w.server.Grants("ada"))
	}
	if held := w.storedToken(account.Item); held != "" {
		t.Error("the store holds a refresh token again")
	}
}

func TestRemoveAccess(t *testing.T) {
	for name, google := range map[string]bool{"one token": false, "the whole grant": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.provider.Quirks.RevocationEndsGrant = google
			session := w.resumed()
			if err := session.RemoveAccess(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := w.count("revoke", ""); n != 1 || w.server.Grants("ada") != 0 {
				t.Errorf("%d revocations, %d grants left", n, w.server.Grants("ada"))
			}
			if token := w.storedToken(session.Account().Item); token != "" {
				t.Errorf("the store holds %q", token)
			}
			if list, err := w.client.Accounts(); err != nil || len(list) != 0 {
				t.Errorf("accounts %v, error = %v", list, err)
			}
			if _, err := session.Token(t.Context()); err == nil {
				t.Error("the session still gives out tokens")
			}
		})
	}
}

// A provider that was not told keeps its permission; then the session stays
// too, so that the person can try again.
func TestRemoveAccessThatFailsChangesNothing(t *testing.T) {
	discovery := mockprovider.StageDiscovery
	for name, options := range map[string][]mockprovider.Option{
		"the provider fails":     {mockprovider.WithHook(mockprovider.StageTransport, answer("revoke", 503, "text/plain", ""))},
		"there is no revocation": {mockprovider.WithHook(discovery, del("revocation_endpoint"))},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil, options...)
			session := w.resumed()
			wantCode(t, session.RemoveAccess(t.Context()), auth.CodeAccessNotRemoved)
			if _, err := session.Token(t.Context()); err != nil {
				t.Errorf("the session is gone: %v", err)
			}
			if list, _ := w.client.Accounts(); len(list) != 1 || w.storedToken(session.Account().Item) == "" {
				t.Errorf("accounts %v, stored %q", list, w.storedToken(session.Account().Item))
			}
		})
	}
}

func TestAccessAndDeclined(t *testing.T) {
	w := newWorld(t, nil)
	w.person.Untick = []string{"email"}
	pending, err := w.signIn()
	if err != nil {
		t.Fatal(err)
	}
	session, err := pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	until, ok := session.Access()
	if !ok || until.IsZero() {
		t.Errorf("after the sign-in: until %v, %t", until, ok)
	}
	if got := session.Declined(); !slices.Equal(got, []string{"email"}) {
		t.Errorf("declined %q", got)
	}
	w.restart()
	again, err := w.client.Resume(session.Account(), w.provider)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := again.Access(); ok {
		t.Error("an access token before one was fetched")
	}
	if got := again.Declined(); !slices.Equal(got, []string{"email"}) {
		t.Errorf("after a restart declined %q", got)
	}
}
