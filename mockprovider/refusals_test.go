package mockprovider_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// TestNotAForm sends every endpoint that takes a form something else. Without
// the check the parameters would just seem to be missing.
func TestNotAForm(t *testing.T) {
	for _, plays := range []persona.Persona{persona.Plain(), persona.Google()} {
		c := newClient(t, mockprovider.WithPersona(plays))
		paths := plays.Paths
		for _, path := range []string{
			paths.Authorization, paths.Token, paths.Revocation, paths.Introspection, paths.EndSession, paths.Tokeninfo,
			"/_mock/login", "/_mock/consent", "/_mock/logout",
		} {
			if path == "" || path == "/_mock/logout" && paths.EndSession == "" {
				continue
			}
			r := c.do("POST", path, strings.NewReader(`{"client_id":"latchkey-mock"}`), "Content-Type", "application/json")
			if r.status != http.StatusBadRequest || c.refusedBy() != "parameters_form" {
				t.Errorf("%s %s: %d, refused by %q\n%s", plays.Name, path, r.status, c.refusedBy(), r.text)
			}
			c.srv.Journal().Clear()
		}
	}
}

// TestRefusedBy names the check that refuses what others would refuse as well,
// for another reason: a journal that gives the wrong one misleads.
func TestRefusedBy(t *testing.T) {
	for _, tt := range []struct{ path, check string }{
		{"/tokeninfo?%zz", "parameters_form"},
		{"/tokeninfo?access_token=x&access_token=x", "parameters_once"},
		{"/tokeninfo", "tokeninfo_one_token"},
		{"/tokeninfo?access_token=x&id_token=y", "tokeninfo_one_token"},
		{"/tokeninfo?access_token=x", "tokeninfo_known"},
	} {
		c := newClient(t)
		if r := c.get(tt.path); r.status != http.StatusBadRequest || c.refusedBy() != tt.check {
			t.Errorf("%s: %d, refused by %q, want %q", tt.path, r.status, c.refusedBy(), tt.check)
		}
	}
}

// TestApplicationToken checks that GitHub's way of ending a grant wants a
// token.
func TestApplicationToken(t *testing.T) {
	c := newClient(t, mockprovider.WithPersona(persona.GitHub()))
	id := c.srv.ClientID()
	request, err := http.NewRequest(http.MethodDelete, "http://x", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(id, c.srv.ClientSecret())
	for _, body := range []string{"", "{}", "[", `{"access_token":""}`} {
		r := c.do("DELETE", "/applications/"+id+"/token", strings.NewReader(body), "Authorization", request.Header.Get("Authorization"))
		if r.status != http.StatusUnprocessableEntity || c.refusedBy() != "application_token_present" {
			t.Errorf("%q: %d, refused by %q", body, r.status, c.refusedBy())
		}
	}
}

// TestOnlyLoopbackHasAnyPort checks that redirect URIs on other hosts, and with
// other schemes, are compared with their port.
func TestOnlyLoopbackHasAnyPort(t *testing.T) {
	client := persona.Plain().Client
	client.RedirectURIs = []string{"http://app.example/callback", "https://127.0.0.1/callback", "http://localhost/callback", "http://127.0.0.1/callback"}
	c := newClient(t, mockprovider.WithPersona(persona.Plain()), mockprovider.WithClients(client))
	for uri, want := range map[string]bool{
		"http://app.example/callback": true, "http://app.example:8080/callback": false,
		"https://127.0.0.1/callback": true, "https://127.0.0.1:8443/callback": false,
		"http://localhost/callback": true, "http://localhost:8080/callback": false,
		"http://127.0.0.1:8080/callback": true,
	} {
		q := c.request()
		q.Set("redirect_uri", uri)
		if r := c.get("/authorize?" + q.Encode()); (r.status == http.StatusSeeOther) != want {
			t.Errorf("%s: %d", uri, r.status)
		}
	}
}

// TestAccessType checks Google's parameter: what is neither online nor offline
// is refused and not taken for online.
func TestAccessType(t *testing.T) {
	c := newClient(t)
	q := c.request()
	q.Set("access_type", "always")
	r := c.get(c.srv.Persona().Paths.Authorization + "?" + q.Encode())
	if r.status != http.StatusBadRequest || c.refusedBy() != "access_type" {
		t.Errorf("%d, refused by %q", r.status, c.refusedBy())
	}
}

// TestControlBeforeServing checks that the control API, like all else, says
// that there is no issuer yet.
func TestControlBeforeServing(t *testing.T) {
	p, err := mockprovider.New()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "http:///_mock/faults", nil)
	r.Host = ""
	r.Header.Set("Authorization", "Bearer "+p.ControlToken())
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
