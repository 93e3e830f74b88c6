package backchannel

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// guard is the transport that applies the rules, for Do and for libraries alike.
type guard struct {
	next  http.RoundTripper
	plain bool // http to loopback is allowed
	agent string
	clock clock

	warmth warmth
}

// limitKey is the context's key for the size limit of one call (int64).
type limitKey struct{}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if !g.allowed(req) {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &schemeError{scheme: req.URL.Scheme, host: req.URL.Host}
	}
	sent := req.Clone(req.Context()) // a RoundTripper must not change its request
	sent.Header.Set("User-Agent", g.agent)

	before := g.clock.local()
	res, err := g.next.RoundTrip(sent)
	if err != nil {
		return nil, &connectionError{host: req.URL.Host, err: g.askTime(req.Context(), req.URL, err)}
	}
	g.clock.measure(before, g.clock.local(), res.Header)
	g.warmth.touch(req.URL, g.clock.local())

	if isRedirect(res.StatusCode) {
		res.Body.Close()
		return nil, &RedirectError{Status: res.StatusCode, Host: req.URL.Host, location: leads(res)}
	}
	limit := limitOf(req.Context())
	if res.ContentLength > limit {
		res.Body.Close()
		return nil, &tooLarge{host: req.URL.Host, limit: limit}
	}
	res.Body = &cappedBody{ReadCloser: res.Body, left: limit, limit: limit, host: req.URL.Host}
	return res, nil
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (g *guard) CloseIdleConnections() {
	if c, ok := g.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (g *guard) allowed(req *http.Request) bool {
	switch req.URL.Scheme {
	case "https":
		return req.URL.Host != ""
	case "http":
		return g.plain && isLoopback(req.URL.Hostname())
	default:
		return false
	}
}

// isRedirect leaves out 304, which answers a conditional request and leads
// nowhere.
func isRedirect(status int) bool {
	return status >= 300 && status <= 399 && status != http.StatusNotModified
}

// leads is where a redirect leads, without what could repeat the request.
func leads(res *http.Response) string {
	u, err := res.Location()
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

func limitOf(ctx context.Context) int64 {
	if n, ok := ctx.Value(limitKey{}).(int64); ok {
		return n
	}
	return DefaultLimit
}

// cappedBody gives up to limit bytes and then ErrTooLarge, never a silently
// shortened body.
type cappedBody struct {
	io.ReadCloser
	left, limit int64
	host        string
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if b.left < 0 {
		return 0, &tooLarge{host: b.host, limit: b.limit}
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one more than allowed, to see whether there is more
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, &tooLarge{host: b.host, limit: b.limit}
	}
	if err != nil && err != io.EOF {
		err = &connectionError{host: b.host, err: err}
	}
	return n, err
}
