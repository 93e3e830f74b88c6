package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"app.latchkey/auth/flow"
)

// What the record of a sign-in says of each message. What is a secret, or could
// be used as one, is masked here; the rest may be read by anybody who may see
// the program's window.

// requestSecrets are the parameters of an authorization request that are masked.
// The challenge is none, but who knows it can recognise the attempt.
var requestSecrets = []string{"state", "nonce", "code_challenge"}

// params are all parameters of the request as it is sent.
func (r authorizationRequest) params() []flow.Param {
	u, err := url.Parse(r.url.Reveal())
	if err != nil {
		return nil
	}
	q := u.Query()
	u.RawQuery = ""
	return append([]flow.Param{flow.Public("authorization_endpoint", u.String())}, maskedParams(q, requestSecrets)...)
}

// responseParams are all parameters of the authorization response. Those that
// are not known to be harmless are masked.
func responseParams(q url.Values) []flow.Param {
	harmless := []string{"iss", "scope", "error", "error_description", "error_uri", "authuser", "prompt", "hd"}
	var secret []string
	for name := range q {
		if !slices.Contains(harmless, name) {
			secret = append(secret, name)
		}
	}
	return maskedParams(q, secret)
}

// maskedParams lists q in the order of its names, at most 30 of them.
func maskedParams(q url.Values, secret []string) []flow.Param {
	var list []flow.Param
	for _, name := range sortedNames(q) {
		for _, value := range q[name] {
			if len(list) == 30 {
				return list
			}
			if slices.Contains(secret, name) {
				list = append(list, flow.Masked(CleanText(name, 50), value))
			} else {
				list = append(list, flow.Public(CleanText(name, 50), value))
			}
		}
	}
	return list
}

func sortedNames(q url.Values) []string {
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// exchangeParams are the parameters of the token request.
func exchangeParams(p Provider, m Metadata, code authorizationCode, r authorizationRequest) []flow.Param {
	list := []flow.Param{
		flow.Public("token_endpoint", m.TokenEndpoint),
		flow.Public("grant_type", "authorization_code"),
		flow.Masked("code", code.value.Reveal()),
		flow.Public("redirect_uri", r.redirectURI),
		flow.Masked("code_verifier", r.verifier.Reveal()),
		flow.Public("client_id", p.ClientID),
	}
	if !p.ClientSecret.IsZero() {
		list = append(list, flow.Hidden("client_secret"))
	}
	return list
}

// challengeCheck is what the provider does with the code verifier (RFC 7636
// §4.6), done here with the challenge as it stands in the request that was
// sent: the record shows both halves of PKCE beside each other. Of the hash no
// more is kept than of the challenge.
func (r authorizationRequest) challengeCheck() flow.Check {
	sum := sha256.Sum256([]byte(r.verifier.Reveal()))
	hash, sent := base64.RawURLEncoding.EncodeToString(sum[:]), ""
	if u, err := url.Parse(r.url.Reveal()); err == nil {
		sent = u.Query().Get("code_challenge")
	}
	return flow.Check{Name: "code_challenge", Verdict: verdict(hash == sent), Spec: "RFC 7636 §4.6",
		Expected: flow.Masked("", sent).Value, Got: flow.Masked("", hash).Value}
}

// params are what came back.
func (t tokenResponse) params() []flow.Param {
	expires := "not told"
	if t.lifetime > 0 {
		expires = t.lifetime.String()
	}
	list := []flow.Param{flow.Hidden("access_token"), flow.Public("token_type", "Bearer"),
		flow.Public("expires_in", expires), flow.Public("scope", strings.Join(t.scopes, " "))}
	if !t.refresh.IsZero() {
		list = append(list, flow.Hidden("refresh_token"))
	}
	if !t.idToken.IsZero() {
		list = append(list, flow.Hidden("id_token"))
	}
	return list
}

// idTokenParams say how the ID token is signed and by whose keys it is checked.
func idTokenParams(raw string, m Metadata) []flow.Param {
	h := headerOf(raw)
	return []flow.Param{flow.Public("alg", h.Alg), flow.Public("kid", h.Kid), flow.Public("jwks_uri", m.JWKSURI)}
}

// failedCheck is the check behind a Problem of a message that was refused as a
// whole. Those of the authorization response and the ID token come one by one.
func failedCheck(code Code) (flow.Check, bool) {
	c := flow.Check{Verdict: flow.Failed}
	switch code {
	case CodeMetadataIssuerMismatch:
		c.Name, c.Spec = "issuer", "OpenID Connect Discovery §4.3"
	case CodeMetadataNoS256:
		c.Name, c.Spec = "S256", "RFC 7636 §4.2"
	case CodeMetadataInsecureEndpoint:
		c.Name, c.Spec = "https", "OpenID Connect Discovery §3"
	case CodeMetadataInvalid:
		c.Name, c.Spec = "metadata", "OpenID Connect Discovery §3"
	case CodeTokenResponseInvalid:
		c.Name, c.Spec = "token response", "RFC 6749 §5.1"
	case CodeIDTokenMissing:
		c.Name, c.Spec = "id_token", "OpenID Connect Core §3.1.3.3"
	case CodeJWKSEmpty:
		c.Name, c.Spec = "keys", "RFC 7517 §5"
	default:
		return flow.Check{}, false
	}
	return c, true
}
