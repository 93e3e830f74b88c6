package opsuite

import (
	"net/http"
	"net/url"
	"strings"
)

// bearerCases are about what an access token opens, and what opens nothing.
func bearerCases() []Case {
	return []Case{
		{"bearer-missing-refused", "RFC 6750 §3", func(e *E) {
			r := e.do(http.MethodGet, e.endpoint("userinfo_endpoint"), "")
			if r.status != http.StatusUnauthorized && r.status != http.StatusBadRequest || r.status == http.StatusUnauthorized && !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer") {
				e.errorf("%d, WWW-Authenticate %q", r.status, r.header.Get("WWW-Authenticate"))
			}
		}},
		{"bearer-unknown-refused", "RFC 6750 §3.1", func(e *E) {
			r := e.userinfo("unknown")
			if r.status != http.StatusUnauthorized || !strings.Contains(r.header.Get("WWW-Authenticate"), `error="invalid_token"`) {
				e.errorf("%d, WWW-Authenticate %q", r.status, r.header.Get("WWW-Authenticate"))
			}
		}},
		{"bearer-in-address-refused", "RFC 9700 §4.3.2", func(e *E) {
			token := e.signIn(Public, "openid").get("access_token")
			if r := e.do(http.MethodGet, e.endpoint("userinfo_endpoint")+"?access_token="+url.QueryEscape(token), ""); r.status/100 != 4 {
				e.errorf("status %d", r.status)
			}
		}},
		{"bearer-in-address-too-refused", "RFC 6750 §2, RFC 9700 §4.3.2", func(e *E) {
			token := e.signIn(Public, "openid").get("access_token")
			r := e.do(http.MethodGet, e.endpoint("userinfo_endpoint")+"?access_token="+url.QueryEscape(token), "", "Authorization", "Bearer "+token)
			if r.status/100 != 4 {
				e.errorf("status %d", r.status)
			}
		}},
		{"bearer-in-header-and-body-refused", "RFC 6750 §2", func(e *E) {
			token := e.signIn(Public, "openid").get("access_token")
			if r := e.post(e.endpoint("userinfo_endpoint"), values("access_token", token), "Authorization", "Bearer "+token); r.status/100 != 4 {
				e.errorf("status %d", r.status)
			}
		}},
		{"bearer-scheme-any-case", "RFC 9110 §11.1", func(e *E) {
			token := e.signIn(Public, "openid").get("access_token")
			if r := e.do(http.MethodGet, e.endpoint("userinfo_endpoint"), "", "Authorization", "bearer "+token); r.status != http.StatusOK {
				e.errorf("status %d", r.status)
			}
		}},
		{"bearer-not-an-id-token", "RFC 9700 §2.3", func(e *E) { e.dead("an ID token", e.signIn(Public, "openid").get("id_token")) }},
		{"bearer-not-a-refresh-token", "RFC 6749 §1.5", func(e *E) { e.dead("a refresh token", e.offline(Public).get("refresh_token")) }},
		{"userinfo-needs-openid", "OpenID Connect Core §5.3.1", func(e *E) {
			r := e.request(Public, "email")
			v := e.visit(e.browser(), r, e.person())
			if v.Response.Get("code") == "" {
				e.skipf("without openid nobody can sign in here")
			}
			if r := e.userinfo(e.redeemed(r, v.Response.Get("code")).get("access_token")); r.status != http.StatusForbidden && r.status != http.StatusUnauthorized {
				e.errorf("status %d", r.status)
			}
		}},
		{"userinfo-scopes-enforced", "OpenID Connect Core §5.4", func(e *E) {
			if info := e.userinfo(e.signIn(Public, "openid").get("access_token")); info.json["email"] != nil || info.json["name"] != nil {
				e.errorf("userinfo for openid alone: %s", brief(info.text))
			}
		}},
	}
}

