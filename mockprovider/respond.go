package mockprovider

import (
	"cmp"
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
	p.addIss(out)
	out.Add("code", code)
	if p.persona.EchoScope {
		out.Add("scope", p.echoedScopes(scopes))
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
	p.addIss(out)
	p.redirect(x, a, out)
}

// addIss says who answers (RFC 9207 §2).
func (p *Provider) addIss(out *Params) {
	if !p.persona.OmitIss {
		out.Add("iss", p.Issuer())
	}
}

// redirect sends the browser back to the client.
func (p *Provider) redirect(x *exchange, a *authorizationRequest, out *Params) {
	e := &Event{Stage: StageRedirect, Params: out, Text: a.redirectURI, Status: http.StatusSeeOther}
	p.stage(x, e)
	if e.Body != nil {
		p.send(x, e.Status, "", e.Body)
		return
	}
	if a.responseMode == "form_post" {
		p.formPost(x, e)
		return
	}
	location, query := e.Text, p.encode(e.Params)
	switch {
	case query == "":
	case strings.Contains(location, "?"):
		location += "&" + query
	default:
		location += "?" + query
	}
	x.w.Header().Set("Location", location)
	p.send(x, e.Status, "", nil)
}

// looseEscapes are the characters that some providers leave as they are.
var looseEscapes = strings.NewReplacer("%3A", ":", "%2F", "/")

// encode writes parameters as a query, in the persona's manner.
func (p *Provider) encode(out *Params) string {
	var b strings.Builder
	for i, q := range out.All() {
		if i > 0 {
			b.WriteByte('&')
		}
		value := url.QueryEscape(q.Value)
		if p.persona.LooseEscaping {
			value = looseEscapes.Replace(value)
		}
		b.WriteString(url.QueryEscape(q.Name))
		b.WriteByte('=')
		b.WriteString(value)
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
	switch {
	case p.persona.Refresh == persona.RefreshNever:
		return false
	case p.persona.RefreshNeedsConsent && !a.newConsent && !a.prompted("consent"):
		return false
	case p.persona.Refresh == persona.RefreshAccessType:
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
	return strings.Join(names, cmp.Or(p.persona.ScopeSeparator, " "))
}

// echoedScopes writes scopes as Google does in the authorization response:
// those with two names under both, the short ones first.
func (p *Provider) echoedScopes(scopes []string) string {
	var short, long []string
	for _, name := range scopes {
		s, _ := p.persona.Scope(name)
		if p.persona.LongScopeNames && s.Long != "" {
			short = append(short, s.Name)
			name = s.Long
		}
		long = append(long, name)
	}
	return strings.Join(append(short, long...), " ")
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
