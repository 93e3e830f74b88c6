package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"app.latchkey/auth/flow"

	"app.latchkey/auth/backchannel"
)

// Token is an access token (RFC 6750) with its end of life. It lives in memory
// only and redacts itself.
type Token struct {
	access Secret
	expiry time.Time // zero: until revoked
	issued int64     // when it came, in seconds since 1970 by the same clock; 0: not known
}

// NewToken makes a Token of one's own, for tests of code that uses sessions and
// for tokens that came another way. A zero expiry means "until revoked".
func NewToken(access Secret, expiry time.Time) Token { return Token{access: access, expiry: expiry} }

// Authorize sets the request's Authorization header: the only place a bearer
// token travels in (RFC 6750 §2.1).
func (t Token) Authorize(req *http.Request) {
	req.Header.Set("Authorization", "Bearer "+t.access.Reveal())
}

// Veiled returns p without the token, which the server that p is about may have
// echoed in its answer.
func (t Token) Veiled(p *Problem) *Problem { return p.veiled(veilOf(t.access)) }

// Expiry is when the provider said the token ends, by this computer's clock;
// zero if it lives until revoked.
func (t Token) Expiry() time.Time { return t.expiry }

// freshAt reports whether the token can still be used at now. Tokens are given
// up a minute before their end, or a tenth of their life if that is shorter.
func (t Token) freshAt(now time.Time, lifetime time.Duration) bool {
	if t.access.IsZero() {
		return false
	}
	early := min(time.Minute, lifetime/10)
	return t.expiry.IsZero() || t.validAt(now) && now.Before(t.expiry.Add(-early))
}

// validAt reports whether the token has not ended yet. One that comes from the
// future says nothing: the clock was set back, and so is no measure of its end.
func (t Token) validAt(now time.Time) bool {
	return !t.access.IsZero() && (t.expiry.IsZero() || now.Before(t.expiry) && now.Unix() >= t.issued-clockStep)
}

// clockStep is how far a clock may be set back before tokens are renewed for it.
const clockStep = 60 // seconds

// tokenResponse is a validated token response (RFC 6749 §5.1).
type tokenResponse struct {
	token    Token
	lifetime time.Duration // zero: until revoked
	refresh  Secret        // empty: none was sent
	idToken  Secret        // empty: none was sent
	scopes   []string      // granted, normalised
}

// oauthConfig is the x/oauth2 form of a provider. The client's way of
// authenticating is set, never probed for: probing sends the one-time code
// twice, which servers take for theft.
func oauthConfig(p Provider, m Metadata, redirectURI string, scopes []string) *oauth2.Config {
	style := oauth2.AuthStyleInParams
	if m.TokenAuthMethods != nil && !slices.Contains(m.TokenAuthMethods, "client_secret_post") &&
		slices.Contains(m.TokenAuthMethods, "client_secret_basic") && !p.ClientSecret.IsZero() {
		style = oauth2.AuthStyleInHeader
	}
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret.Reveal(), RedirectURL: redirectURI, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: m.AuthorizationEndpoint, TokenURL: m.TokenEndpoint, AuthStyle: style},
	}
}

// exchange sends the token request of RFC 6749 §4.1.3 with the code verifier.
// It is never retried: a code works once.
func (s *site) exchange(ctx context.Context, m Metadata, code authorizationCode, r authorizationRequest) (tokenResponse, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, s.channel.HTTP())
	t, err := oauthConfig(s.provider, m, r.redirectURI, r.scopes).Exchange(ctx, code.value.Reveal(), oauth2.VerifierOption(r.verifier.Reveal()))
	sent := veilOf(code.value, r.verifier, r.state, r.nonce, s.provider.ClientSecret)
	if err != nil {
		return tokenResponse{}, s.tokenFailed(PhaseToken, err).veiled(sent)
	}
	return validateTokenResponse(PhaseToken, t, s.provider, r.scopes, s.wall(), sent)
}

// refresh sends the token request of RFC 6749 §6. A response without a refresh
// token keeps the old one. scopes are the ones granted so far.
func (s *site) refresh(ctx context.Context, m Metadata, refreshToken Secret, scopes []string) (tokenResponse, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, s.channel.HTTP())
	// An expired token makes this source send exactly one refresh request, with
	// this call's own context: x/oauth2's sources keep the one they were made with.
	source := oauthConfig(s.provider, m, "", nil).TokenSource(ctx, &oauth2.Token{RefreshToken: refreshToken.Reveal()})
	t, err := source.Token()
	sent := veilOf(refreshToken, s.provider.ClientSecret)
	if err != nil {
		return tokenResponse{}, s.tokenFailed(PhaseRefresh, err).veiled(sent)
	}
	return validateTokenResponse(PhaseRefresh, t, s.provider, scopes, s.wall(), sent)
}

