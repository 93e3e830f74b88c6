package opsuite

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Conformance returns the 38 modules of the OpenID conformance suite's basic
// plan, in the plan's order. They are written anew after what the modules are
// for; PKCE is sent in all of them, because current providers demand it.
func Conformance() []Case {
	const core = "OpenID Connect Core "
	return []Case{
		{"oidcc-server", core + "§3.1", func(e *E) { e.server(Basic) }},
		{"oidcc-response-type-missing", "RFC 6749 §4.1.1, §4.1.2.1", responseTypeMissing},
		{"oidcc-idtoken-signature", core + "§3.1.3.7, §10.1", idTokenSignature},
		{"oidcc-idtoken-unsigned", core + "§2", idTokenUnsigned},
		{"oidcc-userinfo-get", core + "§5.3.1", userinfoGet},
		{"oidcc-userinfo-post-header", core + "§5.3.1", userinfoPostHeader},
		{"oidcc-userinfo-post-body", core + "§5.3.1, RFC 6750 §2.2", userinfoPostBody},
		{"oidcc-ensure-request-without-nonce-succeeds-for-code-flow", core + "§3.1.2.1", withoutNonce},
		{"oidcc-scope-profile", core + "§5.4", func(e *E) { e.scopes("profile") }},
		{"oidcc-scope-email", core + "§5.4", func(e *E) { e.scopes("email") }},
		{"oidcc-scope-address", core + "§5.4", func(e *E) { e.scopes("address") }},
		{"oidcc-scope-phone", core + "§5.4", func(e *E) { e.scopes("phone") }},
		{"oidcc-scope-all", core + "§5.4", func(e *E) { e.scopes("profile", "email", "address", "phone") }},
		{"oidcc-ensure-other-scope-order-succeeds", "RFC 6749 §3.3", otherScopeOrder},
		{"oidcc-display-page", core + "§3.1.2.1", with("display", "page")},
		{"oidcc-display-popup", core + "§3.1.2.1", with("display", "popup")},
		{"oidcc-prompt-login", core + "§3.1.2.1", promptLogin},
		{"oidcc-prompt-none-not-logged-in", core + "§3.1.2.6", promptNoneNotLoggedIn},
		{"oidcc-prompt-none-logged-in", core + "§3.1.2.1", promptNoneLoggedIn},
		{"oidcc-max-age-1", core + "§3.1.2.1", maxAge1},
		{"oidcc-max-age-10000", core + "§3.1.2.1", maxAge10000},
		{"oidcc-ensure-request-with-unknown-parameter-succeeds", "RFC 6749 §3.1", with("extra", "foobar")},
		{"oidcc-id-token-hint", core + "§3.1.2.1", idTokenHint},
		{"oidcc-login-hint", core + "§3.1.2.1", loginHint},
		{"oidcc-ui-locales", core + "§3.1.2.1", with("ui_locales", "se")},
		{"oidcc-claims-locales", core + "§5.2", with("claims_locales", "se")},
		{"oidcc-ensure-request-with-acr-values-succeeds", core + "§3.1.2.1", with("acr_values", "1 2")},
		{"oidcc-codereuse", "RFC 6749 §4.1.2", func(e *E) { e.codeReuse(0) }},
		{"oidcc-codereuse-30seconds", "RFC 6749 §4.1.2", func(e *E) { e.codeReuse(30 * time.Second) }},
		{"oidcc-ensure-registered-redirect-uri", "RFC 6749 §3.1.2.4", registeredRedirectURI},
		{"oidcc-ensure-post-request-succeeds", core + "§3.1.2.1", postRequest},
		{"oidcc-server-client-secret-post", core + "§9", func(e *E) { e.server(Post) }},
		{"oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", core + "§6.2", requestURI},
		{"oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", core + "§6.1", requestObject},
		{"oidcc-claims-essential", core + "§5.5", claimsEssential},
		{"oidcc-ensure-request-object-with-redirect-uri", core + "§6.1", requestObjectRedirect},
		{"oidcc-refresh-token", core + "§12, RFC 6749 §6", refreshToken},
		{"oidcc-ensure-request-with-valid-pkce-succeeds", "RFC 7636 §4.6", func(e *E) { e.signIn(Basic, "openid") }},
	}
}

