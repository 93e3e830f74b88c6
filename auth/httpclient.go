package auth

import (
	"context"
	"net/http"

	"golang.org/x/oauth2"
)

// TokenSource lets any client library that knows golang.org/x/oauth2 use the
// session. ctx bounds each call of Token.
func (s *Session) TokenSource(ctx context.Context) oauth2.TokenSource {
	return tokenSource{ctx, s}
}

type tokenSource struct {
	ctx     context.Context
	session *Session
}

// Token implements oauth2.TokenSource. It never hands out the refresh token.
func (t tokenSource) Token() (*oauth2.Token, error) {
	token, err := t.session.Token(t.ctx)
	if err != nil {
		return nil, err
	}
	return &oauth2.Token{AccessToken: token.access.Reveal(), TokenType: "Bearer", Expiry: token.expiry}, nil
}

// HTTPClient returns a client that adds the session's access token to each
// request, renews it once after a 401 to a request without a body, and takes it
// off when a redirect leaves the host (RFC 6750 §5.3). It sends the token over
// https only, or to this computer where the issuer is on it, but to whatever host
// the request names: use it for the provider's own APIs and nothing else. Errors
// of the session are Problems behind net/http's *url.Error; [CodeOf] finds them.
// Requests have no time limit but their context's.
func (s *Session) HTTPClient() *http.Client {
	base := s.client.config.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	return &http.Client{Transport: bearer{session: s, base: base}}
}

type bearer struct {
	session *Session
	base    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	if !sameOrigin(req) || CheckEndpoint(req.URL.Scheme+"://"+req.URL.Host, IsLoopbackURL(b.session.Provider().Issuer)) != nil {
		return b.base.RoundTrip(req)
	}
	resp, token, err := b.send(req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	b.session.Expire(token)
	if req.Body != nil && req.Body != http.NoBody { // cannot be sent twice
		return resp, nil
	}
	_ = resp.Body.Close()
	resp, _, err = b.send(req)
	return resp, err
}

func (b bearer) send(req *http.Request) (*http.Response, Token, error) {
	token, err := b.session.Token(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // http.RoundTripper: the body is closed also on errors
		}
		return nil, token, err
	}
	req = req.Clone(req.Context())
	token.Authorize(req)
	resp, err := b.base.RoundTrip(req)
	return resp, token, err
}

// sameOrigin reports whether req goes where the caller's own request went,
// through however many redirects.
func sameOrigin(req *http.Request) bool {
	first := req
	for first.Response != nil && first.Response.Request != nil {
		first = first.Response.Request
	}
	return first.URL.Scheme == req.URL.Scheme && first.URL.Host == req.URL.Host
}
