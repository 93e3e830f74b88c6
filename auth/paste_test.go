package auth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
)

// abroad signs in with a browser on another computer: it can reach the provider,
// but not this computer, so that it ends at an address that it can't open.
func (w *world) abroad(link string) string {
	w.t.Helper()
	issuer, _ := url.Parse(w.server.Issuer())
	person := mocktest.NewPerson(w.person.User)
	person.Stop = func(next *http.Request) bool { return next.URL.Host != issuer.Host }
	visit, err := person.Open(w.t.Context(), link)
	if err != nil || visit.Next == nil {
		w.t.Fatalf("the browser was not sent back: %v", err)
	}
	return visit.Next.URL.String()
}

func (w *world) attempt() *auth.Attempt {
	w.t.Helper()
	a, err := w.client.Begin(w.t.Context(), w.provider, auth.SignInOptions{Observer: w.observe})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = a.Close() })
	return a
}

func (w *world) remoteLink(a *auth.Attempt) string {
	w.t.Helper()
	link, err := a.RemoteLink()
	if err != nil {
		w.t.Fatal(err)
	}
	if text := link.String(); strings.Contains(text, "state") {
		w.t.Errorf("the link prints itself: %s", text)
	}
	return link.Reveal()
}

// A browser on another computer: its link in, its last address back.
func TestPasteSignsIn(t *testing.T) {
	for _, mode := range []string{"query", "form_post asked for"} {
		t.Run(mode, func(t *testing.T) {
			w := newWorld(t, nil)
			w.provider.Quirks.FormPost = mode != "query"
			a := w.attempt()
			if err := a.Paste(w.abroad(w.remoteLink(a))); err != nil {
				t.Fatal(err)
			}
			pending, err := a.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := pending.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			record, err := json.Marshal(pending.Flow())
			if err != nil || !strings.Contains(string(record), "as a pasted address") {
				t.Error("the record does not tell that the address was pasted")
			}
		})
	}
}

// What is pasted is checked as what comes by itself: the state, and PKCE at the
// provider. Nonsense leaves the attempt waiting.
func TestPasteIsCheckedTheSame(t *testing.T) {
	w := newWorld(t, nil)
	mine, theirs := w.attempt(), w.attempt()
	back, foreign := w.abroad(w.remoteLink(mine)), w.abroad(w.remoteLink(theirs))
	here, _ := url.Parse(back)
	strange, _ := url.Parse(foreign)

	// Another attempt's code and state at this attempt's address.
	moved := *strange
	moved.Host = here.Host
	// Another attempt's code with this attempt's state.
	q := here.Query()
	q.Set("code", strange.Query().Get("code"))
	injected := *here
	injected.RawQuery = q.Encode()

	for _, c := range []struct {
		name, address string
		want          auth.Code
	}{
		{"not an address", "signed in!", auth.CodePasteElsewhere},
		{"the provider's page", w.server.Issuer() + "/signin?code=x", auth.CodePasteElsewhere},
		{"another sign-in's address", foreign, auth.CodePasteElsewhere},
		{"another sign-in's answer at our address", moved.String(), auth.CodePasteOtherSignIn},
		{"no answer", "http://" + here.Host + here.Path, auth.CodePasteNoResponse},
		{"nothing", " ", auth.CodePasteNotAddress},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := mine.Paste(c.address)
			wantCode(t, err, c.want)
			if strings.Contains(err.Error(), strange.Query().Get("code")) || strings.Contains(err.Error(), strange.Query().Get("state")) {
				t.Errorf("the error quotes what was pasted: %v", err)
			}
		})
	}
	if n := w.count("token", ""); n != 0 {
		t.Fatalf("%d token requests for nonsense", n)
	}
	// The code of another's sign-in, state known: PKCE stops it at the provider.
	if err := mine.Paste(injected.String()); err != nil {
		t.Fatal(err)
	}
	_, err := mine.Wait(t.Context())
	wantCode(t, err, auth.CodeTokenInvalidGrant)
	wantCode(t, mine.Paste(back), auth.CodeCanceled)

	// Nothing of that touched the other attempt.
	if err := theirs.Paste(foreign); err != nil {
		t.Fatal(err)
	}
	pending, err := theirs.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pending.Discard(t.Context())
	_, err = theirs.RemoteLink()
	wantCode(t, err, auth.CodeCanceled)
}

// The remote link is the authorization request; a browser that opens it here has
// no cookie, so its response does not count.
func TestRemoteLinkGivesNoRightAtTheReceiver(t *testing.T) {
	w := newWorld(t, nil)
	a := w.attempt()
	page, err := mocktest.NewPerson("ada").Open(t.Context(), w.remoteLink(a))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "the page", page.Body, `data-verdict="refused"`)
	link, err := a.Link()
	if err != nil {
		t.Fatalf("the attempt does not wait any more: %v", err)
	}
	_ = w.browse(t.Context(), link)
	pending, err := a.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pending.Discard(t.Context())
}

// Responses by POST, asked for and checked the same.
func TestFormPostSignsIn(t *testing.T) {
	var mode string
	w := newWorld(t, nil, mockprovider.WithHook(transport, func(e *mockprovider.Event) {
		if e.Endpoint == "authorize" {
			mode = e.Request.FormValue("response_mode")
		}
	}))
	w.provider.Quirks.FormPost = true
	w.session()
	if mode != "form_post" {
		t.Errorf("response_mode was %q", mode)
	}
}
