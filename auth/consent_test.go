package auth_test

import (
	"slices"
	"testing"

	"app.latchkey/mockprovider"
)

const birthday = "https://www.googleapis.com/auth/user.birthday.read"

// A box that was not ticked is known by its scope, outlives a restart, and can
// be asked for again: of the same person, on the consent page.
func TestConsentIsKnownAndAskedForAgain(t *testing.T) {
	var hint, prompt string
	w := newWorld(t, nil, mockprovider.WithHook(transport, func(e *mockprovider.Event) {
		if e.Endpoint == "authorize" {
			hint, prompt = e.Request.FormValue("login_hint"), e.Request.FormValue("prompt")
		}
	}))
	w.provider.Scopes = []string{"openid", "email", "profile", birthday}
	w.person.Untick = []string{birthday}
	session := w.session()
	if got := session.Declined(); !slices.Equal(got, []string{birthday}) || !slices.Contains(session.Scopes(), "email") {
		t.Errorf("after the sign-in: declined %v, granted %v", got, session.Scopes())
	}
	session = w.again()
	if got := session.Declined(); !slices.Equal(got, []string{birthday}) {
		t.Errorf("after a restart: declined %v", got)
	}

	w.person.Untick = nil
	pending, err := w.client.SignIn(t.Context(), w.provider, session.AskAgain())
	if err != nil {
		t.Fatal(err)
	}
	if hint != "ada@example.com" || prompt != "consent" {
		t.Errorf("asked again with login_hint %q, prompt %q", hint, prompt)
	}
	if len(pending.Declined()) != 0 || pending.Account().Key != session.Account().Key {
		t.Errorf("declined %v, account %s", pending.Declined(), pending.Account().Key)
	}
	if session, err = pending.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := session.Declined(); len(got) != 0 || !slices.Contains(session.Scopes(), birthday) {
		t.Errorf("after it was granted: declined %v, granted %v", got, session.Scopes())
	}
}
