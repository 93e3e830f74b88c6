package mockprovider

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// bearer is a request with an access token (RFC 6750) as it is checked.
type bearer struct {
	header http.Header
	query  string
	form   params // of a POST
	token  string
	access *accessToken
	user   User
}

// bearerChecks find the access token and its user.
var bearerChecks = []check[*bearer]{
	{"bearer_not_in_query", "RFC 6750 §2.3, RFC 9700 §4.3.2", func(_ *Provider, b *bearer) *refusal {
		if q, err := parseParams(b.query); err != nil || q.get("access_token") != "" {
			return refuse("invalid_request", "access tokens in the address are not accepted").withStatus(http.StatusBadRequest)
		}
		return nil
	}},
	{"bearer_one_way", "RFC 6750 §2", func(_ *Provider, b *bearer) *refusal {
		if inBody := b.form.all("access_token"); len(inBody) > 1 || len(inBody) == 1 && len(b.header.Values("Authorization")) > 0 {
			return refuse("invalid_request", "the access token was sent more than once").withStatus(http.StatusBadRequest)
		}
		return nil
	}},
	{"bearer_present", "RFC 6750 §2.1, §2.2", func(_ *Provider, b *bearer) *refusal {
		values := b.header.Values("Authorization")
		if token := b.form.get("access_token"); token != "" && len(values) == 0 {
			b.token = token
			return nil
		}
		if len(values) != 1 {
			return refuse("", "one Authorization header with a bearer token is needed").withStatus(http.StatusUnauthorized)
		}
		scheme, token, _ := strings.Cut(values[0], " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			return refuse("", "Authorization is not a bearer token").withStatus(http.StatusUnauthorized)
		}
		b.token = token
		return nil
	}},
	{"bearer_known", "RFC 6750 §3.1", func(p *Provider, b *bearer) *refusal {
		p.mu.Lock()
		defer p.mu.Unlock()
		access, grant := p.state.findAccess(b.token, p.nowLocked())
		if access == nil {
			return refuse("invalid_token", "the access token is unknown, expired or revoked").withStatus(http.StatusUnauthorized)
		}
		u, ok := p.findUser(grant.User)
		if !ok {
			return refuse("invalid_token", "the user does not exist any more").withStatus(http.StatusUnauthorized)
		}
		b.access, b.user = access, u
		return nil
	}},
}

// userinfoScope refuses tokens that open nothing here.
var userinfoScope = []check[*bearer]{
	{"userinfo_scope", "OpenID Connect Core §5.3.1, RFC 6750 §3.1", func(p *Provider, b *bearer) *refusal {
		for _, s := range p.persona.UserinfoNeeds {
			if slices.Contains(b.access.Scopes, s) {
				return nil
			}
		}
		return refuse("insufficient_scope", "one of the scopes %s is needed", strings.Join(p.persona.UserinfoNeeds, ", ")).
			withStatus(http.StatusForbidden)
	}},
}

// checkBearer runs the checks over a request's access token.
func (p *Provider) checkBearer(x *exchange, more []check[*bearer]) (*bearer, *refusal) {
	b := &bearer{header: x.r.Header, query: x.r.URL.RawQuery}
	if mediaType, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type")); x.r.Method == http.MethodPost && mediaType == formType {
		var err error
		if b.form, err = x.form(); err != nil {
			return b, p.inPersona(refuse("invalid_request", "%v", err).at("parameters_form", "RFC 6750 §2.2").withStatus(http.StatusBadRequest))
		}
	}
	f := runChecks(p, b, bearerChecks)
	if f == nil {
		x.entry.User = b.user.Subject
		f = runChecks(p, b, more)
	}
	return b, f
}

// challenge sets WWW-Authenticate (RFC 6750 §3). A request without any token
// is not told an error code.
func (x *exchange) challenge(f *refusal) {
	if f.status != http.StatusUnauthorized && f.status != http.StatusForbidden {
		return
	}
	value := `Bearer realm="mock"`
	code := map[string]string{"bearer_known": "invalid_token", "userinfo_scope": "insufficient_scope", "people_scope": "insufficient_scope"}[f.check]
	if code != "" {
		value += `, error="` + code + `", error_description="` + asciiText(f.description) + `"`
	}
	x.w.Header().Set("WWW-Authenticate", value)
}

// serveUserinfo is the userinfo endpoint (OpenID Connect Core §5.3).
func (p *Provider) serveUserinfo(x *exchange) {
	b, f := p.checkBearer(x, userinfoScope)
	if f != nil {
		x.refused(f)
		x.challenge(f)
		o := new(Object)
		if f.code != "" {
			o.Set("error", f.code)
		}
		o.Set("error_description", asciiText(f.description))
		p.sendObject(x, StageUserinfo, f.status, o)
		return
	}
	o := new(Object).Set("sub", b.user.Subject)
	p.addClaims(o, b.user, b.access.Scopes)
	p.sendObject(x, StageUserinfo, http.StatusOK, o)
}
