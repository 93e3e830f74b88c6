package rpcheck

import (
	"net/url"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/persona"
)

// The plans of the OpenID conformance suite from which modules are taken.
const (
	basicPlan    = "oidcc-client-basic-certification-test-plan"
	configPlan   = "oidcc-client-config-certification-test-plan"
	refreshPlan  = "oidcc-client-refreshtoken-test-plan"
	logoutPlan   = "oidcc-client-rp-initiated-logout-rp-basic-certification-test-plan"
	formPostPlan = "oidcc-client-formpost-basic-certification-test-plan"
	testPlan     = "oidcc-client-test-plan"
	fapi2Plan    = "fapi2-security-profile-final-client-test-plan"
	fapi1Plan    = "fapi1-advanced-final-client-test-plan"
)

const (
	core       = "OpenID Connect Core "
	idChecks   = core + "§3.1.3.7"
	endSession = "OpenID Connect RP-Initiated Logout §2, §3"
)

// module is a row of moduleTable.
type module struct {
	plan, name string
	want       Want
	spec       string
	faults     []fault.Spec
	options    []mockprovider.Option
	steps      []Step
	second     bool
	play       script
	about      string
	change     func(*Setup)
}

// by is one fault of the mock.
func by(name string) []fault.Spec { return []fault.Spec{{Name: name}} }

// once is a fault of one response; the browser's second is right.
func once(name string) []fault.Spec { return []fault.Spec{{Name: name, Times: fault.Once}} }

// signs makes the provider sign by an algorithm.
func signs(algorithm string) []mockprovider.Option {
	return []mockprovider.Option{mockprovider.WithSigning(algorithm)}
}

// confidential registers the client with a secret that is to be sent by HTTP Basic
// authentication, and says so in the discovery document.
func confidential() []mockprovider.Option {
	client := persona.Plain().Client
	client.Secret = "a secret with odd characters: &=%+/"
	return []mockprovider.Option{
		mockprovider.WithClients(client),
		mockprovider.WithHook(mockprovider.StageDiscovery, func(e *mockprovider.Event) {
			e.Object.Set("token_endpoint_auth_methods_supported", []string{"client_secret_basic"})
		}),
	}
}

func formPost(s *Setup) { s.FormPost = true }

func fapi2(name string) string { return "fapi2-security-profile-final-client-test-" + name }
func fapi1(name string) string { return "fapi1-advanced-final-client-test-" + name }
func oidcc(name string) string { return "oidcc-client-test-" + name }

// basicModules are those of the Basic RP plan.
func basicModules() []module {
	return []module{
		{plan: basicPlan, name: "oidcc-client-test", want: Accept, spec: core + "§3.1", steps: profile, about: "nothing: sign-in and profile"},
		{plan: basicPlan, name: oidcc("invalid-iss"), want: Refuse, spec: idChecks, faults: by("id-token-iss-wrong")},
		{plan: basicPlan, name: oidcc("missing-sub"), want: Refuse, spec: core + "§2", faults: by("id-token-sub-missing")},
		{plan: basicPlan, name: oidcc("invalid-aud"), want: Refuse, spec: idChecks, faults: by("id-token-aud-wrong")},
		{plan: basicPlan, name: oidcc("missing-iat"), want: Refuse, spec: core + "§2", faults: by("id-token-iat-missing")},
		{plan: basicPlan, name: oidcc("kid-absent-single-jwks"), want: Accept, spec: core + "§10.1", faults: by("id-token-kid-missing"), options: signs(mockprovider.RS256)},
		{plan: basicPlan, name: oidcc("kid-absent-multiple-jwks"), want: Either, spec: core + "§10.1", faults: by("id-token-kid-missing-two-keys"), options: signs(mockprovider.RS256)},
		{plan: basicPlan, name: oidcc("idtoken-sig-rs256"), want: Accept, spec: idChecks, options: signs(mockprovider.RS256), about: "nothing: the ID token is signed by RS256"},
		{plan: basicPlan, name: oidcc("idtoken-sig-none"), want: Refuse, spec: idChecks + ", RFC 8725 §3.1", faults: by("id-token-alg-none")},
		{plan: basicPlan, name: oidcc("invalid-sig-rs256"), want: Refuse, spec: idChecks, faults: by("id-token-signature-wrong"), options: signs(mockprovider.RS256)},
		{plan: basicPlan, name: oidcc("userinfo-invalid-sub"), want: Refuse, spec: core + "§5.3.2", faults: by("userinfo-sub-other"), steps: profile},
		{plan: basicPlan, name: oidcc("nonce-invalid"), want: Refuse, spec: idChecks, faults: by("id-token-nonce-wrong")},
		{plan: basicPlan, name: oidcc("scope-userinfo-claims"), want: Accept, spec: core + "§5.4", steps: profile, about: "nothing: the claims of the scopes are at userinfo"},
		{plan: basicPlan, name: oidcc("client-secret-basic"), want: Accept, spec: "RFC 6749 §2.3.1", options: confidential(), play: asksByBasic,
			about: "the token endpoint takes the secret by HTTP Basic authentication only", change: func(s *Setup) { s.BasicAuth = true }},
	}
}