// endCases are revocation, introspection and the end of a session.
func endCases() []Case {
	return []Case{
		{"revoke-access-token", "RFC 7009 §2", func(e *E) {
			tokens := e.offline(Public)
			e.revoke(Public, tokens.get("access_token"))
			e.dead("revoked", tokens.get("access_token"))
		}},
		{"revoke-refresh-token-ends-both", "RFC 7009 §2.1", func(e *E) {
			tokens := e.offline(Public)
			e.revoke(Public, tokens.get("refresh_token"))
			e.refused("the revoked refresh token", e.token(e.target.Client(Public), refreshForm(tokens.get("refresh_token"))), "invalid_grant")
			e.dead("the access token beside it", tokens.get("access_token"))
		}},
		{"revoke-unknown-token-is-no-error", "RFC 7009 §2.2", func(e *E) { e.revoke(Public, "unknown") }},
		{"revoke-by-other-client-in-vain", "RFC 7009 §2.1", func(e *E) {
			token := e.offline(Public).get("refresh_token")
			form, header := authenticated(e.target.Client(Other), values("token", token))
			e.post(e.endpoint("revocation_endpoint"), form, header...)
			if r := e.token(e.target.Client(Public), refreshForm(token)); r.status != http.StatusOK {
				e.errorf("another client ended it: %d %s", r.status, brief(r.text))
			}
		}},
		{"revoke-token-missing-refused", "RFC 7009 §2.1", func(e *E) {
			form, header := authenticated(e.target.Client(Public), values())
			e.refused("no token", e.post(e.endpoint("revocation_endpoint"), form, header...), "invalid_request")
		}},
		{"revoke-needs-a-client", "RFC 7009 §2.1", func(e *E) {
			token := e.offline(Public).get("refresh_token")
			if r := e.post(e.endpoint("revocation_endpoint"), values("token", token)); r.status/100 != 4 {
				e.errorf("status %d", r.status)
			}
		}},
		{"introspect-tells-the-living", "RFC 7662 §2.2", func(e *E) {
			tokens := e.signIn(Basic, "openid email")
			r := e.introspect(tokens.get("access_token"))
			if r.json["active"] != true || r.get("client_id") != e.target.Client(Basic).ID || !strings.Contains(r.get("scope"), "email") {
				e.errorf("%d %s", r.status, brief(r.text))
			}
		}},
		{"introspect-tells-the-dead", "RFC 7662 §2.2", func(e *E) {
			tokens := e.offline(Basic)
			e.revoke(Basic, tokens.get("refresh_token"))
			if r := e.introspect(tokens.get("id_token")); r.json["active"] == true {
				e.errorf("an ID token is active")
			}
			for what, token := range map[string]string{"revoked": tokens.get("refresh_token"), "unknown": "unknown"} {
				if r := e.introspect(token); r.status != http.StatusOK || r.json["active"] != false || len(r.json) != 1 {
					e.errorf("%s: %d %s, want active false and nothing more", what, r.status, brief(r.text))
				}
			}
		}},
		{"introspect-tells-the-spent", "RFC 7662 §2.2, RFC 9700 §4.14.2", func(e *E) {
			e.endpoint("introspection_endpoint")
			old := e.offline(Basic)
			if r := e.token(e.target.Client(Basic), refreshForm(old.get("refresh_token"))); r.status != http.StatusOK || r.get("refresh_token") == "" {
				e.fatalf("refresh: %d %s", r.status, brief(r.text))
			}
			if r := e.introspect(old.get("refresh_token")); r.json["active"] == true {
				e.errorf("a spent refresh token is active")
			}
		}},
		{"introspect-needs-a-client", "RFC 7662 §2.1, §4", func(e *E) {
			token := e.signIn(Basic, "openid").get("access_token")
			if r := e.post(e.endpoint("introspection_endpoint"), values("token", token)); r.status/100 != 4 || r.json["active"] == true {
				e.errorf("%d %s", r.status, brief(r.text))
			}
		}},
		{"introspect-token-missing-refused", "RFC 7662 §2.1", func(e *E) {
			form, header := authenticated(e.target.Client(Basic), values())
			e.refused("no token", e.post(e.endpoint("introspection_endpoint"), form, header...), "invalid_request")
		}},
		{"introspect-public-client-refused", "RFC 7662 §2.1, §4", func(e *E) {
			token := e.signIn(Basic, "openid").get("access_token")
			form, _ := authenticated(e.target.Client(Public), values("token", token))
			if r := e.post(e.endpoint("introspection_endpoint"), form); r.json["active"] == true {
				e.errorf("whoever knows a public client's name can ask about tokens: %d %s", r.status, brief(r.text))
			}
		}},
		{"end-session-hint-forged-not-redirected", "OpenID RP-Initiated Logout §4", func(e *E) {
			e.endpoint("end_session_endpoint")
			b := e.browser()
			r := e.request(Public, "openid")
			tokens := e.redeemed(r, e.code(b, r))
			tokens.json["id_token"] = forged(tokens.get("id_token"))
			if v := e.visitEndSession(b, tokens, "http://127.0.0.1/signed-out"); v.Back != nil {
				e.errorf("sent to %s", v.Back)
			}
		}},
		{"end-session-returns-any-port", "RFC 8252 §7.3, OpenID RP-Initiated Logout §2", func(e *E) {
			v := e.endSession("http://127.0.0.1:50001/signed-out")
			if v.Back == nil || v.Back.Path != "/signed-out" || v.Response.Get("state") != "bye" {
				e.errorf("ended at %s with %d, back at %v", v.Page.URL.Path, v.Page.Status, v.Back)
			}
		}},
		{"end-session-unregistered-not-redirected", "OpenID RP-Initiated Logout §3", func(e *E) {
			if v := e.endSession("http://127.0.0.1:50001/elsewhere"); v.Back != nil {
				e.errorf("sent to %s", v.Back)
			}
		}},
		{"end-session-ends-it", "OpenID RP-Initiated Logout §2", func(e *E) {
			b := e.browser()
			r := e.request(Public, "openid")
			tokens := e.redeemed(r, e.code(b, r))
			e.visitEndSession(b, tokens, "http://127.0.0.1/signed-out")
			r = e.request(Public, "openid")
			r.Set("prompt", "none")
			e.refusedAtClient("prompt=none afterwards", e.visit(b, r, e.person()), r, "login_required", "interaction_required")
		}},
	}
}

