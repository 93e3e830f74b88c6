package mockprovider

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"app.latchkey/mockprovider/persona"
)

// tokenRequest is a token request (RFC 6749 §4.1.3, §6) as it is checked step
// by step.
type tokenRequest struct {
	params
	header   http.Header
	query    string
	clientID string
	secret   string
	basic    bool // the client used HTTP Basic
	client   persona.Client
	// What redeeming leaves for the response.
	grant  grant // a copy, for it is read without the lock
	scopes []string
	access string
	// refresh is "" if the response carries none.
	refresh string
	now     time.Time
}

// formChecks look at the request's form and find the client.
var formChecks = []check[*tokenRequest]{
	{"query_empty", "RFC 6749 §2.3.1, §3.2", func(_ *Provider, t *tokenRequest) *refusal {
		if t.query != "" {
			return refuse("invalid_request", "parameters belong into the body, not into the address")
		}
		return nil
	}},
	{"parameters_once", "RFC 6749 §3.2", func(_ *Provider, t *tokenRequest) *refusal {
		if t.duplicate != "" {
			return refuse("invalid_request", "%s was sent more than once", clip(t.duplicate, 50))
		}
		return nil
	}},
	{"grant_type_present", "RFC 6749 §4.1.3", func(p *Provider, t *tokenRequest) *refusal {
		if t.get("grant_type") == "" && p.persona.GrantTypeOptional {
			t.params = t.with("grant_type", "authorization_code")
		}
		if t.get("grant_type") == "" {
			return refuse("invalid_request", "grant_type is missing")
		}
		return nil
	}},
	{"grant_type", "RFC 6749 §5.2", func(p *Provider, t *tokenRequest) *refusal {
		if g := t.get("grant_type"); !slices.Contains(p.grantTypes(), g) {
			return refuse("unsupported_grant_type", "grant_type %q is not supported", clip(g, 50))
		}
		return nil
	}},
}

// isVerifier says whether s has the form of a code verifier (RFC 7636 §4.1).
func isVerifier(s string) bool {
	return len(s) >= 43 && len(s) <= 128 && unreserved(s, "-._~")
}

// redemption is one step of redeeming a code. All steps run under one lock, so
// that between looking at a code and taking it nobody else can.
type redemption struct {
	*tokenRequest
	g          *grant
	generation uint32 // of the refresh token that was sent
}

// codeChecks are the checks of the code grant, in order.
var codeChecks = []check[*redemption]{
	{"code_present", "RFC 6749 §4.1.3", func(_ *Provider, t *redemption) *refusal {
		if t.get("code") == "" {
			return refuse("invalid_request", "code is missing")
		}
		return nil
	}},
	{"code_known", "RFC 6749 §5.2", func(p *Provider, t *redemption) *refusal {
		if t.g = p.state.codes[t.get("code")]; t.g == nil {
			return refuse("invalid_grant", "the code is unknown, or everything that came of it has ended")
		}
		return nil
	}},
	{"code_client", "RFC 6749 §4.1.3", func(_ *Provider, t *redemption) *refusal {
		if t.g.Client != t.client.ID {
			return refuse("invalid_grant", "the code was issued to another client")
		}
		return nil
	}},
	{"code_unused", "RFC 6749 §4.1.2, RFC 9700 §4.5", func(p *Provider, t *redemption) *refusal {
		if t.g.CodeTaken {
			p.state.drop(t.g)
			return refuse("invalid_grant", "the code was used before: all tokens that came of it are revoked")
		}
		return nil
	}},
	{"code_fresh", "RFC 6749 §4.1.2", func(_ *Provider, t *redemption) *refusal {
		if !t.now.Before(t.g.CodeExpires) {
			return refuse("invalid_grant", "the code has expired").
				wanted("before "+t.g.CodeExpires.Format(time.RFC3339), t.now.Format(time.RFC3339))
		}
		return nil
	}},
	{"code_redirect_uri", "RFC 6749 §4.1.3", func(p *Provider, t *redemption) *refusal {
		got := t.get("redirect_uri")
		if got == "" && p.persona.RedirectURIOptional {
			return nil
		}
		if got != t.g.RedirectURI {
			return refuse("invalid_grant", "redirect_uri differs from the one in the authorization request").
				wanted(t.g.RedirectURI, clip(got, 200))
		}
		return nil
	}},
	{"code_verifier_present", "RFC 7636 §4.5", func(_ *Provider, t *redemption) *refusal {
		if t.get("code_verifier") == "" {
			return refuse("invalid_grant", "code_verifier is missing")
		}
		return nil
	}},
	{"code_verifier_form", "RFC 7636 §4.1", func(_ *Provider, t *redemption) *refusal {
		if !isVerifier(t.get("code_verifier")) {
			return refuse("invalid_grant", "code_verifier is not 43 to 128 unreserved characters")
		}
		return nil
	}},
	{"code_verifier", "RFC 7636 §4.6", func(_ *Provider, t *redemption) *refusal {
		sum := sha256.Sum256([]byte(t.get("code_verifier")))
		if got := base64.RawURLEncoding.EncodeToString(sum[:]); got != t.g.Challenge {
			return refuse("invalid_grant", "code_verifier does not match code_challenge").
				wanted("a verifier whose hash is "+t.g.Challenge, "one whose hash is "+got)
		}
		return nil
	}},
}

