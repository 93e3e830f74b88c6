package opsuite

import (
	"net/url"
	"slices"
	"strings"
)

func metadataCases() []Case {
	const discovery = "OpenID Connect Discovery §3, §4.3"
	return []Case{
		{"metadata-issuer-exact", discovery, func(e *E) {
			if got := e.metadata["issuer"]; got != e.target.Issuer() {
				e.errorf("issuer is %v, want %s", got, e.target.Issuer())
			}
		}},
		{"metadata-required-members", discovery, func(e *E) {
			for _, name := range []string{
				"authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
				"subject_types_supported", "id_token_signing_alg_values_supported",
			} {
				if e.metadata[name] == nil {
					e.errorf("%s is missing", name)
				}
			}
		}},
		{"metadata-s256-and-no-plain", "RFC 9700 §2.1.1", func(e *E) {
			if !e.lists("code_challenge_methods_supported", "S256") || e.lists("code_challenge_methods_supported", "plain") {
				e.errorf("code_challenge_methods_supported is %v", e.metadata["code_challenge_methods_supported"])
			}
		}},
		{"metadata-oauth-the-same", "RFC 8414 §3", func(e *E) {
			r := e.do("GET", e.target.Issuer()+"/.well-known/oauth-authorization-server", "")
			if r.status != 200 {
				e.fatalf("status %d", r.status)
			}
			for _, name := range []string{"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"} {
				if r.json[name] != e.metadata[name] {
					e.errorf("%s is %v here and %v there", name, r.json[name], e.metadata[name])
				}
			}
		}},
		{"metadata-cors", "Fetch standard; discovery is read by browser clients too", func(e *E) {
			r := e.do("GET", e.target.Issuer()+"/.well-known/openid-configuration", "", "Origin", "https://client.example")
			if got := r.header.Get("Access-Control-Allow-Origin"); got != "*" && got != "https://client.example" {
				e.errorf("Access-Control-Allow-Origin is %q", got)
			}
		}},
	}
}

// redirectCases are what may be asked for as a redirect_uri. The registered
// ones are http://127.0.0.1/callback and http://[::1]/callback.
func redirectCases() []Case {
	const spec = "RFC 8252 §7.3, RFC 9700 §2.1"
	var out []Case
	for name, uri := range map[string]string{
		"loopback-any-port": "http://127.0.0.1:1/callback", "loopback-highest-port": "http://127.0.0.1:65535/callback",
		"loopback-ipv6": "http://[::1]:49152/callback", "loopback-without-port": "http://127.0.0.1/callback",
	} {
		out = append(out, Case{"redirect-" + name + "-accepted", spec, func(e *E) {
			r := e.request(Public, "openid")
			r.Set("redirect_uri", uri)
			e.redeemed(r, e.code(e.browser(), r))
		}})
	}
	for name, uri := range map[string]string{
		"localhost": "http://localhost:49152/callback", "other-loopback": "http://127.0.0.2:49152/callback",
		"short-address": "http://127.1:49152/callback", "other-host": "http://example.com/callback",
		"with-user": "http://x@127.0.0.1:49152/callback", "host-as-user": "http://127.0.0.1@example.com/callback",
		"other-path": "http://127.0.0.1:49152/callback2", "path-below": "http://127.0.0.1:49152/callback/x",
		"other-case": "http://127.0.0.1:49152/Callback", "dots": "http://127.0.0.1:49152/x/../callback",
		"escaped-path": "http://127.0.0.1:49152/%63allback", "query": "http://127.0.0.1:49152/callback?x=1",
		"fragment": "http://127.0.0.1:49152/callback#x", "https": "https://127.0.0.1:49152/callback", "empty": "",
	} {
		out = append(out, Case{"redirect-" + name + "-refused", spec, func(e *E) {
			r := e.request(Public, "openid")
			r.Set("redirect_uri", uri)
			if uri == "" {
				r.Del("redirect_uri")
			}
			e.notRedirected(name, e.visit(e.browser(), r, e.person()))
		}})
	}
	return sorted(out)
}