// server is a whole sign-in with everything looked at.
func (e *E) server(role Role) {
	r := e.request(role, "openid email profile")
	tokens := e.redeemed(r, e.code(e.browser(), r))
	if !strings.EqualFold(tokens.get("token_type"), "Bearer") {
		e.errorf("token_type is %q", tokens.get("token_type"))
	}
	_, claims := e.idToken(tokens, r.client.ID)
	if claims["nonce"] != r.Get("nonce") {
		e.errorf("nonce is %v, want %s", claims["nonce"], r.Get("nonce"))
	}
	if info := e.userinfo(tokens.get("access_token")); info.status != http.StatusOK || info.get("sub") != claims["sub"] {
		e.errorf("userinfo: %d with sub %q, want %v", info.status, info.get("sub"), claims["sub"])
	}
}

func responseTypeMissing(e *E) {
	r := e.request(Basic, "openid")
	r.Del("response_type")
	e.refusedAtClient("response_type missing", e.visit(e.browser(), r, e.person()), r, "invalid_request", "unsupported_response_type")
}

func idTokenSignature(e *E) {
	header, _ := e.idToken(e.signIn(Basic, "openid"), e.target.Client(Basic).ID)
	if header["alg"] == "none" {
		e.errorf("the ID token is not signed")
	}
	kids := map[string]bool{}
	for _, k := range e.keys() {
		if k.D != "" {
			e.errorf("the key set holds a private key")
		}
		if k.KID == "" || kids[k.KID] {
			e.errorf("the key id %q is missing or there twice", k.KID)
		}
		kids[k.KID] = true
	}
}

// idTokenUnsigned wants none to be supported for those who registered it, or
// not at all; the clients here registered nothing of the kind.
func idTokenUnsigned(e *E) {
	if e.lists("id_token_signing_alg_values_supported", "none") {
		e.errorf("ID tokens without signature are offered to everybody")
	}
}

func userinfoGet(e *E) {
	tokens := e.signIn(Basic, "openid")
	e.sameSubject(tokens, e.userinfo(tokens.get("access_token")))
}

func userinfoPostHeader(e *E) {
	tokens := e.signIn(Basic, "openid")
	e.sameSubject(tokens, e.do(http.MethodPost, e.endpoint("userinfo_endpoint"), "", "Authorization", "Bearer "+tokens.get("access_token")))
}

func userinfoPostBody(e *E) {
	tokens := e.signIn(Basic, "openid")
	e.sameSubject(tokens, e.post(e.endpoint("userinfo_endpoint"), map[string][]string{"access_token": {tokens.get("access_token")}}))
}

func (e *E) sameSubject(tokens, info reply) {
	_, claims := e.idToken(tokens, e.target.Client(Basic).ID)
	if info.status != http.StatusOK || info.get("sub") == "" || info.get("sub") != claims["sub"] {
		e.errorf("userinfo: %d %s, want the sub %v", info.status, brief(info.text), claims["sub"])
	}
}

func withoutNonce(e *E) {
	r := e.request(Basic, "openid")
	r.Del("nonce")
	if _, claims := e.idToken(e.redeemed(r, e.code(e.browser(), r)), r.client.ID); claims["nonce"] != nil {
		e.errorf("the ID token has the nonce %v, and none was sent", claims["nonce"])
	}
}

// claimsOf are the claims of which one must be at userinfo if a scope is
// advertised and the user has anything of the kind.
var claimsOf = map[string][]string{
	"profile": {"name", "given_name", "family_name"}, "email": {"email"}, "address": {"address"}, "phone": {"phone_number"},
}

// scopes asks for scopes and wants what they stand for, or, where a scope is
// not advertised, that it is ignored (OpenID Connect Core §3.1.2.1).
func (e *E) scopes(scopes ...string) {
	tokens := e.signIn(Basic, "openid "+strings.Join(scopes, " "))
	info := e.userinfo(tokens.get("access_token"))
	if info.status != http.StatusOK {
		e.fatalf("userinfo: %d %s", info.status, brief(info.text))
	}
	for _, scope := range scopes {
		offered := e.lists("scopes_supported", scope)
		for _, claim := range claimsOf[scope] {
			if _, has := info.json[claim]; has != offered {
				e.errorf("userinfo has %s: %v; the scope %s is advertised: %v", claim, has, scope, offered)
			}
		}
		if got := strings.Fields(tokens.get("scope")); !offered && slices.Contains(got, scope) {
			e.errorf("the scope %s was granted and is not advertised", scope)
		}
	}
	for scope, claims := range claimsOf {
		for _, claim := range claims {
			if _, has := info.json[claim]; has && !slices.Contains(scopes, scope) {
				e.errorf("userinfo has %s, and the scope %s was not asked for", claim, scope)
			}
		}
	}
}

