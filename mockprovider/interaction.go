package mockprovider

import (
	"net/http"
	"strings"
	"time"

	"app.latchkey/mockprovider/persona"
)

// How long a person may take, and how long a browser stays signed in.
const (
	interactionLifetime = 10 * time.Minute
	sessionLifetime     = 24 * time.Hour
)

// kind is what an interaction asks the person.
type kind int

const (
	kindAuthorize kind = iota // who he is, and what he allows
	kindLogout                // whether to sign out
)

// interaction is one request that waits for a person: of request and logout,
// one is set. Its id is good for one form only, and only from the browser that it was made for: both
// keep other pages from posting in the person's name.
type interaction struct {
	request  *authorizationRequest
	logout   *endSessionRequest
	browser  *browser
	user     User // zero until somebody signed in
	authTime time.Time
	expires  time.Time
}

// client returns the client whose request waits.
func (i *interaction) client() persona.Client {
	if i.logout != nil {
		return i.logout.client
	}
	return i.request.client
}

// browser is what the provider's cookie stands for.
type browser struct {
	id       string
	user     User // zero: nobody signed in
	authTime time.Time
	seen     time.Time
}

// secure says whether clients reach the provider by https only.
func (p *Provider) secure() bool {
	return strings.HasPrefix(p.issuerLocked(), "https://")
}

// cookieName differs between providers, because cookies do not tell ports
// apart.
func (p *Provider) cookieName() string { return "mockprovider_" + p.instance }

// browserOf returns the browser that sent the request, making it known and
// giving it a cookie if it is not.
func (p *Provider) browserOf(x *exchange) *browser {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.knownBrowser(x); b != nil {
		return b
	}
	b := &browser{}
	p.renameBrowser(x, b)
	return b
}

// knownBrowser returns the browser of the request's cookie, or nil. The caller
// holds the lock.
func (p *Provider) knownBrowser(x *exchange) *browser {
	c, err := x.r.Cookie(p.cookieName())
	if err != nil {
		return nil
	}
	b := p.state.browsers[c.Value]
	if b != nil {
		b.seen = p.nowLocked()
	}
	return b
}

// renameBrowser gives a browser a new id and cookie. This happens at each
// sign-in, so that nobody can plant a cookie that is signed in later. The
// caller holds the lock.
func (p *Provider) renameBrowser(x *exchange, b *browser) {
	delete(p.state.browsers, b.id)
	if len(p.state.browsers) >= maxBrowsers {
		dropOldest(p.state.browsers, func(b *browser) time.Time { return b.seen })
	}
	b.id, b.seen = randomString(24), p.nowLocked()
	p.state.browsers[b.id] = b
	http.SetCookie(x.w, &http.Cookie{
		Name: p.cookieName(), Value: b.id, Path: p.base + "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: p.secure(),
	})
}

// session returns who is signed in at the browser, if that is who the request
// wants (login_hint) and not too long ago (max_age).
func (p *Provider) session(x *exchange, a *authorizationRequest) (User, time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.knownBrowser(x)
	if b == nil || b.user.Subject == "" {
		return User{}, time.Time{}, false
	}
	age := p.nowLocked().Sub(b.authTime)
	// max_age=0 asks for a fresh sign-in, like prompt=login.
	if age > sessionLifetime || a.maxAge == 0 || a.maxAge > 0 && age > time.Duration(a.maxAge)*time.Second {
		return User{}, time.Time{}, false
	}
	if a.hintSubject != "" && a.hintSubject != b.user.Subject {
		return User{}, time.Time{}, false
	}
	if hinted, _ := p.findUser(a.loginHint); a.loginHint != "" && hinted.Subject != b.user.Subject {
		return User{}, time.Time{}, false
	}
	return b.user, b.authTime, true
}

// addInteraction stores an interaction and returns its id.
func (p *Provider) addInteraction(i *interaction) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.nowLocked()
	if len(p.state.interactions) >= maxInteractions {
		dropOldest(p.state.interactions, func(i *interaction) time.Time { return i.expires })
	}
	i.expires = now.Add(interactionLifetime)
	id := randomString(24)
	p.state.interactions[id] = i
	if i.request != nil {
		p.trail.link(id, step{i.request.signIn, i.request.client.ID, i.user.Subject})
	}
	return id
}

// findInteraction returns the interaction of an id if it is of that kind and
// belongs to the request's browser; take makes the id unusable.
func (p *Provider) findInteraction(x *exchange, id string, want kind, take bool) (*interaction, *refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.state.interactions[id]
	if i == nil || !p.nowLocked().Before(i.expires) || (i.logout != nil) != (want == kindLogout) {
		return nil, refuse("invalid_request", "this page has been used already, or too long ago: start again from the program").
			at("interaction_known", "RFC 9700 §4.7.1").withStatus(http.StatusGone)
	}
	if b := p.knownBrowser(x); b == nil || b != i.browser {
		return nil, refuse("invalid_request", "this page was made for another browser: start again from the program").
			at("interaction_browser", "RFC 9700 §4.7.1").withStatus(http.StatusForbidden)
	}
	if take {
		delete(p.state.interactions, id)
	}
	// A copy, for a page and a form with the same id may come at once.
	mine := *i
	return &mine, nil
}

// postedInteraction reads a form of the provider's own pages: posted by these
// pages and by no other, with an id that is used up by it.
func (p *Provider) postedInteraction(x *exchange, want kind) (*interaction, params, *refusal) {
	if err := new(http.CrossOriginProtection).Check(x.r); err != nil {
		return nil, params{}, refuse("invalid_request", "the form was sent by another site's page").
			at("form_origin", "RFC 9700 §4.7.1").withStatus(http.StatusForbidden)
	}
	form, err := x.form()
	if err != nil {
		return nil, params{}, refuse("invalid_request", "%v", err).at("parameters_form", "RFC 6749 §3.1")
	}
	i, f := p.findInteraction(x, form.get("i"), want, true)
	if f != nil {
		return nil, params{}, f
	}
	x.entry.ClientID, x.entry.User = i.client().ID, i.user.Subject
	return i, form, nil
}

// signIn notes that the person at the browser is u from now on.
func (p *Provider) signIn(x *exchange, i *interaction, u User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.nowLocked()
	i.user, i.authTime = u, now
	i.browser.user, i.browser.authTime = u, now
	p.renameBrowser(x, i.browser)
}
