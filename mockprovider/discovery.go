package mockprovider

import (
	"net/http"
	"slices"
)

// Where the metadata are found, below the issuer and before its path.
const (
	oidcDiscoveryPath  = "/.well-known/openid-configuration"
	oauthDiscoveryPath = "/.well-known/oauth-authorization-server"
)

// serveDiscovery answers with the metadata (OpenID Connect Discovery §3).
func (p *Provider) serveDiscovery(x *exchange) {
	p.sendObject(x, StageDiscovery, http.StatusOK, p.metadata())
}

// metadata lists what the provider does, and nothing that it does not.
func (p *Provider) metadata() *Object {
	paths := p.persona.Paths
	o := new(Object).
		Set("issuer", p.Issuer()).
		Set("authorization_endpoint", p.url(paths.Authorization)).
		Set("token_endpoint", p.url(paths.Token))
	for _, e := range []struct{ name, path string }{
		{"userinfo_endpoint", paths.Userinfo}, {"revocation_endpoint", paths.Revocation}, {"introspection_endpoint", paths.Introspection},
		{"end_session_endpoint", paths.EndSession},
	} {
		if e.path != "" {
			o.Set(e.name, p.url(e.path))
		}
	}
	scopes, claims := []string{}, []string{"iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", "at_hash"}
	for _, s := range p.persona.Scopes {
		scopes = append(scopes, s.Name)
		claims = append(claims, s.Claims...)
	}
	slices.Sort(claims)
	o.Set("jwks_uri", p.url(paths.JWKS)).
		Set("response_types_supported", []string{"code"}).
		Set("response_modes_supported", p.responseModes()).
		Set("grant_types_supported", p.grantTypes()).
		Set("subject_types_supported", []string{"public"}).
		Set("id_token_signing_alg_values_supported", []string{p.keys.algorithm}).
		Set("scopes_supported", scopes).
		Set("claims_supported", slices.Compact(claims)).
		Set("token_endpoint_auth_methods_supported", p.authMethods()).
		Set("code_challenge_methods_supported", []string{"S256"}).
		Set("ui_locales_supported", languages()).
		Set("prompt_values_supported", []string{"none", "login", "consent", "select_account"}).
		Set("claims_parameter_supported", false).
		Set("request_parameter_supported", false).
		Set("request_uri_parameter_supported", false)
	if paths.Introspection != "" {
		o.Set("introspection_endpoint_auth_methods_supported", []string{"client_secret_post", "client_secret_basic"})
	}
	if p.persona.AdvertiseIss {
		o.Set("authorization_response_iss_parameter_supported", true)
	}
	return o
}

// authMethods lists how the registered clients can authenticate.
func (p *Provider) authMethods() []string {
	var public, confidential bool
	for _, c := range p.clients {
		public = public || c.Secret == ""
		confidential = confidential || c.Secret != ""
	}
	var out []string
	if confidential {
		out = append(out, "client_secret_post", "client_secret_basic")
	}
	if public {
		out = append(out, "none")
	}
	return out
}

// serveJWKS answers with the key set (RFC 7517 §5).
func (p *Provider) serveJWKS(x *exchange) {
	set, err := p.keys.public(p.Now())
	if err != nil {
		p.internalError(x, err)
		return
	}
	x.w.Header().Set("Cache-Control", "public, max-age=300, must-revalidate")
	p.sendObject(x, StageJWKS, http.StatusOK, set)
}
