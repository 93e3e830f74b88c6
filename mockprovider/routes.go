package mockprovider

import (
	"net/http"
	"slices"
)

// healthPath answers whoever wants to know whether the provider is up.
const healthPath = "/healthz"

// corsEndpoints are the endpoints that web pages may call.
var corsEndpoints = []string{"discovery", "jwks", "token", "userinfo", "people", "tokeninfo", "revoke", "user", "emails"}

// allowsOrigin says whether web pages may call the endpoint of that name.
func (p *Provider) allowsOrigin(name string) bool {
	return slices.Contains(corsEndpoints, name) && !(name == "token" && p.persona.TokenWithoutCORS)
}

// routes builds the handler from the persona's paths.
func (p *Provider) routes() http.Handler {
	mux := http.NewServeMux()
	add := func(path, name string, f endpointFunc, methods ...string) {
		if path != "" {
			mux.Handle(p.base+path, p.endpoint(name, f, methods...))
		}
	}
	p.protocolRoutes(add)
	if p.persona.OpenID {
		add(oidcDiscoveryPath, "discovery", p.serveDiscovery, "GET", "HEAD")
		// The well-known part comes before a tenant's path (RFC 8414 §3.1).
		mux.Handle(oauthDiscoveryPath+p.base, p.endpoint("discovery", p.serveDiscovery, "GET", "HEAD"))
	}
	add("/picture/{key}", "picture", p.servePicture, "GET", "HEAD")
	add(loginPath, "login", p.serveLogin, "GET", "POST")
	add(consentPath, "consent", p.serveConsent, "GET", "POST")
	p.controlRoutes(mux)
	add("/_mock/style.css", "", p.serveStyle, "GET", "HEAD")
	add(healthPath, "health", p.serveHealth, "GET", "HEAD")
	add("/{$}", "", p.serveHome, "GET", "HEAD")
	add("/", "", p.serveNotFound, "GET", "HEAD", "POST")
	if p.parent == nil {
		p.tenantRoutes(mux)
	}
	return mux
}

// protocolRoutes are the endpoints whose paths are the persona's.
func (p *Provider) protocolRoutes(add func(path, name string, f endpointFunc, methods ...string)) {
	paths := p.persona.Paths
	add(paths.JWKS, "jwks", p.serveJWKS, "GET", "HEAD")
	add(paths.Authorization, "authorize", p.serveAuthorize, "GET", "POST")
	add(paths.Token, "token", p.serveToken, "POST")
	add(paths.Userinfo, "userinfo", p.serveUserinfo, "GET", "POST")
	add(paths.People, "people", p.servePeople, "GET")
	add(paths.Tokeninfo, "tokeninfo", p.serveTokeninfo, "GET", "POST")
	add(paths.Introspection, "introspect", p.serveIntrospection, "POST")
	if paths.EndSession != "" {
		add(paths.EndSession, "end_session", p.serveEndSession, "GET", "POST")
		add(logoutPath, "logout", p.serveLogout, "GET", "POST")
	}
	if p.persona.RevokeWithoutClient {
		add(paths.Revocation, "revoke", p.serveRevoke, "GET", "POST")
	} else {
		add(paths.Revocation, "revoke", p.serveRevoke, "POST")
	}
	add(paths.User, "user", p.serveUser, "GET")
	add(paths.Emails, "emails", p.serveEmails, "GET")
	if paths.Applications != "" {
		add(paths.Applications+"/{client}/token", "revoke", p.serveApplication, "DELETE")
		add(paths.Applications+"/{client}/grant", "revoke", p.serveApplication, "DELETE")
	}
}

// serveHealth answers that the provider is up. It is not in the journal.
func (p *Provider) serveHealth(x *exchange) {
	p.sendObject(x, "", http.StatusOK, new(Object).Set("status", "ok"))
}
