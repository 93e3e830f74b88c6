package mockprovider

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"app.latchkey/mockprovider/persona"
)

// redirectCode ends an authorization with a code.
func (p *Provider) redirectCode(x *exchange, a *authorizationRequest, u User, authTime time.Time, scopes []string) {
	x.entry.User = u.Subject
	code := p.mintCode(a, u, authTime, scopes)
	out := &Params{}
	if a.state != "" {
		out.Add("state", a.state)
	}
	out.Add("iss", p.Issuer())
	out.Add("code", code)
	if p.persona.EchoScope {
		out.Add("scope", p.scopeString(scopes))
		out.Add("authuser", "0")
		prompt := "consent"
		if a.prompted("none") {
			prompt = "none"
		}
		out.Add("prompt", prompt)
	}
	p.redirect(x, a, out)
}

// redirectError ends an authorization with an error (RFC 6749 §4.1.2.1).
func (p *Provider) redirectError(x *exchange, a *authorizationRequest, f *refusal) {
	out := &Params{}
	out.Add("error", f.code)
	if f.description != "" && f.code != "access_denied" {
		out.Add("error_description", asciiText(f.description))
	}
	if a.state != "" {
		out.Add("state", a.state)
	}
	out.Add("iss", p.Issuer())
	p.redirect(x, a, out)
}

// redirect sends the browser back to the client.
func (p *Provider) redirect(x *exchange, a *authorizationRequest, out *Params) {
	e := &Event{Stage: StageRedirect, Params: out}
	p.stage(x, e)
	separator := "?"
	if strings.Contains(a.redirectURI, "?") {
		separator = "&"
	}
	x.w.Header().Set("Location", a.redirectURI+separator+p.encode(e.Params))
	x.w.WriteHeader(http.StatusSeeOther)
}

// encode writes parameters as a query, in the persona's manner.
func (p *Provider) encode(out *Params) string {
	var b strings.Builder
	for i, q := range out.All() {
		if i > 0 {
			b.WriteByte('&')
		}
		value := url.QueryEscape(q.Value)
		if p.persona.LooseEscaping {
			value = strings.NewReplacer("%3A", ":", "%2F", "/").Replace(value)
		}
		b.WriteString(url.QueryEscape(q.Name) + "=" + value)
	}
	return b.String()
}

// mintCode stores a new grant and returns its code.
func (p *Provider) mintCode(a *authorizationRequest, u User, authTime time.Time, scopes []string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.nowLocked()
	g := &grant{
		ID: randomString(16), User: u.Subject, Client: a.client.ID, Scopes: scopes,
		AuthTime: authTime, Nonce: a.nonce, RedirectURI: a.redirectURI, Challenge: a.challenge,
		Code:        p.persona.Tokens.Code + randomString(32),
		CodeExpires: now.Add(time.Duration(p.persona.CodeExpiresIn) * time.Second),
		Refreshable: p.wantsRefresh(a, scopes),
	}
	p.state.addGrant(g, now)
	return g.Code
}

// wantsRefresh says whether the grant gets a refresh token.
func (p *Provider) wantsRefresh(a *authorizationRequest, scopes []string) bool {
	if p.persona.Refresh == persona.RefreshAccessType {
		return a.offline
	}
	for _, s := range scopes {
		if s == "offline_access" {
			return true
		}
	}
	return false
}

// scopeString writes scopes as the persona does in responses.
func (p *Provider) scopeString(scopes []string) string {
	names := make([]string, 0, len(scopes))
	for _, name := range scopes {
		if s, ok := p.persona.Scope(name); ok && p.persona.LongScopeNames && s.Long != "" {
			name = s.Long
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// asciiText keeps to the characters of error_description (RFC 6749 §4.1.2.1).
func asciiText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"' || r == '\\':
			return '\''
		case r < 0x20 || r > 0x7e:
			return '?'
		}
		return r
	}, s)
}
