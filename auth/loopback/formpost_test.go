package loopback_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"app.latchkey/auth/loopback"
)

const formType = "application/x-www-form-urlencoded"

var goodForm = url.Values{"code": {"c-1"}, "state": {state}}.Encode()

// submit posts a form as a browser does for another site's page: without the
// Lax cookie.
func submit(t *testing.T, target, media, body string) *http.Response {
	t.Helper()
	res, err := browser(t).Post(target, media, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// A posted response counts once a GET of the same browser has shown the cookie,
// and its code is in no address.
func TestFormPost(t *testing.T) {
	for _, path := range []string{"/callback", "/", "/a/b/"} {
		t.Run(path, func(t *testing.T) {
			r := armed(t, loopback.Config{Path: path})
			b := opened(t, r)
			res := submit(t, r.RedirectURI(), formType+"; charset=UTF-8", goodForm)
			next := res.Header.Get("Location")
			if res.StatusCode != http.StatusSeeOther || next == "" || strings.Contains(next, "c-1") || strings.Contains(next, state) {
				t.Fatalf("the form got %d to %q", res.StatusCode, next)
			}
			guarded(t, res)
			waits(t, r)
			if got := status(t, browser(t), origin(r)+next); got != http.StatusBadRequest {
				t.Errorf("without the cookie it got %d, want 400", got)
			}
			waits(t, r)
			res, _ = get(t, b, origin(r)+next)
			if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/done/") {
				t.Errorf("with it: %d to %q", res.StatusCode, res.Header.Get("Location"))
			}
			if v, err := r.Wait(t.Context()); err != nil || v.Get("code") != "c-1" {
				t.Errorf("Wait: %v, %v", v, err)
			}
			if got := submit(t, r.RedirectURI(), formType, goodForm).StatusCode; got != http.StatusGone {
				t.Errorf("a second form got %d, want 410", got)
			}
		})
	}
}

// What is not the response leads nowhere, and the wait goes on.
func TestFormPostRefused(t *testing.T) {
	for _, c := range []struct{ name, query, media, body string }{
		{"forged state", "", formType, "code=c&state=forged"},
		{"forged error", "", formType, "error=access_denied"},
		{"no form", "", formType, ""},
		{"state twice", "", formType, goodForm + "&state=x"},
		{"JSON", "", "application/json", `{"code":"c-1","state":"` + state + `"}`},
		{"plain text, which any page may post", "", "text/plain", goodForm},
		{"parts in the address", "?state=" + state, formType, goodForm},
		{"huge", "", formType, goodForm + "&x=" + strings.Repeat("x", 70<<10)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := armed(t, loopback.Config{})
			b := opened(t, r)
			res := submit(t, r.RedirectURI()+c.query, c.media, c.body)
			if res.StatusCode != http.StatusBadRequest || res.Header.Get("Location") != "" {
				t.Errorf("got %d to %q, want 400 and nowhere", res.StatusCode, res.Header.Get("Location"))
			}
			guarded(t, res)
			waits(t, r)
			if got := status(t, b, good(r)); got != http.StatusSeeOther {
				t.Errorf("after it the real response got %d", got)
			}
		})
	}
}

// Somebody who knows the state could post without end; little is kept, and the
// person's own form is the latest.
func TestFormPostKeepsLittle(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	first := submit(t, r.RedirectURI(), formType, goodForm).Header.Get("Location")
	var last string
	for range 4 {
		last = submit(t, r.RedirectURI(), formType, goodForm).Header.Get("Location")
	}
	if got := status(t, b, origin(r)+first); got != http.StatusNotFound {
		t.Errorf("the oldest got %d, want it forgotten (404)", got)
	}
	if got := status(t, b, origin(r)+last); got != http.StatusSeeOther {
		t.Errorf("the latest got %d", got)
	}
}