func otherScopeOrder(e *E) {
	tokens := e.signIn(Basic, "email openid")
	e.idToken(tokens, e.target.Client(Basic).ID)
}

// with signs in with one more parameter, which must not be in the way.
func with(name, value string) func(*E) {
	return func(e *E) {
		r := e.request(Basic, "openid")
		r.Set(name, value)
		e.idToken(e.redeemed(r, e.code(e.browser(), r)), r.client.ID)
	}
}

// again signs in a second time in the same browser, after change, and returns
// the claims of both ID tokens and what was seen the second time.
func (e *E) again(pause time.Duration, change func(r *request, first reply)) (before, after map[string]any, v *Visit) {
	b := e.browser()
	r := e.request(Basic, "openid")
	first := e.redeemed(r, e.code(b, r))
	_, before = e.idToken(first, r.client.ID)
	if pause > 0 {
		e.advance(pause)
	}
	r = e.request(Basic, "openid")
	change(r, first)
	v = e.visit(b, r, e.person())
	if v.Back == nil || v.Response.Get("code") == "" {
		e.fatalf("the second time: %d at %s, error %q", v.Page.Status, v.Page.URL.Path, v.Response.Get("error"))
	}
	_, after = e.idToken(e.redeemed(r, v.Response.Get("code")), r.client.ID)
	if before["sub"] != after["sub"] {
		e.errorf("sub was %v and is %v", before["sub"], after["sub"])
	}
	return before, after, v
}

func promptLogin(e *E) {
	before, after, v := e.again(2*time.Second, func(r *request, _ reply) { r.Set("prompt", "login"); r.Set("max_age", "10000") })
	if !v.Saw(LoginPage) {
		e.errorf("no login page for prompt=login")
	}
	if !later(before["auth_time"], after["auth_time"]) {
		e.errorf("auth_time was %v and is %v", before["auth_time"], after["auth_time"])
	}
}

// later says whether the second time is after the first, if there is a first.
func later(first, second any) bool {
	b, has := first.(float64)
	a, ok := second.(float64)
	return ok && (!has || a > b)
}

func promptNoneNotLoggedIn(e *E) {
	r := e.request(Basic, "openid")
	r.Set("prompt", "none")
	v := e.visit(e.browser(), r, e.person())
	if v.Back == nil {
		e.fatalf("no response to the client, but %d at %s", v.Page.Status, v.Page.URL.Path)
	}
	e.refusedAtClient("prompt=none", v, r, "login_required", "interaction_required", "account_selection_required")
}

func promptNoneLoggedIn(e *E) {
	_, _, v := e.again(0, func(r *request, _ reply) { r.Set("prompt", "none") })
	if len(v.Seen) != 0 {
		e.errorf("the %s page was shown in spite of prompt=none", v.Seen[0])
	}
}

func maxAge1(e *E) {
	before, after, v := e.again(2*time.Second, func(r *request, _ reply) { r.Set("max_age", "1") })
	if !v.Saw(LoginPage) {
		e.errorf("no login page, and the last was 2 s ago")
	}
	if !later(before["auth_time"], after["auth_time"]) {
		e.errorf("auth_time was %v and is %v", before["auth_time"], after["auth_time"])
	}
}

func maxAge10000(e *E) {
	_, after, v := e.again(0, func(r *request, _ reply) { r.Set("max_age", "10000") })
	if v.Saw(LoginPage) {
		e.errorf("the login page was shown again")
	}
	if _, has := after["auth_time"].(float64); !has {
		e.errorf("auth_time is %v, and max_age was sent", after["auth_time"])
	}
}

func idTokenHint(e *E) {
	e.again(0, func(r *request, first reply) {
		r.Set("prompt", "none")
		r.Set("id_token_hint", first.get("id_token"))
	})
}

func loginHint(e *E) {
	r := e.request(Basic, "openid")
	r.Set("login_hint", e.target.Users()[0])
	e.idToken(e.redeemed(r, e.code(e.browser(), r)), r.client.ID)
}

