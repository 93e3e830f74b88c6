package mockprovider

import "net/http"

// serveRevoke is the revocation endpoint (RFC 7009). Either token of a family
// ends the family, and in Google's persona everything that the user granted
// the client.
func (p *Provider) serveRevoke(x *exchange) {
	t := &tokenRequest{header: x.r.Header, query: x.r.URL.RawQuery}
	f := p.readRevocation(x, t)
	if f == nil && !p.persona.RevokeWithoutClient {
		f = runChecks(p, t, clientAuthChecks)
	}
	x.entry.ClientID = clip(t.clientID, 100)
	if f == nil && t.get("token") == "" {
		f = p.inPersona(refuse("invalid_request", "token is missing").at("revoke_token_present", "RFC 7009 §2.1"))
	}
	if f == nil {
		f = p.revoke(x, t)
	}
	if f != nil {
		p.tokenError(x, t, f)
		return
	}
	p.sendObject(x, StageToken, http.StatusOK, new(Object))
}

// readRevocation reads the parameters: from the body, and where the persona
// does so from the query too.
func (p *Provider) readRevocation(x *exchange, t *tokenRequest) *refusal {
	var err error
	fromQuery := p.persona.RevokeWithoutClient && t.query != ""
	if fromQuery {
		t.params, err = x.query()
		t.query = ""
	} else {
		t.params, err = x.form()
	}
	if err != nil {
		return p.inPersona(refuse("invalid_request", "%v", err).at("parameters_form", "RFC 7009 §2.1"))
	}
	return runChecks(p, t, formChecks[:2])
}

// revoke ends the family of the token. A spent refresh token ends it too.
func (p *Provider) revoke(x *exchange, t *tokenRequest) *refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	token := t.get("token")
	_, g := p.state.findAccess(token, p.nowLocked())
	if g == nil {
		g, _ = p.state.findRefresh(token, p.persona.Tokens.Refresh)
	}
	switch {
	case g == nil && p.persona.RevokeUnknownFails:
		return p.inPersona(refuse("invalid_token", "the token is unknown, expired or revoked").at("revoke_known", "Google: revoking a token"))
	case g == nil:
		// The purpose is served already (RFC 7009 §2.2).
		return nil
	case !p.persona.RevokeWithoutClient && g.Client != t.client.ID:
		return p.inPersona(refuse("invalid_grant", "the token was issued to another client").at("revoke_client", "RFC 7009 §2.1"))
	}
	x.entry.User, x.entry.ClientID = g.User, g.Client
	if !p.persona.RevokeAll {
		p.state.drop(g)
		return nil
	}
	delete(p.state.consents, pair{g.User, g.Client})
	p.state.dropAll(func(other *grant) bool { return other.User == g.User && other.Client == g.Client })
	return nil
}