// refreshChecks are the checks of the refresh grant, in order.
var refreshChecks = []check[*redemption]{
	{"refresh_present", "RFC 6749 §6", func(_ *Provider, t *redemption) *refusal {
		if t.get("refresh_token") == "" {
			return refuse("invalid_request", "refresh_token is missing")
		}
		return nil
	}},
	{"refresh_known", "RFC 6749 §5.2", func(p *Provider, t *redemption) *refusal {
		t.g, t.generation = p.state.findRefresh(t.get("refresh_token"), p.persona.Tokens.Refresh)
		if t.g == nil {
			return refuse("invalid_grant", "the refresh token is unknown or revoked")
		}
		return nil
	}},
	{"refresh_client", "RFC 6749 §6", func(_ *Provider, t *redemption) *refusal {
		if t.g.Client != t.client.ID {
			return refuse("invalid_grant", "the refresh token was issued to another client")
		}
		return nil
	}},
	{"refresh_unused", "RFC 9700 §4.14.2", func(p *Provider, t *redemption) *refusal {
		if t.generation != t.g.Generation {
			p.state.drop(t.g)
			return refuse("invalid_grant", "the refresh token was used before: the whole family is revoked").
				wanted(fmt.Sprintf("generation %d", t.g.Generation), fmt.Sprintf("generation %d", t.generation))
		}
		return nil
	}},
	{"refresh_fresh", "RFC 9700 §4.14.2", func(_ *Provider, t *redemption) *refusal {
		if !t.now.Before(t.g.RefreshExpires) {
			return refuse("invalid_grant", "the refresh token has expired")
		}
		return nil
	}},
	{"refresh_scope", "RFC 6749 §6", func(p *Provider, t *redemption) *refusal {
		t.scopes = t.g.Scopes
		asked := p.splitScopes(t.get("scope"))
		if len(asked) == 0 {
			return nil
		}
		t.scopes = nil
		for _, name := range asked {
			s, ok := p.persona.Scope(name)
			if !ok || !slices.Contains(t.g.Scopes, s.Name) {
				return refuse("invalid_scope", "scope %q was not granted", clip(name, 100))
			}
			t.scopes = append(t.scopes, s.Name)
		}
		return nil
	}},
}

// serveToken is the token endpoint (RFC 6749 §3.2).
func (p *Provider) serveToken(x *exchange) {
	form, err := x.form()
	if err != nil {
		p.tokenError(x, nil, p.inPersona(refuse("invalid_request", "%v", err).at("parameters_form", "RFC 6749 §3.2")))
		return
	}
	form = p.bendParams(x, StageTokenRequest, form)
	t := &tokenRequest{params: form, header: x.r.Header, query: x.r.URL.RawQuery}
	x.entry.GrantType, x.entry.ClientID = clip(form.get("grant_type"), 50), clip(form.get("client_id"), 100)
	f := runChecks(p, t, formChecks)
	if f == nil {
		f = runChecks(p, t, clientAuthChecks)
		x.entry.ClientID = clip(t.clientID, 100)
	}
	if f == nil {
		f = p.redeem(t)
		x.entry.User = t.grant.User
	}
	if f != nil {
		p.tokenError(x, t, f)
		return
	}
	p.tokenResponse(x, t)
}