// authorizeCases are the rest of the authorization request and its response.
func authorizeCases() []Case {
	refuse := func(name, spec string, change func(*request), codes ...string) Case {
		return Case{name, spec, func(e *E) {
			r := e.request(Public, "openid")
			change(r)
			e.refusedAtClient(name, e.visit(e.browser(), r, e.person()), r, codes...)
		}}
	}
	return []Case{
		{"client-unknown-not-redirected", "RFC 6749 §4.1.2.1", func(e *E) {
			r := e.request(Public, "openid")
			r.Set("client_id", "nobody")
			e.notRedirected("an unknown client", e.visit(e.browser(), r, e.person()))
		}},
		refuse("pkce-missing-refused", "RFC 7636 §4.4.1", func(r *request) { r.Del("code_challenge"); r.Del("code_challenge_method") }, "invalid_request"),
		refuse("pkce-plain-refused", "RFC 9700 §2.1.1", func(r *request) {
			r.Set("code_challenge_method", "plain")
			r.Set("code_challenge", r.verifier)
		}, "invalid_request"),
		refuse("pkce-method-omitted-refused", "RFC 7636 §4.3: it means plain", func(r *request) { r.Del("code_challenge_method") }, "invalid_request"),
		refuse("pkce-challenge-malformed-refused", "RFC 7636 §4.2", func(r *request) { r.Set("code_challenge", "short") }, "invalid_request"),
		refuse("client-id-twice-refused", "RFC 6749 §3.1", func(r *request) { r.Add("client_id", r.client.ID) }, "invalid_request"),
		refuse("redirect-uri-twice-refused", "RFC 6749 §3.1", func(r *request) { r.Add("redirect_uri", "http://127.0.0.1:1/callback") }, "invalid_request"),
		refuse("parameter-twice-refused", "RFC 6749 §3.1", func(r *request) { r.Add("scope", "openid email") }, "invalid_request"),
		refuse("response-type-token-refused", "RFC 9700 §2.1.2", func(r *request) { r.Set("response_type", "token") }, "unsupported_response_type", "unauthorized_client"),
		refuse("response-mode-unknown-refused", "OAuth 2.0 Multiple Response Types §2.1", func(r *request) { r.Set("response_mode", "carrier_pigeon") }, "invalid_request", "unsupported_response_mode"),
		refuse("prompt-none-with-login-refused", "OpenID Connect Core §3.1.2.1", func(r *request) { r.Set("prompt", "none login") }, "invalid_request"),
		refuse("max-age-malformed-refused", "OpenID Connect Core §3.1.2.1", func(r *request) { r.Set("max_age", "soon") }, "invalid_request"),
		{"id-token-hint-forged-refused", "OpenID Connect Core §3.1.2.2", func(e *E) {
			b := e.browser()
			r := e.request(Public, "openid")
			hint := forged(e.redeemed(r, e.code(b, r)).get("id_token"))
			r = e.request(Public, "openid")
			r.Set("prompt", "none")
			r.Set("id_token_hint", hint)
			e.refusedAtClient("a hint that was changed after signing", e.visit(b, r, e.person()), r, "invalid_request", "login_required", "interaction_required")
		}},
		{"response-carries-iss", "RFC 9207 §2", func(e *E) {
			if e.metadata["authorization_response_iss_parameter_supported"] != true {
				e.errorf("authorization_response_iss_parameter_supported is %v", e.metadata["authorization_response_iss_parameter_supported"])
			}
			r := e.request(Public, "openid")
			if q := e.response(e.browser(), r, e.person()); q.Get("iss") != e.target.Issuer() {
				e.errorf("iss is %q", q.Get("iss"))
			}
		}},
		{"denied-at-consent", "RFC 6749 §4.1.2.1", func(e *E) { e.denied(Person{User: e.person().User, Deny: true}) }},
		{"cancelled-at-login", "RFC 6749 §4.1.2.1", func(e *E) { e.denied(Person{User: e.person().User, Cancel: true}) }},
		{"response-form-post", "OAuth 2.0 Form Post Response Mode", func(e *E) {
			r := e.request(Public, "openid")
			r.Set("response_mode", "form_post")
			v := e.visit(e.browser(), r, e.person())
			if v.Back == nil || v.Back.RawQuery != "" {
				e.fatalf("ended with %d at %s, back at %v", v.Page.Status, v.Page.URL.Path, v.Back)
			}
			if v.Response.Get("state") != r.Get("state") {
				e.errorf("state is %q", v.Response.Get("state"))
			}
			e.redeemed(r, v.Response.Get("code"))
		}},
		{"login-page-not-framed", "RFC 9700 §4.16", func(e *E) {
			p := e.person()
			p.Leave = LoginPage
			v := e.visit(e.browser(), e.request(Public, "openid"), p)
			if h := v.Page.Header; !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors") && h.Get("X-Frame-Options") == "" {
				e.errorf("other pages may put the login page into a frame")
			}
		}},
		{"authorize-without-cors", "RFC 9700 §2.6", func(e *E) {
			r := e.request(Public, "openid")
			got := e.do("GET", e.endpoint("authorization_endpoint")+"?"+r.Encode(), "", "Origin", "https://client.example")
			if got.header.Get("Access-Control-Allow-Origin") != "" {
				e.errorf("the authorization endpoint has CORS")
			}
		}},
		{"other-user-other-subject", "OpenID Connect Core §5.7", func(e *E) {
			var subjects []string
			for _, user := range e.target.Users() {
				r := e.request(Public, "openid")
				q := e.response(e.browser(), r, Person{User: user})
				_, claims := e.idToken(e.redeemed(r, q.Get("code")), r.client.ID)
				subjects = append(subjects, claims["sub"].(string))
			}
			if subjects[0] == subjects[1] {
				e.errorf("two users have the sub %s", subjects[0])
			}
		}},
	}
}

// denied wants access_denied when the person says no.
func (e *E) denied(p Person) {
	r := e.request(Public, "openid email")
	v := e.visit(e.browser(), r, p)
	if v.Back == nil {
		e.fatalf("no response to the client, but %d at %s after %v", v.Page.Status, v.Page.URL.Path, v.Seen)
	}
	e.refusedAtClient("the person said no", v, r, "access_denied")
}

// sorted puts cases that come from a map into one order.
func sorted(cases []Case) []Case {
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return cases
}

// values makes a form of names and values.
func values(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		out.Add(pairs[i], pairs[i+1])
	}
	return out
}
