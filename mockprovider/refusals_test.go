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
