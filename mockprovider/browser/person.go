// Package browser is a scripted person at a browser: it follows redirects, keeps
// cookies, chooses an account on the mock provider's pages, ticks and allows, and
// arrives where the client sends the browser in the end. It links no testing, so
// that programs may use it too; tests find it as mocktest.Person.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a visit: what goes beyond is a loop or a flood.
const (
	maxSteps = 40
	maxBody  = 4 << 20
)

// Person acts as somebody at a browser: opens an address, follows redirects,
// chooses an account, ticks and allows, and arrives where the client sends the
// browser in the end. It knows no JavaScript.
//
// A Person is one browser: cookies stay from one Open to the next. The zero
// value with a User is ready. A Person is not for concurrent use.
type Person struct {
	// User is who to sign in as: key, e-mail address, or subject.
	User string
	// Untick are scopes to untick on the consent page: as in the request, or
	// their last part ("email", "user.birthday.read").
	Untick []string
	// Tick, if it is not nil, are the only scopes to leave ticked; written like
	// those of Untick.
	Tick []string
	// Deny presses Deny on the consent page.
	Deny bool
	// Cancel presses Cancel on the login page.
	Cancel bool
	// StopAtLogin and StopAtConsent end Open at that page, as if the person
	// had gone away.
	StopAtLogin, StopAtConsent bool
	// Stay presses Stay signed in where the provider asks whether to sign out.
	Stay bool
	// Transport carries the requests; nil means one without proxy. A Server's
	// Person has one that trusts its certificate.
	Transport http.RoundTripper

	// Stop, if it is set, is asked before each request that a page leads to;
	// true ends Open there, and the request is in Visit.Next. With it a test
	// takes an authorization response from the browser before the client has it.
	Stop func(next *http.Request) bool

	jar       http.CookieJar
	transport *http.Transport
}

// RoundTripper is what carries the person's requests.
func (p *Person) RoundTripper() http.RoundTripper {
	p.sitDown()
	if p.Transport != nil {
		return p.Transport
	}
	return p.transport
}

// Visit is where an Open ended.
type Visit struct {
	// URL is the address of the last page.
	URL string
	// Status is its HTTP status.
	Status int
	Header http.Header
	// Body is its text, at most 4 MiB.
	Body string
	// Trail are the addresses on the way, first to last. They hold codes and
	// states.
	Trail []string
	// Next is the request that Person.Stop kept from being sent.
	Next *http.Request
}

// NewPerson returns somebody who signs in as user and allows everything.
func NewPerson(user string) *Person {
	p := &Person{User: user}
	p.sitDown()
	return p
}

// sitDown gives the person a browser with an empty cookie jar.
func (p *Person) sitDown() {
	if p.jar != nil {
		return
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // without options it cannot fail
	}
	// Without kept connections nothing is left when the test ends.
	p.jar, p.transport = jar, &http.Transport{DisableKeepAlives: true}
}

// Open opens an address, does what the person does on each page of the
// provider, and returns the first page on which there is nothing to do. The
// error says on which step it got stuck.
func (p *Person) Open(ctx context.Context, address string) (*Visit, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("opening the address: %w", err)
	}
	return p.Follow(ctx, request)
}

// Follow sends a request of whatever kind and goes on as Open does: with
// Visit.Next it lets go what Stop held back.
func (p *Person) Follow(ctx context.Context, request *http.Request) (*Visit, error) {
	p.sitDown()
	visit := &Visit{}
	for range maxSteps {
		if err := p.step(request, visit); err != nil {
			return visit, fmt.Errorf("step %d, %s %s: %w", len(visit.Trail), request.Method, withoutQuery(request.URL), err)
		}
		next, err := p.next(ctx, request, visit)
		if err != nil {
			return visit, fmt.Errorf("step %d, on %s: %w", len(visit.Trail), withoutQuery(request.URL), err)
		}
		if next == nil {
			return visit, nil
		}
		if p.Stop != nil && p.Stop(next) {
			visit.Next = next
			return visit, nil
		}
		request = next
	}
	return visit, fmt.Errorf("no end after %d pages", maxSteps)
}

// step sends one request and notes the answer in visit.
func (p *Person) step(request *http.Request, visit *Visit) error {
	request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	request.Header.Set("User-Agent", "mocktest.Person")
	request.Header.Set("Sec-Fetch-Mode", "navigate")
	request.Header.Set("Sec-Fetch-Dest", "document")
	for _, c := range p.jar.Cookies(request.URL) {
		request.AddCookie(c)
	}
	visit.Trail = append(visit.Trail, request.URL.String())
	response, err := p.RoundTripper().RoundTrip(request)
	if err != nil {
		return withoutAddress(err)
	}
	defer response.Body.Close()
	p.jar.SetCookies(request.URL, response.Cookies())
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	visit.URL, visit.Status, visit.Header, visit.Body = request.URL.String(), response.StatusCode, response.Header, string(body)
	return nil
}

