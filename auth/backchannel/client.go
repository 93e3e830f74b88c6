// Package backchannel is the HTTP client for everything that the program
// itself asks a provider, in contrast to what the user's browser asks: metadata,
// keys, tokens, user information, revocation.
//
// It is stricter than net/http's client where OAuth needs it:
//
//   - A redirect is an error. A token request that follows one hands code, code
//     verifier and client secret to whoever is named there (RFC 9700 §4.12).
//   - https only, TLS 1.2 or newer. http is for loopback, and only when asked
//     for: a provider on the developer's own computer.
//   - Bodies are capped, requests have time limits.
//   - Errors name neither query nor user information of a URL, nor anything the
//     other side wrote in a body.
//
// It also measures how far this computer's clock is from the provider's, since
// a wrong clock is the commonest reason for which ID tokens are refused.
//
// Make one Client per provider, and use it for that provider's endpoints only:
// a stranger's server (a picture's, say) should not set the clock by which
// tokens are judged.
package backchannel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// Limits that hold unless the caller says otherwise.
const (
	DefaultTimeout = 30 * time.Second // a request with its answer's body
	DefaultLimit   = 1 << 20          // bytes of an answer's body

	connectTimeout = 10 * time.Second // TCP, and again TLS
	maxHeaderBytes = 64 << 10
)

// Options of a Client. The zero value is good.
type Options struct {
	// Transport does the requests; nil is the package's own. The rules on
	// redirects, schemes, sizes and errors hold for any; those on proxies, TLS
	// and connecting are the own transport's.
	Transport http.RoundTripper
	// AllowLoopbackHTTP permits http to a loopback IP literal or localhost.
	AllowLoopbackHTTP bool
	// Now is the local clock; nil is time.Now.
	Now func() time.Time
	// UserAgent is sent with every request; empty means "Latchkey".
	UserAgent string
	// Timeout of a whole request, body included; 0 means DefaultTimeout.
	Timeout time.Duration
	// RootCAs are the certificate authorities of the own transport; nil means
	// the system's.
	RootCAs *x509.CertPool
}

// Client is a back channel to one provider. It may be used from several
// goroutines.
type Client struct {
	http  *http.Client
	guard *guard
}

// New returns a Client. The proxy is read from the environment (HTTPS_PROXY,
// HTTP_PROXY, NO_PROXY) now; loopback never goes through it.
func New(o Options) *Client {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.UserAgent == "" {
		o.UserAgent = "Latchkey"
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Transport == nil {
		o.Transport = ownTransport(o.RootCAs, o.Now)
	}
	g := &guard{next: o.Transport, plain: o.AllowLoopbackHTTP, agent: o.UserAgent, clock: clock{local: o.Now}}
	return &Client{guard: g, http: &http.Client{
		Transport: g,
		Timeout:   o.Timeout,
		// The guard turns redirects into errors before this could be asked;
		// it stays as a second lock on the same door.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// HTTP returns the client under the same rules for libraries that want one
// (x/oauth2, go-oidc); bodies end with ErrTooLarge beyond DefaultLimit. net/http
// wraps errors of such a client in *url.Error, whose text holds the whole URL:
// pass them through Redact before they are shown or logged.
func (c *Client) HTTP() *http.Client { return c.http }

// Response is an answer whose body was read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request and reads the answer's body. limit is how many bytes it may
// have, 0 means DefaultLimit; a longer one is ErrTooLarge. An answer with an
// error status is no error here; a redirect is a *RedirectError.
func (c *Client) Do(ctx context.Context, req *http.Request, limit int64) (*Response, error) {
	if limit > 0 {
		ctx = context.WithValue(ctx, limitKey{}, limit)
	}
	res, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		return nil, Redact(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", req.URL.Host, err)
	}
	return &Response{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// CloseIdle closes connections that are kept for later requests.
func (c *Client) CloseIdle() {
	c.guard.warmth.forget()
	c.http.CloseIdleConnections()
}

func ownTransport(roots *x509.CertPool, now func() time.Time) *http.Transport {
	fromEnvironment := httpproxy.FromEnvironment().ProxyFunc()
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if isLoopback(r.URL.Hostname()) {
				return nil, nil
			}
			return fromEnvironment(r.URL)
		},
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, Time: now},
		TLSHandshakeTimeout:    connectTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           8,
		IdleConnTimeout:        idleFor,
	}
}

// dial makes sure that localhost is this computer, whatever the resolver says:
// plain http is allowed to it.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: connectTimeout}
	if host, _, err := net.SplitHostPort(address); err == nil && isLoopback(host) {
		d.Control = onlyLoopback
	}
	return d.DialContext(ctx, network, address)
}

// onlyLoopback is a net.Dialer.Control that refuses every address that a name
// was resolved to but loopback.
func onlyLoopback(_, resolved string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(resolved)
	if err != nil || !a.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("localhost is not this computer here: %w", ErrInsecure)
	}
	return nil
}

// isLoopback says whether a URL's host is a loopback IP literal or localhost.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
