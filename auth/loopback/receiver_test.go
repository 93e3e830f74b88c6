package loopback_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth/loopback"
)

const (
	state    = "kP2mW8xQ4vT6yB1nR3sD5fG7hJ9lZ0cA-_eUiOpXqwM"
	provider = "https://accounts.example.com/authorize?client_id=c1&state=" + state
)

func listen(t *testing.T, c loopback.Config) *loopback.Receiver {
	t.Helper()
	r, err := loopback.Listen(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// armed returns a receiver that waits for the response to an attempt.
func armed(t *testing.T, c loopback.Config) *loopback.Receiver {
	t.Helper()
	r := listen(t, c)
	r.Arm(loopback.Attempt{State: state, AuthorizationURL: provider, ProviderName: "Example"})
	return r
}

// browser is a client with a cookie jar that shows redirects instead of
// following them.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	tr := &http.Transport{Proxy: nil}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: tr, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func link(t *testing.T, r *loopback.Receiver) string {
	t.Helper()
	l, err := r.Link()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// get fetches a page whole.
func get(t *testing.T, c *http.Client, u string) (*http.Response, string) {
	t.Helper()
	res, err := c.Get(u)
	if err != nil {
		t.Fatalf("GET: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("reading the page: %v", err)
	}
	return res, string(body)
}

func status(t *testing.T, c *http.Client, u string) int {
	t.Helper()
	res, _ := get(t, c, u)
	return res.StatusCode
}

// opened is a browser that has opened a start link of r.
func opened(t *testing.T, r *loopback.Receiver) *http.Client {
	t.Helper()
	b := browser(t)
	res, _ := get(t, b, link(t, r))
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != provider {
		t.Fatalf("start link: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	return b
}

func good(r *loopback.Receiver) string {
	return r.RedirectURI() + "?" + url.Values{"code": {"c-1"}, "state": {state}, "iss": {"https://accounts.example.com"}}.Encode()
}

// waits fails the test if the wait has ended.
func waits(t *testing.T, r *loopback.Receiver) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if v, err := r.Wait(ctx); err == nil {
		t.Fatalf("the wait has ended with %v", v)
	}
}

// origin is http://host:port.
func origin(r *loopback.Receiver) string {
	u, _ := url.Parse(r.RedirectURI())
	return u.Scheme + "://" + u.Host
}

// stream reads a page as it comes.
type stream struct {
	t    *testing.T
	body io.ReadCloser
	text strings.Builder
}

func (s *stream) until(mark string) {
	s.t.Helper()
	buf := make([]byte, 4096)
	for !strings.Contains(s.text.String(), mark) {
		n, err := s.body.Read(buf)
		s.text.Write(buf[:n])
		if err != nil && !strings.Contains(s.text.String(), mark) {
			s.t.Fatalf("%q never came: %v\n%s", mark, err, s.text.String())
		}
	}
}

func TestSignIn(t *testing.T) {
	r := armed(t, loopback.Config{})
	if !strings.HasPrefix(r.RedirectURI(), "http://127.0.0.1:") || !strings.HasSuffix(r.RedirectURI(), "/callback") {
		t.Fatalf("redirect URI %q", r.RedirectURI())
	}
	select {
	case <-r.Opened():
		t.Fatal("opened before anything was")
	default:
	}
	b := opened(t, r)
	<-r.Opened()

	res, _ := get(t, b, good(r))
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("callback: %d", res.StatusCode)
	}
	v, err := r.Wait(t.Context())
	if err != nil || v.Get("code") != "c-1" || v.Get("iss") != "https://accounts.example.com" {
		t.Fatalf("Wait: %v, %v", v, err)
	}
	done, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	if done.RawQuery != "" || strings.Contains(done.Path, "c-1") {
		t.Fatalf("the page's address %q is not clean", done)
	}

	page, err := b.Get(done.String())
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	s := &stream{t: t, body: page.Body}
	s.until("Checking the answer…")
	if strings.Contains(s.text.String(), "data-verdict=") {
		t.Fatal("a verdict before Tell")
	}
	r.Tell(loopback.Success())
	r.Tell(loopback.Failure("too late"))
	s.until("</html>")
	for _, want := range []string{
		`<html lang="en">`, `id="latchkey" data-verdict="success"`, `role="status"`,
		"You’re signed in.", "You can close this tab and go back to Latchkey.", "Example has answered.",
	} {
		if !strings.Contains(s.text.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(s.text.String(), "too late") {
		t.Error("a second verdict was shown")
	}
	select {
	case <-r.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("the receiver did not close after its verdict was shown")
	}
	if n := r.Strays(); n != 0 {
		t.Errorf("%d strays", n)
	}
}
