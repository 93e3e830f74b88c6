package mockprovider

import (
	"crypto/subtle"
	"net/http"
)

// Paths of the provider's own pages.
const (
	loginPath   = "/_mock/login"
	consentPath = "/_mock/consent"
)

// serveLogin shows the login page and takes its answer.
func (p *Provider) serveLogin(x *exchange) {
	if x.r.Method != http.MethodPost {
		id := x.r.URL.Query().Get("i")
		i, f := p.findInteraction(x, id, kindAuthorize, false)
		if f != nil {
			x.refused(f)
			p.errorPage(x, f)
			return
		}
		x.entry.ClientID = i.request.client.ID
		p.loginPage(x, i, id, "")
		return
	}
	i, form, f := p.postedInteraction(x, kindAuthorize)
	if f != nil {
		x.refused(f)
		p.errorPage(x, f)
		return
	}
	if form.get("action") == "misbehave" && p.misbehave {
		p.serveMisbehave(x, i, form)
		return
	}
	if form.get("action") == "cancel" {
		p.deny(x, i, "login_cancelled")
		return
	}
	u, ok := p.chosenUser(form)
	if !ok {
		f := refuse("access_denied", "the e-mail address or the password is wrong").at("login", "")
		x.refused(f)
		p.loginPage(x, i, p.addInteraction(i), noticeWrong)
		return
	}
	x.entry.User = u.Subject
	p.signIn(x, i, u)
	p.goTo(x, consentPath+"?i="+p.addInteraction(i))
}

// chosenUser returns who was clicked, or whose e-mail and password were typed.
func (p *Provider) chosenUser(form params) (User, bool) {
	if chosen := form.get("user"); chosen != "" {
		return p.findUser(chosen)
	}
	if !p.passwordForm {
		return User{}, false
	}
	u, ok := p.findUser(form.get("email"))
	if !ok || subtle.ConstantTimeCompare([]byte(u.Password), []byte(form.get("password"))) != 1 {
		return User{}, false
	}
	return u, true
}

// deny ends an interaction with access_denied.
func (p *Provider) deny(x *exchange, i *interaction, check string) {
	f := refuse("access_denied", "the user said no").at(check, "RFC 6749 §4.1.2.1")
	x.refused(f)
	p.redirectError(x, i.request, f)
}