// redeem checks what the client presents and takes it in one step: of any
// number of requests with the same code or refresh token, one succeeds.
func (p *Provider) redeem(t *tokenRequest) *refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.now = p.nowLocked()
	r := &redemption{tokenRequest: t}
	checks, isCode := refreshChecks, t.get("grant_type") == "authorization_code"
	if isCode {
		checks = codeChecks
	}
	f := runChecks(p, r, checks)
	if r.g != nil {
		t.grant = *r.g
	}
	if f != nil {
		return f
	}
	g := r.g
	if isCode {
		g.CodeTaken, t.scopes = true, g.Scopes
		if g.Refreshable {
			p.state.capRefreshable(g, p.persona.MaxRefreshTokens)
		}
	} else if p.rotation {
		g.Generation++
	}
	if g.Refreshable {
		g.RefreshExpires = p.refreshExpiry(g, t.now)
		if isCode || p.rotation {
			t.refresh = p.state.refreshToken(g, p.persona.Tokens.Refresh)
		}
	}
	t.access = p.state.addAccess(g, p.persona.Tokens.Access, t.scopes, t.now.Add(p.lifetime))
	t.grant = *g
	return nil
}

// grantTypes are what the token endpoint does.
func (p *Provider) grantTypes() []string {
	if p.persona.Refresh == persona.RefreshNever {
		return []string{"authorization_code"}
	}
	return []string{"authorization_code", "refresh_token"}
}

// tokenType is the token_type of responses (RFC 6749 §7.1).
func (p *Provider) tokenType() string { return cmp.Or(p.persona.TokenType, "Bearer") }

// refreshExpiry returns until when a grant can be refreshed: until it is
// unused for long, and where the persona says so, no later than a fixed time.
func (p *Provider) refreshExpiry(g *grant, now time.Time) time.Time {
	if limit := p.persona.RefreshExpiresIn; limit > 0 && g.RefreshUntil.IsZero() {
		g.RefreshUntil = now.Add(time.Duration(limit) * time.Second)
	}
	unused := now.Add(refreshUnused)
	if !g.RefreshUntil.IsZero() && g.RefreshUntil.Before(unused) {
		return g.RefreshUntil
	}
	return unused
}

// tokenResponse answers with tokens (RFC 6749 §5.1, OpenID Connect Core
// §3.1.3.3, §12.2).
func (p *Provider) tokenResponse(x *exchange, t *tokenRequest) {
	o := new(Object).
		Set("access_token", t.access)
	if p.lifetime != endlessLifetime {
		o.Set("expires_in", int(p.lifetime/time.Second))
	}
	if t.refresh != "" {
		o.Set("refresh_token", t.refresh)
		if until := t.grant.RefreshUntil; !until.IsZero() {
			o.Set("refresh_token_expires_in", int(until.Sub(t.now)/time.Second))
		}
	}
	o.Set("scope", p.scopeString(t.scopes)).Set("token_type", p.tokenType())
	if p.persona.OpenID && slices.Contains(t.scopes, "openid") {
		idToken, err := p.idToken(x, t)
		if err != nil {
			p.internalError(x, err)
			return
		}
		o.Set("id_token", idToken)
	}
	x.w.Header().Set("Pragma", "no-cache")
	p.sendToken(x, http.StatusOK, o)
}

// tokenError answers with an error (RFC 6749 §5.2).
func (p *Provider) tokenError(x *exchange, t *tokenRequest, f *refusal) {
	x.refused(f)
	status := f.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	if status == http.StatusUnauthorized && t != nil && t.header.Get("Authorization") != "" {
		x.w.Header().Set("WWW-Authenticate", `Basic realm="token endpoint"`)
	}
	o := new(Object).Set("error", f.code)
	if f.description != "" {
		o.Set("error_description", asciiText(f.description))
	}
	x.w.Header().Set("Pragma", "no-cache")
	p.sendToken(x, status, o)
}

// sendToken answers a token request in JSON, or in form encoding where the
// persona has it so and Accept does not ask for JSON.
func (p *Provider) sendToken(x *exchange, status int, o *Object) {
	if !p.persona.FormTokenResponse || x.entry.Endpoint != "token" || strings.Contains(x.r.Header.Get("Accept"), "json") {
		p.sendObject(x, StageToken, status, o)
		return
	}
	e := &Event{Stage: StageToken, Object: o, Status: status}
	p.stage(x, e)
	contentType, body := "application/x-www-form-urlencoded; charset=utf-8", e.Body
	if body == nil {
		out := &Params{}
		for _, m := range e.Object.Members() {
			out.Add(m.Name, fmt.Sprint(m.Value))
		}
		body = []byte(p.encode(out))
	}
	if set := x.w.Header().Get("Content-Type"); set != "" {
		contentType = set
	}
	p.send(x, e.Status, contentType, body)
}
