package auth_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// newPlainWorld is a world at a provider by the book, whose person keeps one
// browser.
func newPlainWorld(t *testing.T, change func(*auth.Provider)) (*world, *mocktest.Person) {
	t.Helper()
	w := newWorld(t, nil, mockprovider.WithPersona(persona.Plain()))
	w.provider = auth.Provider{ID: "plain", Name: "Plain", Issuer: w.server.Issuer(), ClientID: w.server.ClientID(),
		Scopes: []string{"openid", "email", "offline_access"}}
	if change != nil {
		change(&w.provider)
	}
	person := w.server.Person("ada")
	w.config.OpenBrowser = func(_ context.Context, address string) error {
		done := make(chan struct{})
		w.t.Cleanup(func() { <-done })
		go func() {
			defer close(done)
			if page, err := person.Open(w.t.Context(), address); err != nil {
				w.pages <- "error: " + err.Error()
			} else {
				w.pages <- page.Body
			}
		}()
		return nil
	}
	w.restart()
	return w, person
}

// endSessions are the queries that reached the end-session endpoint.
func (w *world) endSessions() []url.Values {
	var out []url.Values
	for _, e := range w.server.Journal().Entries() {
		if e.Endpoint == "end_session" {
			q := url.Values{}
			for _, p := range e.Request.Decode().Query {
				q.Set(p.Name, p.Value)
			}
			out = append(out, q)
		}
	}
	return out
}

func TestLogoutInTheBrowser(t *testing.T) {
	for _, c := range []struct {
		name, path string
		restart    bool // the ID token is gone: it is never stored
		hint, back bool
	}{
		{"redirect registered", "/signed-out", false, true, true},
		{"no redirect registered", "", false, true, false},
		{"after a restart", "/signed-out", true, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _ := newPlainWorld(t, func(p *auth.Provider) { p.Redirect.LogoutPath = c.path })
			session := w.session()
			<-w.pages
			if c.restart {
				session = w.again()
			}
			if !session.OffersLogout(t.Context()) {
				t.Fatal("the provider offers it")
			}
			logout, err := session.Logout(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer logout.Close()
			if err := session.SignOut(t.Context()); err != nil {
				t.Errorf("SignOut: %v", err)
			}
			link, err := logout.Link()
			if err != nil || strings.Contains(link, "?") {
				t.Errorf("the link holds more than a ticket: %v", err)
			}
			if err := logout.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := logout.Wait(t.Context()); err != nil {
				t.Errorf("Wait: %v", err)
			}
			page := <-w.pages
			if c.back {
				contains(t, "page", page, "You’re signed out.")
			}
			sent := w.endSessions()
			if len(sent) != 1 {
				t.Fatalf("%d requests at the end-session endpoint, want 1", len(sent))
			}
			if sent[0].Get("client_id") != w.server.ClientID() || sent[0].Has("id_token_hint") != c.hint ||
				sent[0].Has("post_logout_redirect_uri") != c.back || sent[0].Has("state") != c.back {
				t.Errorf("the request has %v", sent[0])
			}
		})
	}
}

func TestLogoutWhereThereIsNone(t *testing.T) {
	w := newWorld(t, nil) // Google has none
	session := w.session()
	if session.OffersLogout(t.Context()) {
		t.Error("OffersLogout")
	}
	_, err := session.Logout(t.Context())
	wantCode(t, err, auth.CodeLogoutUnsupported)
}

// Somebody else's request to the redirect address ends no logout.
func TestLogoutWaitsForItsOwnState(t *testing.T) {
	w, person := newPlainWorld(t, func(p *auth.Provider) { p.Redirect.LogoutPath = "/signed-out" })
	logout, err := w.session().Logout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	<-w.pages
	link, err := logout.Link()
	if err != nil {
		t.Fatal(err)
	}
	origin, _, _ := strings.Cut(link, "/start/")
	if page, err := person.Open(t.Context(), origin+"/signed-out?state=forged"); err != nil || page.Status != 400 {
		t.Errorf("a forged return: %v, %v", page, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantCode(t, logout.Wait(ctx), auth.CodeCanceled)
}
