package auth

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"app.latchkey/auth/flow"
)

// authorizationRequest is one authorization request (RFC 6749 §4.1.1 with PKCE,
// RFC 7636 §4.3) and what its response will be checked against. Pushed
// authorization requests (RFC 9126) would replace its URL here.
type authorizationRequest struct {
	url         Secret // holds state, nonce and challenge
	state       Secret // 32 random bytes; RFC 6749 §10.12
	nonce       Secret // 32 random bytes; OpenID Connect Core §15.5.2
	verifier    Secret // 32 random bytes; RFC 7636 §4.1. Never leaves memory but to the token endpoint
	redirectURI string
	scopes      []string
}

// requestOptions are the optional parts of an authorization request.
type requestOptions struct {
	loginHint string // OpenID Connect Core §3.1.2.1
	prompt    string // "", "login", "consent" or "select_account"
	language  string // BCP 47, of the provider's pages; "": the browser's
}

// newAuthorizationRequest builds the request. It does no I/O but reads random bytes.
func newAuthorizationRequest(p Provider, m Metadata, redirectURI string, o requestOptions) authorizationRequest {
	r := authorizationRequest{
		state: random(), nonce: random(), verifier: random(),
		redirectURI: redirectURI, scopes: p.scopes(),
	}
	options := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(r.verifier.Reveal()),
	}
	if p.Plain == nil { // a nonce comes back in the ID token
		options = append(options, oauth2.SetAuthURLParam("nonce", r.nonce.Reveal()))
		if o.language != "" {
			options = append(options, oauth2.SetAuthURLParam("ui_locales", uiLocales(o.language)))
		}
	}
	if p.Quirks.FormPost {
		options = append(options, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	for k, v := range p.Quirks.AuthParams {
		options = append(options, oauth2.SetAuthURLParam(k, v))
	}
	if o.loginHint != "" {
		options = append(options, oauth2.SetAuthURLParam(cmp.Or(p.Quirks.LoginHint, "login_hint"), o.loginHint))
	}
	if o.prompt != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", o.prompt))
	}
	r.url = NewSecret(oauthConfig(p, m, redirectURI, r.scopes).AuthCodeURL(r.state.Reveal(), options...))
	return r
}

// uiLocales is the value of the parameter ui_locales for a language: itself, and
// what it is a kind of (OpenID Connect Core §3.1.2.1: "fr-CA fr").
func uiLocales(language string) string {
	if base, _, ok := strings.Cut(language, "-"); ok {
		return language + " " + base
	}
	return language
}

// authorizationCode is a code that came back in a validated response.
type authorizationCode struct{ value Secret }

// validateAuthorizationResponse checks a response whose state the receiver has
// already matched. state is compared once more here, before anything else and
// on errors too, so that no other receiver can forget it (RFC 9700 §4.7).
func validateAuthorizationResponse(q url.Values, r authorizationRequest, p Provider, m Metadata) (authorizationCode, []flow.Check, error) {
	var checks []flow.Check
	fail := func(code Code, next Next, err error) (authorizationCode, []flow.Check, error) {
		return authorizationCode{}, checks, problem(PhaseAuthorization, code, next, err).With("Host", p.Host())
	}
	stateOK := subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(r.state.Reveal())) == 1
	checks = append(checks, flow.Check{Name: "state", Verdict: verdict(stateOK), Spec: "RFC 6749 §10.12"})
	if !stateOK {
		return fail(CodeAuthorizationError, NextRetry, errors.New("the response carries another state than was sent"))
	}
	for name, values := range q {
		if len(values) > 1 { // RFC 6749 §3.1: parameters must not be repeated
			return fail(CodeAuthorizationError, NextRetry, fmt.Errorf("the response repeats the parameter %q", CleanText(name, 50)))
		}
	}
	// Checked if present, demanded if advertised: Google sends it unadvertised.
	iss, present := q.Get("iss"), q.Has("iss")
	issCheck := flow.Check{Name: "iss", Spec: "RFC 9207 §2.4", Expected: p.Issuer, Got: CleanText(iss, 100)}
	switch {
	case present:
		issCheck.Verdict = verdict(p.Issues(iss))
	case m.IssInResponse:
		issCheck.Verdict, issCheck.Got = flow.Failed, "missing"
	default:
		issCheck.Verdict = flow.Skipped
	}
	checks = append(checks, issCheck)
	if issCheck.Verdict == flow.Failed {
		return fail(CodeIssMismatch, NextRetry, fmt.Errorf("the response comes from another issuer: expected %q, got %q", p.Issuer, issCheck.Got))
	}
	if q.Has("error") {
		remote := CleanText(q.Get("error"), 60)
		err := fmt.Errorf("the provider answered %q", remote)
		if description := CleanText(q.Get("error_description"), 256); description != "" {
			err = fmt.Errorf("%w: %s", err, description)
		}
		code := CodeAuthorizationError
		if remote == "access_denied" {
			code = CodeAccessDenied
		}
		_, _, failed := fail(code, NextRetry, err)
		return authorizationCode{}, checks, AsProblem(failed).With("Error", remote)
	}
	code := q.Get("code")
	if code == "" || len(code) > 4096 {
		return fail(CodeAuthorizationError, NextRetry, errors.New("the response carries neither a usable code nor an error"))
	}
	return authorizationCode{value: NewSecret(code)}, checks, nil
}

func verdict(ok bool) flow.Verdict {
	if ok {
		return flow.Passed
	}
	return flow.Failed
}

// random returns 32 random bytes in base64url: 43 characters, as RFC 7636 §4.1
// recommends for the code verifier.
func random() Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24: the program crashes instead
	return NewSecret(base64.RawURLEncoding.EncodeToString(b[:]))
}

func base64url(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }
