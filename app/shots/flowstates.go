package main

import (
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth/flow"
)

// flowShots are the pictures of "How you signed in".
var flowShots = []shot{
	{name: "flow", documented: true, state: how(presenter.FlowExchange, nil)},
	{name: "flow-request", state: how(presenter.FlowRequest, nil)},
	{name: "flow-signin", state: how(presenter.FlowSignIn, nil)},
	{name: "flow-response", tabs: 11, state: how(presenter.FlowResponse, func(s *presenter.State) { s.Demo, s.Profile.Flow.CanTry = true, true })},
	{name: "flow-identity", state: how(presenter.FlowIdentity, nil)},
	{name: "flow-profile", state: how(presenter.FlowProfile, func(s *presenter.State) {
		s.Profile.Flow.Saved = &presenter.SavedView{Path: "/home/ada/Downloads/Latchkey sign-in 2026-11-22 14.02.html"}
	})},
	{name: "flow-failed", state: how(presenter.FlowIdentity, func(s *presenter.State) {
		v := s.Profile.Flow
		v.Steps[4].Failed, v.Steps[4].Problem = true, "id_token_nonce"
		v.Steps[4].Checks[2] = flow.Check{Name: "aud", Verdict: flow.Failed, Spec: "OpenID Connect Core §3.1.3.7(3)", Expected: "407408718192.apps.googleusercontent.com", Got: "another-client"}
		v.Steps[5] = presenter.FlowStep{ID: presenter.FlowProfile}
		v.Saved = &presenter.SavedView{Failed: true}
	})},
	{name: "flow-plain", state: how(presenter.FlowIdentity, func(s *presenter.State) {
		v := s.Profile.Flow
		v.Provider, s.Profile.Provider = "GitHub", "GitHub"
		v.Steps[4] = presenter.FlowStep{ID: presenter.FlowIdentity, Known: true, ToAPI: true, Host: "api.github.com", Took: 41 * time.Millisecond,
			Sent: []flow.Param{flow.Public("user_endpoint", "api.github.com"), flow.Hidden("access_token")},
			Checks: []flow.Check{{Name: "signature", Verdict: flow.Skipped, Spec: "RFC 6749: plain OAuth 2.0 signs nothing"},
				{Name: "id", Verdict: flow.Passed, Spec: "user API"}}}
	})},
	{name: "flow-old", state: how(presenter.FlowExchange, func(s *presenter.State) { s.Profile.Flow.PKCE = nil })},
	{name: "flow-none", state: how("", func(s *presenter.State) { s.Profile.Flow = &presenter.FlowView{} })},
	{name: "flow-code", documented: true, state: how(presenter.FlowExchange, stolenCode(presenter.TryRefused, "wrong_verifier"))},
	{name: "flow-code-bare", tabs: 10, state: how(presenter.FlowExchange, stolenCode(presenter.TryRefused, "without_pkce"))},
	{name: "flow-code-in", state: how(presenter.FlowExchange, stolenCode(presenter.TryTaken, "no_verifier"))},
	{name: "flow-code-running", state: how(presenter.FlowExchange, func(s *presenter.State) {
		stolenCode(presenter.TryRefused, "code_read")(s)
		s.Profile.Flow.Trial.Running, s.Profile.Flow.Trial.Tries = true, s.Profile.Flow.Trial.Tries[:1]
	})},
	{name: "flow-callback", documented: true, state: how(presenter.FlowResponse, forged("wrong_state"))},
	{name: "flow-callback-right", state: how(presenter.FlowResponse, forged("rightful"))},
}

// how is the tab, with the record of a sign-in.
func how(selected presenter.FlowID, edit func(*presenter.State)) presenter.State {
	return profile(func(s *presenter.State) {
		s.Profile.Tab, s.Profile.Flow = presenter.TabFlow, record(selected)
		if edit != nil {
			edit(s)
		}
	})
}

const (
	madeCode     = "4/0AbUR2VMeHxq0aQwExample"
	madeVerifier = "kX9fR2VMeHxq0aQ9mN2pExample"
	madeHash     = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// record is a sign-in as it is kept.
func record(selected presenter.FlowID) *presenter.FlowView {
	const core = "OpenID Connect Core "
	ok := func(name, spec string) flow.Check { return flow.Check{Name: name, Verdict: flow.Passed, Spec: spec} }
	code, challenge := flow.Masked("code", madeCode), flow.Masked("code_challenge", madeHash)
	client := flow.Public("client_id", "407408718192.apps.googleusercontent.com")
	redirect := flow.Public("redirect_uri", "http://127.0.0.1:41233/callback")
	state := flow.Masked("state", "Zk3Rr0aXwQe8mN2pExample")
	return &presenter.FlowView{
		When: now.Add(-52 * time.Minute), Provider: "Google", Issuer: "https://accounts.google.com", Selected: selected, CanSave: true,
		PKCE: &presenter.PKCEView{Code: code.Value, Verifier: flow.Masked("", madeVerifier).Value, Hash: challenge.Value,
			Sent: challenge.Value, Match: true, Spec: "RFC 7636 §4.6"},
		Steps: []presenter.FlowStep{
			{ID: presenter.FlowRequest, Known: true, Host: "accounts.google.com", Took: time.Millisecond,
				Sent: []flow.Param{flow.Public("authorization_endpoint", "https://accounts.google.com/o/oauth2/v2/auth"), client, challenge,
					flow.Public("code_challenge_method", "S256"), flow.Masked("nonce", "nflJ8mN2pZk3Rr0aExample"), redirect,
					flow.Public("response_type", "code"), flow.Public("scope", "openid email profile"), state},
				Checks: []flow.Check{ok("issuer", "OpenID Connect Discovery §4.3"), ok("S256", "RFC 7636 §4.2")}},
			{ID: presenter.FlowSignIn, Known: true, Host: "accounts.google.com", Took: 14 * time.Second},
			{ID: presenter.FlowResponse, Known: true, Host: "127.0.0.1:41233",
				Got:    []flow.Param{code, flow.Public("iss", "https://accounts.google.com"), state},
				Checks: []flow.Check{ok("state", "RFC 6749 §10.12"), ok("iss", "RFC 9207 §2.4")}},
			{ID: presenter.FlowExchange, Known: true, Host: "oauth2.googleapis.com", Took: 31 * time.Millisecond,
				Sent: []flow.Param{flow.Public("grant_type", "authorization_code"), code, redirect, flow.Masked("code_verifier", madeVerifier), client},
				Got: []flow.Param{flow.Hidden("access_token"), flow.Public("token_type", "Bearer"), flow.Public("expires_in", "1h0m0s"),
					flow.Hidden("refresh_token"), flow.Hidden("id_token")},
				Checks: []flow.Check{ok("code_challenge", "RFC 7636 §4.6"), ok("token_type", "RFC 6749 §5.1")}},
			{ID: presenter.FlowIdentity, Known: true, Took: 2 * time.Millisecond,
				Got: []flow.Param{flow.Public("alg", "RS256"), flow.Public("kid", "lTeJr953za25DAdx"), flow.Public("jwks_uri", "https://www.googleapis.com/oauth2/v3/certs")},
				Checks: []flow.Check{ok("signature", core+"§3.1.3.7(6)"), ok("iss", core+"§3.1.3.7(2)"), ok("aud", core+"§3.1.3.7(3)"),
					ok("second audience", core+"§3.1.3.7(3)"), {Name: "azp", Verdict: flow.Skipped, Spec: core + "§3.1.3.7(5)"}, ok("exp", core+"§3.1.3.7(9)"),
					ok("iat", core+"§2, §3.1.3.7(10)"), {Name: "nbf", Verdict: flow.Skipped, Spec: "RFC 7519 §4.1.5"}, ok("nonce", core+"§3.1.3.7(11)"), ok("at_hash", core+"§3.1.3.8")}},
			{ID: presenter.FlowProfile, Known: true, Host: "people.googleapis.com", Took: 24 * time.Millisecond,
				Sent:   []flow.Param{flow.Hidden("access_token"), flow.Public("userinfo_endpoint", "openidconnect.googleapis.com/v1/userinfo")},
				Got:    []flow.Param{flow.Public("userinfo_status", "200"), flow.Public("people_status", "200")},
				Checks: []flow.Check{ok("sub", core+"§5.3.2"), ok("resourceName", "People API, people.get")}},
		},
	}
}

// stolenCode is the demonstration of that name; outcome is that of the first try.
func stolenCode(outcome, selected string) func(*presenter.State) {
	code, client := flow.Masked("code", madeCode), flow.Public("client_id", "407408718192.apps.googleusercontent.com")
	grant := flow.Public("grant_type", "authorization_code")
	refused := func(why string) []flow.Param {
		return []flow.Param{flow.Public("error", "invalid_grant"), flow.Public("error_description", why)}
	}
	in := []flow.Param{flow.Hidden("access_token"), flow.Public("token_type", "Bearer"), flow.Hidden("id_token")}
	const at = "POST http://127.0.0.1:41000/token"
	tries := []presenter.Try{
		{ID: "code_read", Request: "GET http://127.0.0.1:9/callback", Outcome: presenter.TryReady, Sent: []flow.Param{code, flow.Masked("code_challenge", madeHash)}},
		{ID: "no_verifier", Request: at, Outcome: outcome, Status: 400, Took: time.Millisecond, Sent: []flow.Param{grant, code, client}, Got: refused("Missing code verifier.")},
	}
	if outcome == presenter.TryTaken {
		tries[1].Status, tries[1].Got = 200, in
	} else {
		tries = append(tries,
			presenter.Try{ID: "wrong_verifier", Request: at, Outcome: presenter.TryRefused, Status: 400, Took: time.Millisecond,
				Sent: []flow.Param{grant, code, client, flow.Masked("code_verifier", "Qm3xR2VMeHxq0aQ9mN2pExample")}, Got: refused("Invalid code verifier.")},
			presenter.Try{ID: "challenge", Request: at, Outcome: presenter.TryRefused, Status: 400, Took: time.Millisecond,
				Sent: []flow.Param{grant, code, client, flow.Masked("code_verifier", madeHash)}, Got: refused("Invalid code verifier.")})
	}
	tries = append(tries, presenter.Try{ID: "without_pkce", Request: "POST http://127.0.0.1:41000/t/without-pkce-1/token", Outcome: presenter.TryTaken, Status: 200,
		Took: 2 * time.Millisecond, Sent: []flow.Param{grant, code, client}, Got: in})
	return demo(presenter.TrialView{Kind: presenter.TrialCode, Selected: selected, Tries: tries})
}

func forged(selected string) func(*presenter.State) {
	v := presenter.TrialView{Kind: presenter.TrialCallback, Selected: selected}
	code, state, cookie := flow.Masked("code", madeCode), flow.Masked("state", "Zk3Rr0aXwQe8mN2pExample"), flow.Hidden("cookie")
	add := func(id, outcome string, status int, sent ...flow.Param) {
		v.Tries = append(v.Tries, presenter.Try{ID: id, Request: "GET http://127.0.0.1:35801/callback", Sent: sent, Status: status, Outcome: outcome,
			Honest: id == "rightful", Took: time.Duration(min(status, 1)) * time.Millisecond})
	}
	add("waiting", presenter.TryReady, 0, state, cookie)
	add("made_up", presenter.TryRefused, 400, code, flow.Masked("state", "b7TrR2VMeHxq0aQ9mN2pExample"))
	add("error", presenter.TryRefused, 400, flow.Public("error", "access_denied"))
	add("wrong_state", presenter.TryRefused, 400, code, flow.Masked("state", "Yh2vR2VMeHxq0aQ9mN2pExample"), cookie)
	add("no_cookie", presenter.TryRefused, 400, code, state)
	add("wrong_host", presenter.TryRefused, 421, code, state, flow.Public("Host", "rebound.example"), cookie)
	add("rightful", presenter.TryTaken, 303, code, state, cookie)
	return demo(v)
}

func demo(v presenter.TrialView) func(*presenter.State) {
	return func(s *presenter.State) {
		s.Demo, s.Profile.Flow.CanTry, s.Profile.Flow.Trial = true, true, &v
	}
}
