package mockprovider

import (
	"net/http"
	"slices"
)

// serveConsent shows the consent page and takes its answer.
func (p *Provider) serveConsent(x *exchange) {
	if x.r.Method != http.MethodPost {
		id := x.r.URL.Query().Get("i")
		i, f := p.findInteraction(x, id, kindAuthorize, false)
		if f == nil && i.user.Subject == "" {
			f = refuse("invalid_request", "nobody has signed in yet").at("consent_after_login", "OpenID Connect Core §3.1.2.4")
		}
		if f != nil {
			x.refused(f)
			p.errorPage(x, f)
			return
		}
		x.entry.ClientID, x.entry.User = i.request.client.ID, i.user.Subject
		p.consentPage(x, i, id)
		return
	}
	i, form, f := p.postedInteraction(x, kindAuthorize)
	if f == nil && i.user.Subject == "" {
		f = refuse("invalid_request", "nobody has signed in yet").at("consent_after_login", "OpenID Connect Core §3.1.2.4")
	}
	if f != nil {
		x.refused(f)
		p.errorPage(x, f)
		return
	}
	p.answerConsent(x, i, form)
}

// answerConsent does what the person decided. Only the word allow allows.
func (p *Provider) answerConsent(x *exchange, i *interaction, form params) {
	switch form.get("action") {
	case "allow":
		granted := p.grantedScopes(i.request.scopes, form.all("scope"))
		if len(granted) == 0 && len(i.request.scopes) > 0 {
			p.deny(x, i, "consent_nothing_ticked")
			return
		}
		p.mu.Lock()
		key := pair{i.user.Subject, i.request.client.ID}
		for _, s := range granted {
			if !slices.Contains(p.state.consents[key], s) {
				i.request.newConsent = true
				p.state.consents[key] = append(p.state.consents[key], s)
			}
		}
		p.mu.Unlock()
		p.redirectCode(x, i.request, i.user, i.authTime, granted)
	case "switch":
		i.user = User{}
		p.goTo(x, loginPath+"?i="+p.addInteraction(i))
	default:
		p.deny(x, i, "consent_denied")
	}
}

// grantedScopes returns which of the requested scopes are granted: those that
// were ticked and those that cannot be unticked. Where nothing is left, nothing
// was allowed; a sign-in alone is something.
func (p *Provider) grantedScopes(requested, posted []string) []string {
	var granted []string
	for _, name := range requested {
		if s, _ := p.persona.Scope(name); s.Required || slices.Contains(posted, name) {
			granted = append(granted, name)
		}
	}
	return granted
}
