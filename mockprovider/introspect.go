package mockprovider

import "net/http"

// introspectionChecks come after the client's authentication.
var introspectionChecks = []check[*tokenRequest]{
	{"introspect_client", "RFC 7662 §2.1, §4", func(_ *Provider, t *tokenRequest) *refusal {
		// Everybody knows a public client's identifier: tokens could be
		// scanned for with it.
		if t.client.Secret == "" {
			return refuse("invalid_client", "a client without a secret cannot ask about tokens").withStatus(http.StatusUnauthorized)
		}
		return nil
	}},
	{"introspect_token_present", "RFC 7662 §2.1", func(_ *Provider, t *tokenRequest) *refusal {
		if t.get("token") == "" {
			return refuse("invalid_request", "token is missing")
		}
		return nil
	}},
}

// serveIntrospection is the introspection endpoint (RFC 7662). It fails
// closed: only a token that is alive in every respect is active.
func (p *Provider) serveIntrospection(x *exchange) {
	form, err := x.form()
	t := &tokenRequest{params: form, header: x.r.Header, query: x.r.URL.RawQuery}
	var f *refusal
	if err != nil {
		f = p.inPersona(refuse("invalid_request", "%v", err).at("parameters_form", "RFC 7662 §2.1"))
	}
	if f == nil {
		f = runChecks(p, t, formChecks[:2])
	}
	if f == nil {
		f = runChecks(p, t, clientAuthChecks)
		x.entry.ClientID = clip(t.clientID, 100)
	}
	if f == nil {
		f = runChecks(p, t, introspectionChecks)
	}
	if f != nil {
		p.tokenError(x, t, f)
		return
	}
	p.sendObject(x, StageIntrospection, http.StatusOK, p.introspect(x, t.get("token")))
}

// introspect describes a token. token_type_hint is not needed to find it.
func (p *Provider) introspect(x *exchange, token string) *Object {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.nowLocked()
	if a, g := p.state.findAccess(token, now); a != nil {
		if o := p.activeToken(x, g, a.Scopes); o != nil {
			return o.Set("token_type", p.tokenType()).Set("exp", a.Expires.Unix())
		}
	}
	g, generation := p.state.findRefresh(token, p.persona.Tokens.Refresh)
	if g != nil && g.Refreshable && g.CodeTaken && generation == g.Generation && now.Before(g.RefreshExpires) {
		if o := p.activeToken(x, g, g.Scopes); o != nil {
			return o.Set("exp", g.RefreshExpires.Unix())
		}
	}
	return new(Object).Set("active", false)
}

// activeToken is what both kinds of token have in common, nil if its user is
// gone. The caller holds the lock.
func (p *Provider) activeToken(x *exchange, g *grant, scopes []string) *Object {
	u, ok := p.findUser(g.User)
	if !ok {
		return nil
	}
	x.entry.User = g.User
	return new(Object).Set("active", true).
		Set("scope", p.scopeString(scopes)).
		Set("client_id", g.Client).
		Set("username", u.Email).
		Set("sub", g.User).
		Set("aud", g.Client).
		Set("iss", p.issuerLocked())
}
