package opsuite

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
)

// maxSteps and maxBody end what is a loop or a flood.
const (
	maxSteps = 30
	maxBody  = 4 << 20
)

// Browser is a person's browser: it keeps cookies, follows redirects and stops
// where it would be sent to the client, which listens nowhere.
type Browser struct {
	target    Target
	transport http.RoundTripper
	jar       http.CookieJar
}

// Visit is where a browser ended, and what it saw on the way.
type Visit struct {
	// Page is the last page of the provider.
	Page *Page
	// Back is the address at which it arrived at the client, nil if it did not.
	Back *url.URL
	// Response are the parameters that it brought to the client, from the
	// address or from a form that posts itself.
	Response url.Values
	// Seen are the kinds of pages on which the person did something.
	Seen []Kind
}

// Saw says whether a page of that kind was shown.
func (v *Visit) Saw(kind Kind) bool { return slices.Contains(v.Seen, kind) }

func newBrowser(t Target, transport http.RoundTripper) *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // without options it cannot fail
	}
	return &Browser{target: t, transport: transport, jar: jar}
}

// open sends the first request and does what the person does until nothing is
// left to do. client is the beginning of the client's addresses.
func (b *Browser) open(ctx context.Context, first *http.Request, person Person, client string) (*Visit, error) {
	v := &Visit{}
	request := first
	for range maxSteps {
		if err := b.step(request, v); err != nil {
			return v, fmt.Errorf("%s %s: %w", request.Method, request.URL.Path, err)
		}
		next, err := b.next(ctx, request, v, person, client)
		if err != nil || next == nil {
			return v, err
		}
		request = next
	}
	return v, fmt.Errorf("no end after %d pages", maxSteps)
}

// step sends one request.
func (b *Browser) step(request *http.Request, v *Visit) error {
	request.Header.Set("Accept", "text/html,*/*;q=0.8")
	request.Header.Set("Sec-Fetch-Mode", "navigate")
	for _, c := range b.jar.Cookies(request.URL) {
		request.AddCookie(c)
	}
	response, err := b.transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	b.jar.SetCookies(request.URL, response.Cookies())
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return err
	}
	v.Page = parsePage(request.URL, response.StatusCode, response.Header, string(body))
	return nil
}

// next returns the request that follows a page, nil after the last.
func (b *Browser) next(ctx context.Context, last *http.Request, v *Visit, person Person, client string) (*http.Request, error) {
	if to := v.Page.Header.Get("Location"); to != "" && v.Page.Status >= 300 && v.Page.Status < 400 {
		u, err := last.URL.Parse(to)
		if err != nil {
			return nil, fmt.Errorf("redirects to %q", to)
		}
		if u.Host != last.URL.Host || client != "" && strings.HasPrefix(u.String(), client) {
			v.Back, v.Response = u, u.Query()
			if inFragment, err := url.ParseQuery(u.EscapedFragment()); err == nil && u.RawQuery == "" {
				v.Response = inFragment
			}
			return nil, nil
		}
		return http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	}
	for _, f := range v.Page.Forms { // form_post
		if client != "" && strings.HasPrefix(f.Action, client) {
			u, err := url.Parse(f.Action)
			if err != nil {
				return nil, fmt.Errorf("posts to %q", f.Action)
			}
			v.Back, v.Response = u, f.Values
			return nil, nil
		}
	}
	s := b.target.Answer(v.Page, person)
	if s == nil {
		return nil, nil
	}
	v.Seen = append(v.Seen, s.Page)
	if s.Page == person.Leave {
		return nil, nil
	}
	return submit(ctx, last.URL, s)
}

func submit(ctx context.Context, base *url.URL, s *Submission) (*http.Request, error) {
	u, err := base.Parse(s.Action)
	if err != nil {
		return nil, fmt.Errorf("a form's action is %q", s.Action)
	}
	if s.Get {
		u.RawQuery = s.Values.Encode()
		return http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(s.Values.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", base.Scheme+"://"+base.Host)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return request, nil
}