func (e *E) revoke(role Role, token string) {
	form, header := authenticated(e.target.Client(role), values("token", token))
	if r := e.post(e.endpoint("revocation_endpoint"), form, header...); r.status != http.StatusOK {
		e.errorf("revocation: %d %s", r.status, brief(r.text))
	}
}

func (e *E) introspect(token string) reply {
	form, header := authenticated(e.target.Client(Basic), values("token", token))
	return e.post(e.endpoint("introspection_endpoint"), form, header...)
}

// endSession signs in and out again. The registered post-logout redirect URI is
// http://127.0.0.1/signed-out.
func (e *E) endSession(back string) *Visit {
	e.endpoint("end_session_endpoint")
	b := e.browser()
	r := e.request(Public, "openid")
	return e.visitEndSession(b, e.redeemed(r, e.code(b, r)), back)
}

func (e *E) visitEndSession(b *Browser, tokens reply, back string) *Visit {
	q := values("id_token_hint", tokens.get("id_token"), "client_id", e.target.Client(Public).ID, "post_logout_redirect_uri", back, "state", "bye")
	first, err := http.NewRequestWithContext(e.ctx, http.MethodGet, e.endpoint("end_session_endpoint")+"?"+q.Encode(), nil)
	if err != nil {
		e.fatalf("end of session: %v", err)
	}
	return e.open(b, first, e.person(), back)
}
