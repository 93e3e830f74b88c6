package mockprovider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/mockprovider/persona"
)

// logoutPath is the page that asks whether to sign out.
const logoutPath = "/_mock/logout"

// endSessionRequest is a logout request (OpenID Connect RP-Initiated Logout
// §2) as it is checked step by step.
type endSessionRequest struct {
	params
	subject     string // of the hint
	client      persona.Client
	redirectURI string
	state       string
}

// endSessionChecks are the checks of the end-session endpoint, in order. What
// they refuse is shown on a page: nobody knows whom to redirect to.
var endSessionChecks = []check[*endSessionRequest]{
	{"parameters_once", "RP-Initiated Logout §2", func(_ *Provider, e *endSessionRequest) *refusal {
		if e.duplicate != "" {
			return refuse("invalid_request", "%s was sent more than once", clip(e.duplicate, 50))
		}
		return nil
	}},
	{"end_session_hint", "RP-Initiated Logout §4", func(p *Provider, e *endSessionRequest) *refusal {
		hint := e.get("id_token_hint")
		if hint == "" {
			return nil
		}
		claims, ok := p.readHint(hint)
		if !ok {
			return refuse("invalid_request", "id_token_hint is not an ID token of this provider")
		}
		e.subject = claims.Subject
		if e.client, ok = p.client(claims.Audience); !ok {
			return refuse("invalid_request", "id_token_hint is for an unknown client")
		}
		return nil
	}},
	{"end_session_client", "RP-Initiated Logout §2", func(p *Provider, e *endSessionRequest) *refusal {
		id := e.get("client_id")
		if id == "" {
			return nil
		}
		c, ok := p.client(id)
		switch {
		case !ok:
			return refuse("invalid_request", "no client has the client_id %q", clip(id, 100))
		case e.client.ID != "" && e.client.ID != id:
			return refuse("invalid_request", "id_token_hint is for another client than client_id").
				withDetail("expected %q, got %q", e.client.ID, clip(id, 100))
		}
		e.client = c
		return nil
	}},
	{"end_session_redirect", "RP-Initiated Logout §3", func(_ *Provider, e *endSessionRequest) *refusal {
		got := e.get("post_logout_redirect_uri")
		if got == "" {
			return nil
		}
		if e.client.ID == "" {
			return refuse("invalid_request", "post_logout_redirect_uri without id_token_hint or client_id")
		}
		for _, registered := range e.client.PostLogoutRedirectURIs {
			if sameRedirect(registered, got) {
				e.redirectURI, e.state = got, e.get("state")
				return nil
			}
		}
		return refuse("invalid_request", "post_logout_redirect_uri %q is not registered", clip(got, 200)).
			withDetail("expected one of %q (any port on a loopback IP literal), got %q", e.client.PostLogoutRedirectURIs, clip(got, 200))
	}},
}

// hintClaims are what counts of an ID token that comes back as a hint.
type hintClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
}

// readHint reads an ID token of this provider; it may have expired (OpenID
// Connect Core §3.1.2.1).
func (p *Provider) readHint(compact string) (hintClaims, bool) {
	if !p.persona.OpenID {
		return hintClaims{}, false
	}
	var claims hintClaims
	payload, ok := p.keys.verify(compact, p.Now())
	if !ok || json.Unmarshal(payload, &claims) != nil || claims.Issuer != p.Issuer() {
		return hintClaims{}, false
	}
	return claims, true
}

// serveEndSession is the end-session endpoint. It signs nobody out by itself:
// any page could send a browser here.
func (p *Provider) serveEndSession(x *exchange) {
	q, err := x.query()
	if x.r.Method == http.MethodPost {
		q, err = x.form()
	}
	e := &endSessionRequest{params: q}
	var f *refusal
	if err != nil {
		f = refuse("invalid_request", "%v", err).at("parameters_form", "RP-Initiated Logout §2")
	} else {
		f = runChecks(p, e, endSessionChecks)
	}
	x.entry.ClientID, x.entry.User = e.client.ID, e.subject
	if f != nil {
		x.refused(f)
		p.errorPage(x, f)
		return
	}
	u, ok := p.whoIsHere(x)
	if !ok {
		p.afterLogout(x, e)
		return
	}
	id := p.addInteraction(&interaction{logout: e, browser: p.browserOf(x), user: u})
	p.goTo(x, logoutPath+"?i="+id)
}

// whoIsHere returns who is signed in at the request's browser.
func (p *Provider) whoIsHere(x *exchange) (User, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.knownBrowser(x)
	if b == nil || b.user.Subject == "" || p.nowLocked().Sub(b.authTime) > sessionLifetime {
		return User{}, false
	}
	return b.user, true
}

// serveLogout shows the page that asks, and takes its answer.
func (p *Provider) serveLogout(x *exchange) {
	if x.r.Method != http.MethodPost {
		id := x.r.URL.Query().Get("i")
		i, f := p.findInteraction(x, id, kindLogout, false)
		if f != nil {
			x.refused(f)
			p.errorPage(x, f)
			return
		}
		x.entry.ClientID, x.entry.User = i.logout.client.ID, i.user.Subject
		p.logoutPage(x, i, id)
		return
	}
	i, form, f := p.postedInteraction(x, kindLogout)
	if f != nil {
		x.refused(f)
		p.errorPage(x, f)
		return
	}
	if form.get("action") != "logout" { // only the word signs out
		p.page(x, http.StatusOK, "done.html", view{Title: "stayed.title", Text: "stayed.text", User: p.userView(i.user), Locales: i.logout.get("ui_locales")}, "")
		return
	}
	p.signOut(i.browser)
	p.afterLogout(x, i.logout)
}

// signOut forgets who is at a browser. Grants live on: ending a session at the
// provider is not revoking what clients hold.
func (p *Provider) signOut(b *browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b.user = User{}
}

// afterLogout sends the browser back, or says that this is all.
func (p *Provider) afterLogout(x *exchange, e *endSessionRequest) {
	if e.redirectURI == "" {
		p.page(x, http.StatusOK, "done.html", view{Title: "signedout.title", Text: "signedout.text", Locales: e.get("ui_locales")}, "")
		return
	}
	to := e.redirectURI
	if e.state != "" {
		separator := "?"
		if strings.Contains(to, "?") {
			separator = "&"
		}
		to += separator + "state=" + url.QueryEscape(e.state)
	}
	x.w.Header().Set("Location", to)
	x.w.WriteHeader(http.StatusSeeOther)
}

// logoutPage asks whether to sign out.
func (p *Provider) logoutPage(x *exchange, i *interaction, id string) {
	v := view{Title: "logout.page", Locales: i.logout.get("ui_locales"), ID: id, Path: p.base + logoutPath, User: p.userView(i.user)}
	if i.logout.client.ID != "" {
		v.Client = clientName(i.logout.client)
	}
	p.page(x, http.StatusOK, "logout.html", v, i.logout.redirectURI)
}
