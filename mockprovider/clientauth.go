package mockprovider

import (
	"crypto/subtle"
	"net/http"
	"net/url"
)

// clientAuthChecks authenticate the client (RFC 6749 §2.3); token and
// revocation endpoint share them.
var clientAuthChecks = []check[*tokenRequest]{
	{"client_auth_form", "RFC 6749 §2.3.1", readClientAuth},
	{"client_known", "RFC 6749 §5.2", func(p *Provider, t *tokenRequest) *refusal {
		c, ok := p.client(t.clientID)
		if !ok {
			return refuse("invalid_client", "no client has the client_id %q", clip(t.clientID, 100)).withStatus(http.StatusUnauthorized)
		}
		t.client = c
		return nil
	}},
	{"client_secret_present", "RFC 6749 §3.2.1", func(_ *Provider, t *tokenRequest) *refusal {
		if t.client.Secret != "" && t.secret == "" {
			return refuse("invalid_client", "client_secret is missing").withStatus(http.StatusUnauthorized)
		}
		return nil
	}},
	{"client_secret", "RFC 6749 §2.3.1", func(_ *Provider, t *tokenRequest) *refusal {
		if subtle.ConstantTimeCompare([]byte(t.client.Secret), []byte(t.secret)) != 1 {
			return refuse("invalid_client", "client_secret is wrong").withStatus(http.StatusUnauthorized)
		}
		return nil
	}},
}

// readClientAuth takes identifier and secret from the header or the body, and
// refuses both at once.
func readClientAuth(_ *Provider, t *tokenRequest) *refusal {
	t.clientID, t.secret = t.get("client_id"), t.get("client_secret")
	values := t.header.Values("Authorization")
	if len(values) == 0 {
		return nil
	}
	id, secret, ok := (&http.Request{Header: t.header}).BasicAuth()
	if !ok || len(values) > 1 {
		return refuse("invalid_client", "Authorization is not HTTP Basic").withStatus(http.StatusUnauthorized)
	}
	if t.secret != "" {
		return refuse("invalid_request", "the client authenticated in two ways")
	}
	// Both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
	id, err1 := url.QueryUnescape(id)
	secret, err2 := url.QueryUnescape(secret)
	if err1 != nil || err2 != nil {
		return refuse("invalid_client", "the HTTP Basic credentials are not form-encoded").withStatus(http.StatusUnauthorized)
	}
	if t.clientID != "" && t.clientID != id {
		return refuse("invalid_request", "client_id differs from the one in Authorization")
	}
	t.clientID, t.secret, t.basic = id, secret, true
	return nil
}