// next returns the request that follows a page: its redirect, its refresh, or
// the form that the person sends. nil means that this is the last page.
func (p *Person) next(ctx context.Context, last *http.Request, visit *Visit) (*http.Request, error) {
	if location := visit.Header.Get("Location"); visit.Status >= 300 && visit.Status < 400 && location != "" {
		return redirected(ctx, last, visit.Status, location)
	}
	if !strings.HasPrefix(visit.Header.Get("Content-Type"), "text/html") {
		return nil, nil
	}
	doc, err := parsePage(visit.Body)
	if err != nil {
		return nil, err
	}
	if wait, target, ok := doc.refresh(visit.Header.Get("Refresh")); ok {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
			return get(ctx, last.URL, target)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	switch {
	case doc.has("form-post"):
		// As the page's script would.
		return doc.press(ctx, last.URL, func(b button) bool { return b.id == "continue" }, nil)
	case doc.has("logout"):
		id := "sign-out"
		if p.Stay {
			id = "stay"
		}
		return doc.press(ctx, last.URL, func(b button) bool { return b.id == id }, nil)
	case doc.has("consent"):
		if p.StopAtConsent {
			return nil, nil
		}
		return p.consent(ctx, last.URL, doc)
	case doc.has("login"):
		if p.StopAtLogin {
			return nil, nil
		}
		return p.login(ctx, last.URL, doc)
	}
	return nil, nil
}

// login presses the button of the account.
func (p *Person) login(ctx context.Context, base *url.URL, doc *page) (*http.Request, error) {
	if p.Cancel {
		return doc.press(ctx, base, func(b button) bool { return b.id == "cancel" }, nil)
	}
	request, err := doc.press(ctx, base, func(b button) bool {
		return b.name == "user" && (b.id == "user-"+p.User || b.value == p.User)
	}, nil)
	if errors.Is(err, errNoButton) {
		return nil, fmt.Errorf("the login page offers no account %q", p.User)
	}
	return request, err
}

// consent unticks what the person does not want to give, and decides.
func (p *Person) consent(ctx context.Context, base *url.URL, doc *page) (*http.Request, error) {
	id := "allow"
	if p.Deny {
		id = "deny"
	}
	left, wanted := slices.Clone(p.Untick), slices.Clone(p.Tick)
	request, err := doc.press(ctx, base, func(b button) bool { return b.id == id }, func(scope string) bool {
		if i := find(left, scope); i >= 0 {
			left = slices.Delete(left, i, i+1)
			return false
		}
		if i := find(wanted, scope); i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
			return true
		}
		return p.Tick == nil
	})
	if left = append(left, wanted...); err == nil && len(left) > 0 {
		return nil, fmt.Errorf("the consent page has no box for %q", left)
	}
	return request, err
}

// find returns the place in the list of a scope or its last part.
func find(list []string, scope string) int {
	return slices.IndexFunc(list, func(u string) bool { return scope == u || strings.HasSuffix(scope, "/"+u) })
}

// redirected returns the request to which a redirect leads: a GET, unless the
// status says that the same request is to be repeated there (RFC 9110 §15.4).
func redirected(ctx context.Context, last *http.Request, status int, location string) (*http.Request, error) {
	request, err := get(ctx, last.URL, location)
	if err != nil || last.GetBody == nil || status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect {
		return request, err
	}
	body, err := last.GetBody()
	if err != nil {
		return nil, fmt.Errorf("repeating the request: %w", err)
	}
	request.Method, request.Body, request.GetBody, request.ContentLength = last.Method, body, last.GetBody, last.ContentLength
	request.Header.Set("Content-Type", last.Header.Get("Content-Type"))
	setOrigin(request, last.URL)
	return request, nil
}

func get(ctx context.Context, base *url.URL, target string) (*http.Request, error) {
	u, err := base.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("redirect to an address that cannot be read: %w", withoutAddress(err))
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("redirect to the scheme %q, which a browser would hand to a program", u.Scheme)
	}
	return http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
}

// parseRefresh reads "2; url=/next".
func parseRefresh(value string) (time.Duration, string, bool) {
	seconds, rest, ok := strings.Cut(value, ";")
	n, err := strconv.Atoi(strings.TrimSpace(seconds))
	if !ok || err != nil || n < 0 {
		return 0, "", false
	}
	rest = strings.TrimSpace(rest)
	if len(rest) < 4 || !strings.EqualFold(rest[:4], "url=") {
		return 0, "", false
	}
	return time.Duration(n) * time.Second, strings.Trim(rest[4:], `"' `), true
}

func withoutQuery(u *url.URL) string { return u.Scheme + "://" + u.Host + u.Path }

// withoutAddress drops the address, which may hold a code, from url errors.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
