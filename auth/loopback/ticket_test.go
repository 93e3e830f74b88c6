package loopback_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"app.latchkey/auth/loopback"
)

func TestLinkIsFresh(t *testing.T) {
	r := armed(t, loopback.Config{})
	form := regexp.MustCompile(`^http://127\.0\.0\.1:\d+/start/[A-Za-z0-9_-]{43}$`)
	seen := map[string]bool{}
	for range 50 {
		l := link(t, r)
		if !form.MatchString(l) || seen[l] || strings.Contains(l, state) {
			t.Fatalf("link %q", l)
		}
		seen[l] = true
	}
}

func TestStartCookies(t *testing.T) {
	r := armed(t, loopback.Config{})
	l := link(t, r)
	res, body := get(t, browser(t), l)
	guarded(t, res)
	if body != "" {
		t.Errorf("the redirect has a body: %q", body)
	}
	u, _ := url.Parse(l)
	paths := map[string]bool{"/callback": false, u.Path: false}
	for _, c := range res.Cookies() {
		paths[c.Path] = true
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || len(c.Value) != 43 || c.Domain != "" {
			t.Errorf("cookie %v", c)
		}
	}
	if len(paths) != 2 || !paths["/callback"] || !paths[u.Path] {
		t.Errorf("cookies for %v", paths)
	}
	other := armed(t, loopback.Config{})
	res2, _ := get(t, browser(t), link(t, other))
	if res.Cookies()[0].Name == res2.Cookies()[0].Name {
		t.Error("two attempts share a cookie's name")
	}
}

func TestReload(t *testing.T) {
	r := armed(t, loopback.Config{})
	b, l := browser(t), link(t, r)
	for range 3 {
		if got := status(t, b, l); got != 303 {
			t.Fatalf("status %d", got)
		}
	}
	if got := status(t, b, good(r)); got != 303 {
		t.Fatalf("the response got %d", got)
	}
}

// TestSecondBrowser: two browsers open one link, in either part; neither may
// answer, and the next link puts it right.
func TestSecondBrowser(t *testing.T) {
	r := armed(t, loopback.Config{})
	first, second, l := browser(t), browser(t), link(t, r)
	if got := status(t, first, l); got != 303 {
		t.Fatalf("first: %d", got)
	}
	res, body := get(t, second, l)
	if res.StatusCode != 410 || !strings.Contains(body, "This link was already used.") ||
		!strings.Contains(body, "Open browser again") {
		t.Fatalf("second: %d\n%s", res.StatusCode, body)
	}
	guarded(t, res)
	if len(res.Cookies()) > 0 || strings.Contains(body, "example.com") {
		t.Error("the second browser learns something")
	}
	for name, b := range map[string]*http.Client{"first": first, "second": second} {
		if got := status(t, b, good(r)); got != 400 {
			t.Errorf("%s browser's response got %d", name, got)
		}
		if got := status(t, b, l); got != 410 {
			t.Errorf("%s browser opens the void link: %d", name, got)
		}
	}
	waits(t, r)
	if got := status(t, second, link(t, r)); got != 303 {
		t.Fatalf("a new link: %d", got)
	}
	if got := status(t, second, good(r)); got != 303 {
		t.Fatalf("the response got %d", got)
	}
}

// TestTicketsApart: voiding one link leaves the others' browsers alone, and any
// browser of the attempt may answer.
func TestTicketsApart(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	opened(t, r)
	l := link(t, r)
	status(t, browser(t), l)
	if got := status(t, browser(t), l); got != 410 {
		t.Fatalf("status %d", got)
	}
	if got := status(t, b, good(r)); got != 303 {
		t.Fatalf("the response got %d", got)
	}
}

func TestOldAttemptsCookie(t *testing.T) {
	old := armed(t, loopback.Config{})
	b := opened(t, old)
	old.Close()
	r := armed(t, loopback.Config{})
	if got := status(t, b, good(r)); got != 400 { // a jar sends cookies to every port
		t.Fatalf("status %d", got)
	}
	waits(t, r)
}

func TestLinksAfterTheResponse(t *testing.T) {
	r := armed(t, loopback.Config{})
	b, unused := opened(t, r), link(t, r)
	if got := status(t, b, good(r)); got != 303 {
		t.Fatalf("status %d", got)
	}
	if _, err := r.Link(); err != loopback.ErrAnswered {
		t.Errorf("Link: %v", err)
	}
	res, body := get(t, browser(t), unused)
	if res.StatusCode != 410 || !strings.Contains(body, `data-verdict="over"`) || len(res.Cookies()) > 0 {
		t.Errorf("an unused link: %d\n%s", res.StatusCode, body)
	}
}

// TestCookieIsTakenBack: the browser does not keep it after the response.
func TestCookieIsTakenBack(t *testing.T) {
	r := armed(t, loopback.Config{})
	b := opened(t, r)
	u, _ := url.Parse(r.RedirectURI())
	if len(b.Jar.Cookies(u)) != 1 {
		t.Fatal("no cookie")
	}
	status(t, b, good(r))
	if len(b.Jar.Cookies(u)) != 0 {
		t.Error("the cookie is still there")
	}
}