// sessionModules are those of the plans for configuration, refresh and logout.
func sessionModules() []module {
	return []module{
		{plan: configPlan, name: oidcc("discovery-openid-config"), want: Accept, spec: "OpenID Connect Discovery §4", about: "nothing: everything is found by discovery"},
		{plan: configPlan, name: oidcc("discovery-jwks-uri-keys"), want: Accept, spec: core + "§10.1.1", faults: by("jwks-extra-key")},
		{plan: configPlan, name: oidcc("discovery-issuer-mismatch"), want: Refuse, spec: "OpenID Connect Discovery §4.3", faults: by("discovery-issuer-wrong")},
		{plan: configPlan, name: oidcc("signing-key-rotation-just-before-signing"), want: Accept, spec: core + "§10.1.1", faults: once("id-token-key-rotated")},
		{plan: configPlan, name: oidcc("signing-key-rotation"), want: Accept, spec: core + "§10.1.1", steps: renewal, play: rotatesBetween,
			about: "the provider changes its key between two ID tokens"},

		{plan: refreshPlan, name: oidcc("refresh-token"), want: Accept, spec: core + "§12", steps: renewal, about: "nothing: a refresh"},
		{plan: refreshPlan, name: oidcc("refresh-token-invalid-issuer"), want: Refuse, spec: core + "§12.2", faults: by("refresh-iss-wrong"), steps: renewal},
		{plan: refreshPlan, name: oidcc("refresh-token-invalid-sub"), want: Refuse, spec: core + "§12.2", faults: by("refresh-sub-wrong"), steps: renewal},

		{plan: logoutPlan, name: oidcc("rp-init-logout"), want: Accept, spec: endSession, steps: []Step{EndSession}, about: "nothing: the provider's session is ended in the browser"},
		{plan: logoutPlan, name: oidcc("rp-init-logout-other-state"), want: Refuse, spec: endSession, steps: []Step{EndSession},
			play: logsOut(func(q url.Values) { q.Set("state", "somebody-elses-state") }), about: "the browser returns from the logout with another state"},
		{plan: logoutPlan, name: oidcc("rp-init-logout-no-state"), want: Refuse, spec: endSession, steps: []Step{EndSession},
			play: logsOut(func(q url.Values) { q.Del("state") }), about: "the browser returns from the logout without the state"},
	}
}

