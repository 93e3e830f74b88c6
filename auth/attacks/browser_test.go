package attacks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"app.latchkey/auth/loopback"
	"app.latchkey/e2e/chromium"
)

// evilHost is a name that leads to this computer in the tests' browser: what an
// attacker's name does after DNS rebinding, and a site of its own otherwise.
const evilHost = "evil.test"

// browser is a real Chromium, the user's.
type browser struct{ ctx context.Context }

// lazyBrowser starts one browser for all rows that need one, when the first
// does.
type lazyBrowser struct {
	t *testing.T // that ends it
	b *browser
}

func (l *lazyBrowser) start(t *testing.T) *browser {
	t.Helper()
	if l.b != nil {
		return l.b
	}
	chromium.Path(t) // skips t alone, where there is none
	ctx := chromium.Start(l.t,
		chromedp.Flag("disable-popup-blocking", true), // the attacker's popups are to arrive
		chromedp.Flag("host-resolver-rules", "MAP "+evilHost+" 127.0.0.1"))
	l.b = &browser{ctx}
	return l.b
}

// tab is a tab of the browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// tab opens a new tab, which closes with the test.
func (b *browser) tab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	limited, release := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(release)
	return &tab{t, limited}
}

// visit goes to an address and waits until its page is there.
func (p *tab) visit(address string) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, chromedp.Navigate(address)); err != nil {
		p.t.Fatalf("going to %s: %v", address, err)
	}
}

func (p *tab) do(a chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, a); err != nil {
		p.t.Fatal(err)
	}
}

// see evaluates an expression on the page.
func see[T any](p *tab, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits until an expression holds. It asks anew each time, since a
// navigation can take the document away under a question.
func (p *tab) until(js string) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](js)); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			p.t.Fatalf("it never came true: %s", js)
		}
	}
}

// where is the page's address.
func (p *tab) where() string {
	p.t.Helper()
	at, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil {
		p.t.Fatal(err)
	}
	return at
}

// evilSite is the attacker's web site.
type evilSite struct {
	origin string // "http://evil.test:41234"

	mu       sync.Mutex
	requests []*http.Request
}

// newEvilSite serves one page, whatever is asked for.
func newEvilSite(t *testing.T, html string) *evilSite {
	t.Helper()
	e := &evilSite{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		e.requests = append(e.requests, r)
		e.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, html)
	}))
	t.Cleanup(s.Close)
	e.origin = strings.Replace(s.URL, "127.0.0.1", evilHost, 1)
	return e
}

func (e *evilSite) seen() []*http.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*http.Request(nil), e.requests...)
}

// state is that of the attempts below.
const state = "S7-GvLk3XyNq0cZpR5tW1uEoIaHdJfBm2nQvCxYzT9s"

// target is a receiver without a client, so that a test sees how many strays
// came.
type target struct {
	t *testing.T
	*loopback.Receiver
}

// newTarget is a receiver whose provider is at address.
func newTarget(t *testing.T, address string) target {
	t.Helper()
	r, err := loopback.Listen(t.Context(), loopback.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	r.Arm(loopback.Attempt{State: state, ProviderName: "Example", AuthorizationURL: address})
	return target{t, r}
}

func (r target) url() *url.URL {
	u, err := url.Parse(r.RedirectURI())
	if err != nil {
		r.t.Fatal(err)
	}
	return u
}

func (r target) host() string { return r.url().Host }

func (r target) newLink() string {
	r.t.Helper()
	l, err := r.Link()
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// response is the real one, with a query more.
func (r target) response(more string) string {
	return r.RedirectURI() + "?code=c-1&state=" + state + more
}

// waiting fails the test if the wait has ended.
func (r target) waiting() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	cancel()
	if v, err := r.Wait(ctx); err == nil {
		r.t.Fatalf("the attack ended the wait: %v", v)
	}
}

// unharmed fails the test unless the wait goes on and the real response, from
// the browser that opened the link, still ends it.
func (r target) unharmed(p *tab) {
	r.t.Helper()
	r.waiting()
	go func() {
		if _, err := r.Wait(p.ctx); err == nil {
			r.Tell(loopback.Success()) // the page is held open until then
		}
	}()
	p.visit(r.response(""))
	if v, err := r.Wait(p.ctx); err != nil || v.Get("code") != "c-1" {
		r.t.Fatalf("after the attack the real response brings %v, %v", v, err)
	}
}

// newJar is a plain HTTP client with cookies that follows no redirect.
func newJar() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // without options it cannot fail
	}
	return &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// follow asks for an address and returns the answer and where it leads.
func follow(t *testing.T, c *http.Client, address string) (*http.Response, *url.URL) {
	t.Helper()
	res, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	to, err := res.Location()
	if err != nil {
		return res, &url.URL{}
	}
	return res, to
}