// validateTokenResponse checks what x/oauth2 leaves to the program: the token
// type and the lifetime. sent knows the secrets of the request, which a server
// may echo where its answer is shown or kept.
func validateTokenResponse(phase Phase, t *oauth2.Token, p Provider, asked []string, now time.Time, sent *flow.Veil) (tokenResponse, error) {
	fail := func(text string) (tokenResponse, error) {
		return tokenResponse{}, problem(phase, CodeTokenResponseInvalid, NextRetry, errors.New(sent.Clean(text))).With("Host", p.Host())
	}
	// x/oauth2 would use a junk type as the scheme of the header. Letter case
	// does not matter (RFC 6749 §5.1).
	if !strings.EqualFold(t.TokenType, "Bearer") {
		return fail(fmt.Sprintf("token response: expected token_type Bearer, got %q", CleanText(t.TokenType, 30)))
	}
	if t.AccessToken == "" || len(t.AccessToken) > 64<<10 || strings.ContainsAny(t.AccessToken, "\r\n") {
		return fail("token response: access_token is missing or unusable")
	}
	r := tokenResponse{refresh: NewSecret(t.RefreshToken), scopes: normalizeScopes(asked)}
	r.token.access = NewSecret(t.AccessToken)
	switch {
	case t.ExpiresIn > 0:
		r.lifetime = time.Duration(min(t.ExpiresIn, 365*24*3600)) * time.Second
	case t.ExpiresIn < 0:
		return fail("token response: expires_in is negative")
	case !p.Quirks.NoExpiry:
		r.lifetime = assumedLifetime
	}
	if r.lifetime > 0 {
		r.token.expiry, r.token.issued = now.Add(r.lifetime), now.Unix()
	}
	if scope, ok := t.Extra("scope").(string); ok && scope != "" {
		if p.Quirks.CommaScopes {
			scope = strings.ReplaceAll(scope, ",", " ")
		}
		r.scopes = normalizeScopes(strings.Fields(sent.Clean(scope))) // RFC 6749 §5.1: absent means "as asked"
	}
	idToken, _ := t.Extra("id_token").(string)
	r.idToken = NewSecret(idToken)
	return r, nil
}

// tokenFailed maps an error of the token endpoint. An answer that no token
// endpoint gives may mean that it has moved: the metadata is read again then.
func (s *site) tokenFailed(phase Phase, err error) *Problem {
	p := tokenProblem(phase, s.provider, err)
	var re *oauth2.RetrieveError
	if errors.As(err, &re) && re.Response != nil {
		p.RetryAfter, _ = backchannel.RetryAfter(re.Response.Header, s.channel.Now())
	}
	if p.Code == CodeTokenEndpointError || p.Code == CodeProviderHTML {
		s.forgetMetadata()
	}
	return p
}

// tokenProblem maps an error of x/oauth2. Its text is never used: it quotes the
// server's answer, and servers echo what they were sent.
func tokenProblem(phase Phase, p Provider, err error) *Problem {
	var re *oauth2.RetrieveError
	if !errors.As(err, &re) {
		switch text := err.Error(); {
		case strings.HasPrefix(text, "oauth2: cannot fetch token"): // the body broke off
			return TransportProblem(phase, p.Host(), errors.New("the token endpoint's answer broke off"))
		case strings.HasPrefix(text, "oauth2:"):
			return problem(phase, notATokenResponse(err), NextRetry, errors.New("the answer is no token response (RFC 6749 §5.1)")).With("Host", p.Host())
		}
		return TransportProblem(phase, p.Host(), err)
	}
	status := 0
	if re.Response != nil {
		status = re.Response.StatusCode
	}
	remote := CleanText(re.ErrorCode, 60)
	cause := fmt.Errorf("the token endpoint answered with status %d, error %q", status, remote)
	code, next := CodeTokenEndpointError, NextRetry
	switch {
	case remote == "invalid_grant" && phase == PhaseRefresh:
		code, next = CodeRefreshRevoked, NextSignIn
	case remote == "invalid_grant", remote == "bad_verification_code": // the latter is GitHub's word
		code = CodeTokenInvalidGrant
	case remote == "invalid_client", remote == "incorrect_client_credentials", remote == "unauthorized_client", remote == "deleted_client", status == http.StatusUnauthorized,
		remote == "invalid_request" && strings.Contains(re.ErrorDescription, "client_secret"):
		code, next = CodeTokenInvalidClient, NextOpenConfig
	case status == http.StatusTooManyRequests || status >= 500:
		code = CodeServerBusy
		if phase == PhaseRefresh {
			next = NextRefresh
		}
	case remote == "" && isHTML(re.Response):
		code = CodeProviderHTML
	}
	return problem(phase, code, next, cause).With("Host", p.Host()).With("Error", remote)
}

// notATokenResponse tells a page from other nonsense. x/oauth2 hands over
// nothing but its text here, which is ours to read, not to show.
func notATokenResponse(err error) Code {
	if strings.Contains(err.Error(), "invalid character '<'") {
		return CodeProviderHTML
	}
	return CodeTokenResponseInvalid
}

func isHTML(r *http.Response) bool {
	return r != nil && strings.HasPrefix(r.Header.Get("Content-Type"), "text/html")
}

// googleScopes are the long names Google answers with for short ones.
var googleScopes = map[string]string{
	"https://www.googleapis.com/auth/userinfo.email":   "email",
	"https://www.googleapis.com/auth/userinfo.profile": "profile",
}

// normalizeScopes makes sets of scopes comparable: short names, sorted, unique.
func normalizeScopes(scopes []string) []string {
	out := make([]string, 0, len(scopes))
	for _, s := range scopes {
		if short, ok := googleScopes[s]; ok {
			s = short
		}
		out = append(out, CleanText(s, 200))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