// otherModules are single modules of further plans.
func otherModules() []module {
	const authResponse = "RFC 9207 §2.4, RFC 9700 §4.4"
	const state = "RFC 6749 §10.12, RFC 9700 §4.7"
	return []module{
		{plan: formPostPlan, name: oidcc("form-post-error"), want: Refuse, spec: "OAuth 2.0 Form Post Response Mode §2", faults: by("redirect-error"), change: formPost},
		{plan: testPlan, name: oidcc("missing-aud"), want: Refuse, spec: core + "§2", faults: by("id-token-aud-missing")},
		{plan: testPlan, name: oidcc("invalid-sig-es256"), want: Refuse, spec: idChecks, faults: by("id-token-signature-wrong")},
		{plan: testPlan, name: oidcc("invalid-sig-hs256"), want: Refuse, spec: idChecks + ", RFC 8725 §3.1", faults: by("id-token-hs256-secret"), options: confidential()[:1]},
		{plan: testPlan, name: oidcc("invalid-athash"), want: Refuse, spec: core + "§3.1.3.8", faults: by("id-token-at-hash-wrong")},
		{plan: testPlan, name: oidcc("userinfo-bearer-header"), want: Accept, spec: "RFC 6750 §2.1, §2.3", steps: profile, play: sendsBearerHeader,
			about: "nothing: userinfo takes the access token in the header only"},
		{plan: testPlan, name: oidcc("userinfo-signed"), want: Refuse, spec: core + "§5.3.2", faults: by("userinfo-jwt"), steps: profile},

		{plan: fapi2Plan, name: fapi2("happy-path-no-dpop-nonce"), want: Accept, spec: core + "§3.1", steps: []Step{Profile, Refresh}, about: "nothing: a provider that wants no DPoP nonce"},
		{plan: fapi2Plan, name: fapi2("remove-authorization-response-iss"), want: Refuse, spec: authResponse, faults: by("redirect-iss-promised")},
		{plan: fapi2Plan, name: fapi2("invalid-authorization-response-iss"), want: Refuse, spec: authResponse, faults: by("redirect-iss-wrong")},
		{plan: fapi2Plan, name: fapi2("ensure-authorization-response-with-invalid-state-fails"), want: Refuse, spec: state, faults: once("redirect-state-wrong"), second: true},
		{plan: fapi2Plan, name: fapi2("ensure-authorization-response-with-invalid-missing-state-fails"), want: Refuse, spec: state, faults: once("redirect-state-missing"), second: true},
		{plan: fapi2Plan, name: fapi2("invalid-secondary-aud"), want: Refuse, spec: idChecks, faults: by("id-token-aud-second")},
		{plan: fapi2Plan, name: fapi2("invalid-null-alg"), want: Refuse, spec: "RFC 7515 §4.1.1", faults: by("id-token-alg-null")},
		{plan: fapi2Plan, name: fapi2("invalid-alternate-alg"), want: Refuse, spec: idChecks + ", RFC 8725 §3.1", faults: by("id-token-alg-other")},
		{plan: fapi2Plan, name: fapi2("invalid-expired-exp"), want: Refuse, spec: idChecks, faults: by("id-token-exp-past")},
		{plan: fapi2Plan, name: fapi2("invalid-missing-exp"), want: Refuse, spec: core + "§2", faults: by("id-token-exp-missing")},
		{plan: fapi2Plan, name: fapi2("invalid-missing-iss"), want: Refuse, spec: core + "§2", faults: by("id-token-iss-missing")},
		{plan: fapi2Plan, name: fapi2("invalid-missing-aud"), want: Refuse, spec: core + "§2", faults: by("id-token-aud-missing")},
		{plan: fapi2Plan, name: fapi2("invalid-missing-nonce"), want: Refuse, spec: idChecks, faults: by("id-token-nonce-missing")},
		{plan: fapi1Plan, name: fapi1("iat-is-week-in-past"), want: Refuse, spec: idChecks, faults: by("id-token-iat-past")},
		{plan: fapi2Plan, name: fapi2("token-type-case-insensitivity"), want: Accept, spec: "RFC 6749 §5.1", faults: by("token-type-case"), steps: profile},
		{plan: fapi2Plan, name: fapi2("token-endpoint-response-without-expires_in"), want: Accept, spec: "RFC 6749 §5.1", faults: by("token-expires-missing"), steps: profile},
		{plan: fapi1Plan, name: fapi1("no-scope-in-token-endpoint-response"), want: Accept, spec: "RFC 6749 §5.1", faults: by("token-scope-missing"), steps: profile},
	}
}

// formPostModules are those of the Basic plan with response_mode=form_post, which
// is what the form-post plan consists of.
func formPostModules() []module {
	modules := basicModules()
	for i, m := range modules {
		change := m.change
		modules[i].change = func(s *Setup) {
			if change != nil {
				change(s)
			}
			formPost(s)
		}
		modules[i].plan, modules[i].name = formPostPlan, m.name+" (form_post)"
	}
	return modules
}

// moduleCases are the modules of the OpenID conformance suite.
func moduleCases() []Case {
	var cases []Case
	for _, list := range [][]module{basicModules(), sessionModules(), otherModules(), formPostModules()} {
		for _, m := range list {
			c := Case{
				Name: m.name, Kind: Module, About: m.about, Want: m.want, Spec: m.spec, Source: m.plan,
				Options: m.options, Faults: m.faults, Change: m.change, Steps: m.steps, Second: m.second,
			}
			if len(m.faults) > 0 {
				if row, err := fault.ByName(m.faults[0].Name); err == nil {
					c.About, c.Must = row.About, row.Must
				}
			}
			if m.play != nil {
				c.Play = m.play(c)
			}
			cases = append(cases, c)
		}
	}
	return cases
}