func (e *E) codeReuse(pause time.Duration) {
	r := e.request(Basic, "openid")
	code := e.code(e.browser(), r)
	e.redeemed(r, code)
	if pause > 0 {
		e.advance(pause)
	}
	e.refused("the code's second use", e.token(r.client, r.codeForm(code)), "invalid_grant")
}

func registeredRedirectURI(e *E) {
	r := e.request(Basic, "openid")
	r.Set("redirect_uri", WebRedirect+"/not-registered")
	e.notRedirected("an unregistered redirect_uri", e.visit(e.browser(), r, e.person()))
}

func postRequest(e *E) {
	r := e.request(Basic, "openid")
	first, err := http.NewRequestWithContext(e.ctx, http.MethodPost, e.endpoint("authorization_endpoint"), strings.NewReader(r.Encode()))
	if err != nil {
		e.fatalf("authorization request: %v", err)
	}
	first.Header.Set("Content-Type", formType)
	v := e.open(e.browser(), first, e.person(), WebRedirect)
	if v.Back == nil {
		e.fatalf("ended with %d at %s", v.Page.Status, v.Page.URL.Path)
	}
	e.idToken(e.redeemed(r, v.Response.Get("code")), r.client.ID)
}

func requestURI(e *E) {
	r := e.request(Basic, "openid")
	r.Set("request_uri", "https://client.example/request.jwt#1234")
	e.refusedAtClient("request_uri", e.visit(e.browser(), r, e.person()), r, "request_uri_not_supported", "invalid_request_uri", "invalid_request")
}

// unsigned is a request object with alg none.
func unsigned(r *request) string {
	claims := map[string]string{"iss": r.client.ID}
	for name := range r.Values {
		claims[name] = r.Get(name)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err) // a map of strings
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
}

func requestObject(e *E) {
	r := e.request(Basic, "openid")
	r.Set("request", unsigned(r))
	if e.lists("request_object_signing_alg_values_supported", "none") {
		e.redeemed(r, e.code(e.browser(), r))
		return
	}
	e.refusedAtClient("an unsigned request object", e.visit(e.browser(), r, e.person()), r, "request_not_supported", "invalid_request_object", "invalid_request")
}

func claimsEssential(e *E) {
	r := e.request(Basic, "openid")
	r.Set("claims", `{"userinfo":{"name":{"essential":true}}}`)
	info := e.userinfo(e.redeemed(r, e.code(e.browser(), r)).get("access_token"))
	supported, _ := e.metadata["claims_parameter_supported"].(bool)
	if _, has := info.json["name"]; info.status != http.StatusOK || has != supported {
		e.errorf("userinfo: %d, name there: %v; the claims parameter is advertised: %v", info.status, has, supported)
	}
}

// requestObjectRedirect wants a request object to be obeyed or refused, and
// its unregistered redirect_uri to get nothing in any case.
func requestObjectRedirect(e *E) {
	r := e.request(Basic, "openid")
	bent := *r
	bent.Values = map[string][]string{"client_id": {r.client.ID}, "redirect_uri": {WebRedirect + "/not-registered"}, "response_type": {"code"}, "scope": {"openid"}}
	r.Set("request", unsigned(&bent))
	v := e.visit(e.browser(), r, e.person())
	if v.Back != nil && strings.Contains(v.Back.Path, "not-registered") {
		e.errorf("sent to %s", v.Back)
	}
	if v.Response.Get("code") != "" || len(v.Seen) > 0 {
		e.errorf("the request object was ignored in silence")
	}
}

func refreshToken(e *E) {
	tokens := e.offline(Basic)
	c := e.target.Client(Basic)
	_, before := e.idToken(tokens, c.ID)
	second := e.token(c, refreshForm(tokens.get("refresh_token")))
	if second.status != http.StatusOK {
		e.fatalf("refresh: %d %s", second.status, brief(second.text))
	}
	if info := e.userinfo(second.get("access_token")); info.get("sub") != before["sub"] {
		e.errorf("userinfo after the refresh: %d %s", info.status, brief(info.text))
	}
	if second.get("access_token") == tokens.get("access_token") {
		e.errorf("the access token is the old one")
	}
	if second.get("id_token") == "" {
		return
	}
	_, after := e.idToken(second, c.ID)
	for _, name := range []string{"iss", "sub", "azp", "auth_time"} {
		if before[name] != after[name] {
			e.errorf("%s was %v and is %v (OpenID Connect Core §12.2)", name, before[name], after[name])
		}
	}
}
