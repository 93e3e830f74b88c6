package mockprovider

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// serveTokeninfo tells whoever holds a token what it is, in Google's shape:
// numbers and booleans as strings, errors with status 400. Google takes the
// token from the address too, so this does.
func (p *Provider) serveTokeninfo(x *exchange) {
	q, err := x.query()
	if err == nil && x.r.Method == http.MethodPost && x.r.URL.RawQuery == "" {
		q, err = x.form()
	}
	var o *Object
	f := refuse("invalid_request", "%v", err).at("parameters_form", "Google: tokeninfo")
	if err == nil {
		o, f = p.tokeninfo(x, q)
	}
	if f != nil {
		f = p.inPersona(f)
		x.refused(f)
		p.sendObject(x, StageTokeninfo, http.StatusBadRequest,
			new(Object).Set("error", f.code).Set("error_description", asciiText(f.description)))
		return
	}
	p.sendObject(x, StageTokeninfo, http.StatusOK, o)
}

// tokeninfo describes the one token of the parameters.
func (p *Provider) tokeninfo(x *exchange, q params) (*Object, *refusal) {
	access, id := q.get("access_token"), q.get("id_token")
	switch {
	case q.duplicate != "":
		return nil, refuse("invalid_request", "%s was sent more than once", clip(q.duplicate, 50)).at("parameters_once", "RFC 6749 §3.1")
	case (access == "") == (id == ""):
		return nil, refuse("invalid_request", "either access_token or id_token must be specified").at("tokeninfo_one_token", "Google: tokeninfo")
	case id != "":
		return p.idTokenInfo(id)
	}
	return p.accessTokenInfo(x, access)
}

// accessTokenInfo describes an access token.
func (p *Provider) accessTokenInfo(x *exchange, token string) (*Object, *refusal) {
	p.mu.Lock()
	now := p.nowLocked()
	a, g := p.state.findAccess(token, now)
	var user, client string
	var offline bool
	if g != nil {
		user, client, offline = g.User, g.Client, g.Refreshable
	}
	p.mu.Unlock()
	if a == nil {
		return nil, refuse("invalid_token", "the access token is unknown, expired or revoked").at("tokeninfo_known", "Google: tokeninfo")
	}
	x.entry.User, x.entry.ClientID = user, client
	o := new(Object).Set("azp", client).Set("aud", client).Set("sub", user).
		Set("scope", p.scopeString(a.Scopes)).
		Set("exp", strconv.FormatInt(a.Expires.Unix(), 10)).
		Set("expires_in", strconv.FormatInt(int64(a.Expires.Sub(now).Seconds()), 10))
	if u, ok := p.findUser(user); ok && p.opensClaim(a.Scopes, "email") && u.Email != "" {
		o.Set("email", u.Email).Set("email_verified", strconv.FormatBool(u.EmailVerified))
	}
	accessType := "online"
	if offline {
		accessType = "offline"
	}
	return o.Set("access_type", accessType), nil
}

// idTokenInfo describes an ID token that this provider signed and that has not
// expired.
func (p *Provider) idTokenInfo(compact string) (*Object, *refusal) {
	unknown := func(detail string) (*Object, *refusal) {
		return nil, refuse("invalid_token", "the ID token is not one of ours, or has expired").at("tokeninfo_known", "Google: tokeninfo").withDetail("%s", detail)
	}
	now := p.Now()
	payload, ok := p.keys.verify(compact, now)
	if !ok {
		return unknown("no key of ours signed it")
	}
	var claims map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(payload)))
	decoder.UseNumber()
	if err := decoder.Decode(&claims); err != nil {
		return unknown("its claims are not a JSON object")
	}
	if exp, err := strconv.ParseInt(fmt.Sprint(claims["exp"]), 10, 64); err != nil || exp <= now.Unix() {
		return unknown("it has expired")
	}
	head, _, _ := strings.Cut(compact, ".")
	o := new(Object)
	for _, name := range sortedKeys(claims) {
		o.Set(name, fmt.Sprint(claims[name]))
	}
	for _, name := range []string{"alg", "kid", "typ"} {
		if value := headerValue(head, name); value != "" {
			o.Set(name, value)
		}
	}
	return o, nil
}

// opensClaim says whether one of the scopes opens a claim.
func (p *Provider) opensClaim(scopes []string, claim string) bool {
	for _, name := range scopes {
		s, _ := p.persona.Scope(name)
		for _, c := range s.Claims {
			if c == claim {
				return true
			}
		}
	}
	return false
}

// headerValue returns a string of an encoded JOSE header, "" if it has none.
func headerValue(encoded, name string) string {
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	var header map[string]any
	if json.Unmarshal(raw, &header) != nil {
		return ""
	}
	value, _ := header[name].(string)
	return value
}
