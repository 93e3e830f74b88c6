package rpcheck

import (
	"maps"
	"slices"

	"app.latchkey/mockprovider/fault"
)

// ruling is what is wanted of a client that meets a fault, and where.
type ruling struct {
	// want is the verdict; "" if the fault is not a client's matter, and why says so.
	want Want
	// why says why a fault is no client's matter, or why the verdict here is not
	// that of the fault's own row.
	why string
	// steps, second and slow are as in Case.
	steps        []Step
	second, slow bool
	// persona is who misbehaves, "plain" if empty.
	persona string
	// params, grant and endpoint narrow the fault; once ends it after one time.
	params          fault.Params
	grant, endpoint string
	once            bool
	// play is the script, nil for that of a Case.
	play script
}

// The kinds of rulings that are common.
var (
	refuse  = ruling{want: Refuse}
	accept  = ruling{want: Accept}
	either  = ruling{want: Either}
	renewal = []Step{Refresh}
	profile = []Step{Profile}
	// wait is for responses that are nobody's: a client that goes on waiting
	// gets a good one afterwards.
	wait = ruling{want: Refuse, second: true, once: true}

	refuseRefresh = ruling{want: Refuse, steps: renewal}
	eitherRefresh = ruling{want: Either, steps: renewal}
	acceptProfile = ruling{want: Accept, steps: profile}
	refuseProfile = ruling{want: Refuse, steps: profile}
	eitherProfile = ruling{want: Either, steps: profile}
	people        = ruling{want: Accept, steps: profile, persona: "google"}
	eitherPeople  = ruling{want: Either, steps: profile, persona: "google"}
	userAPI       = ruling{want: Accept, persona: "github"}
	refuseUserAPI = ruling{want: Refuse, persona: "github"}
	eitherUserAPI = ruling{want: Either, persona: "github"}
	// noPicture is for pictures that must not be shown, while all else goes on.
	noPicture = ruling{want: Refuse, steps: []Step{Profile, Picture}, play: showsNoPicture,
		why: "what must be accepted is the sign-in without the picture; the picture must not be"}
	keepsToken = ruling{want: Accept, steps: renewal, grant: "refresh_token"}
	cleanText  = ruling{want: Refuse, play: saysItClean}
)

// rulings has an entry for every fault of package fault.
var rulings = map[string]ruling{
	"discovery-issuer-wrong": refuse, "discovery-issuer-slash": refuse, "discovery-issuer-missing": refuse, "discovery-issuer-twice": refuse,
	"discovery-member-missing": refuse, "discovery-endpoint-insecure": refuse, "discovery-endpoint-script": refuse,
	"discovery-endpoint-query": accept, "discovery-pkce-plain-only": refuse, "discovery-pkce-none": refuse, "discovery-pkce-unlisted": accept,
	"discovery-alg-hs256-only": refuse, "discovery-alg-none": accept, "discovery-types-wrong": refuse, "discovery-unknown-members": accept,

	"jwks-empty": refuse, "jwks-keys-missing": refuse, "jwks-no-list": refuse, "jwks-unknown-only": refuse, "jwks-unknown-beside": accept,
	"jwks-symmetric-only": refuse, "jwks-other-key": refuse, "jwks-extra-key": accept, "jwks-same-kid-twice": either, "jwks-kid-missing": either,
	"jwks-alg-missing": accept, "jwks-use-enc": either, "jwks-key-broken": refuse,

	"request-state-lost": wait, "request-nonce-lost": refuse, "request-scope-narrowed": accept, "request-openid-lost": refuse,
	"request-offline-lost": accept, "request-challenge-replaced": refuse, "request-refused": refuse,

	"redirect-state-wrong": wait, "redirect-state-missing": wait, "redirect-state-twice": wait,
	"redirect-iss-wrong": refuse, "redirect-iss-empty": refuse, "redirect-iss-twice": wait, "redirect-iss-missing": accept, "redirect-iss-promised": refuse,
	"redirect-code-missing": refuse, "redirect-code-empty": refuse, "redirect-code-twice": wait, "redirect-code-foreign": refuse,
	"redirect-error": refuse, "redirect-error-hostile": cleanText, "redirect-error-and-code": refuse, "redirect-error-unasked": wait,
	"redirect-unknown-parameters": accept, "redirect-fragment": wait, "redirect-wrong-path": wait, "redirect-wrong-host": wait,
	"redirect-307": {want: Either, second: true, once: true}, "redirect-twice": {want: Accept, play: comesBackTwice},

	"token-access-missing": refuse, "token-access-empty": refuse, "token-access-type": refuse, "token-access-foreign": refuse,
	"token-access-hostile": refuse, "token-access-twice": either, "token-type-missing": refuse, "token-type-unknown": refuse, "token-type-case": accept,
	"token-expires-missing": accept, "token-expires-string": accept, "token-expires-float": either, "token-expires-zero": either,
	"token-expires-negative": refuse, "token-expires-huge": either, "token-scope-missing": accept, "token-scope-narrower": accept, "token-scope-list": either,
	"token-refresh-missing": keepsToken, "token-refresh-empty": keepsToken, "token-id-missing": refuse, "token-id-null": refuse,
	"token-unknown-members": accept, "token-error-200": refuse, "token-array": refuse, "token-null": refuse, "token-trailing": either, "token-bom": either,
	"token-deep": refuse, "token-cacheable": accept, "token-error": refuse, "token-secret-missing": refuse, "token-error-hostile": cleanText,
	"token-error-echo": cleanText,
	"pkce-ignored":     either,
	"secret-ignored":   {why: "the provider takes any secret; a client cannot see that and must not try"},

	"refresh-revoked": refuseRefresh, "refresh-rapt": refuseRefresh, "refresh-client-deleted": refuseRefresh, "refresh-error-unknown": refuseRefresh,
	"refresh-answer-lost": refuseRefresh, "refresh-id-missing": {want: Accept, steps: renewal}, "refresh-iss-wrong": refuseRefresh,
	"refresh-sub-wrong": refuseRefresh, "refresh-aud-wrong": refuseRefresh, "refresh-auth-time": eitherRefresh, "refresh-nonce-wrong": eitherRefresh,

	"id-token-kid-unknown": refuse, "id-token-kid-missing": accept, "id-token-kid-missing-two-keys": either, "id-token-kid-number": refuse,
	"id-token-typ-missing": accept, "id-token-typ-other": either, "id-token-crit": refuse, "id-token-unknown-header": accept,
	"id-token-iss-wrong": refuse, "id-token-iss-missing": refuse, "id-token-iss-slash": refuse, "id-token-iss-bare": refuse, "id-token-iss-twice": refuse,
	"id-token-sub-missing": refuse, "id-token-sub-empty": refuse, "id-token-sub-number": refuse, "id-token-sub-long": refuse, "id-token-sub-other": acceptProfile,
	"id-token-aud-wrong": refuse, "id-token-aud-missing": refuse, "id-token-aud-empty": refuse, "id-token-aud-list": accept, "id-token-aud-second": refuse,
	"id-token-azp-wrong": refuse, "id-token-azp-missing": accept, "id-token-exp-missing": refuse, "id-token-exp-past": refuse, "id-token-exp-just-past": either,
	"id-token-exp-string": refuse, "id-token-exp-float": accept, "id-token-iat-missing": refuse, "id-token-iat-future": refuse, "id-token-iat-past": refuse,
	"id-token-nbf-future": refuse, "id-token-nonce-wrong": refuse, "id-token-nonce-missing": refuse, "id-token-at-hash-wrong": refuse,
	"id-token-at-hash-empty": refuse, "id-token-at-hash-missing": accept, "id-token-auth-time-old": either, "id-token-email-verified-string": accept,
	"id-token-name-hostile": accept, "id-token-large": accept,
	"id-token-alg-none": refuse, "id-token-alg-none-case": refuse, "id-token-alg-null": refuse, "id-token-alg-missing": refuse, "id-token-alg-other": refuse,
	"id-token-hs256-public-key": refuse, "id-token-hs256-secret": refuse, "id-token-other-key": refuse, "id-token-key-inside": refuse,
	"id-token-key-elsewhere": refuse, "id-token-signature-missing": refuse, "id-token-signature-zero": refuse, "id-token-signature-wrong": refuse,
	"id-token-payload-changed": refuse, "id-token-not-a-jws": refuse, "id-token-five-parts": refuse, "id-token-padded": refuse,
	"id-token-payload-not-json": refuse, "id-token-key-rotated": {want: Accept, once: true},

	"userinfo-sub-other": refuseProfile, "userinfo-sub-missing": refuseProfile, "userinfo-sub-number": refuseProfile, "userinfo-email-missing": acceptProfile,
	"userinfo-email-unverified": acceptProfile, "userinfo-name-hostile": acceptProfile, "userinfo-types-wrong": eitherProfile,
	"userinfo-picture-file": noPicture, "userinfo-picture-lan": noPicture, "userinfo-jwt": refuseProfile,
	"userinfo-401": {want: Accept, steps: profile, once: true}, "userinfo-403": {want: Accept, steps: renewal, play: livesWithoutProfile},

	"people-disabled": people, "people-quota": {want: Accept, steps: renewal, persona: "google", play: livesWithoutProfile}, "people-other-person": eitherPeople, "people-fields-missing": people, "people-fields-null": people,
	"people-types-wrong": eitherPeople, "people-name-hostile": people, "people-photo-elsewhere": {want: Refuse, steps: []Step{Profile, Picture}, play: showsNoPicture, persona: "google",
		why: noPicture.why},

	"user-id-missing": refuseUserAPI, "user-id-zero": refuseUserAPI, "user-id-string": eitherUserAPI, "user-id-huge": eitherUserAPI,
	"user-login-changed": userAPI, "user-fields-null": userAPI, "user-name-hostile": userAPI, "user-picture-lan": {want: Refuse, steps: []Step{Profile, Picture},
		play: showsNoPicture, persona: "github", why: noPicture.why},

	"picture-page": noPicture, "picture-svg": noPicture, "picture-bomb": noPicture, "picture-cut": noPicture, "picture-empty": noPicture,
	"picture-missing": noPicture, "picture-elsewhere": noPicture,

	"latency": {want: Accept, params: fault.Params{"delay": "300ms"}}, "hang": {want: Refuse, slow: true}, "drop": refuse, "reset": refuse, "not-http": refuse,
	"http-429": refuse, "http-503": refuse, "http-500": refuse, "http-404": refuse, "http-status": refuse, "html": refuse, "html-error": refuse,
	"json-invalid": refuse, "huge-body": refuse, "gzip-bomb": refuse, "redirect-loop": refuse, "redirect-elsewhere": {want: Refuse, play: sendsNothingElsewhere}, "answer-lost": refuse,
	"cut-body": refuse, "dribble": {want: Accept, params: fault.Params{"bytes": 64, "delay": "10ms"}}, "empty-body": refuse, "content-type-wrong": either,
	"content-type-missing": either, "charset-utf16": refuse, "gzip-lie": refuse, "header-huge": either, "date-skew": accept, "unicode-escapes": accept,
}

// elsewhere are faults of the transport that are also met at other endpoints than
// the token endpoint.
var elsewhere = []string{"drop", "not-http", "http-503", "http-404", "html", "json-invalid", "huge-body", "gzip-bomb", "redirect-elsewhere", "cut-body",
	"empty-body", "charset-utf16", "gzip-lie"}

// endpoints are those other endpoints, and the steps that need their answer.
var endpoints = []struct {
	name  string
	steps []Step
}{{"discovery", nil}, {"jwks", nil}, {"userinfo", profile}}

// faultCases are the rows of the mock provider's table of faults.
func faultCases() []Case {
	var cases []Case
	for _, row := range fault.Rows() {
		r := rulings[row.Name]
		if r.want == "" {
			continue
		}
		cases = append(cases, r.asCase(row))
		if !slices.Contains(elsewhere, row.Name) {
			continue
		}
		for _, e := range endpoints {
			there := r
			there.endpoint, there.steps = e.name, e.steps
			cases = append(cases, there.asCase(row))
		}
	}
	return cases
}

// asCase makes the case of a fault.
func (r ruling) asCase(row fault.Row) Case {
	spec := fault.Spec{Name: row.Name, Params: maps.Clone(r.params), Match: fault.Match{Grant: r.grant, Endpoint: r.endpoint}}
	if r.once {
		spec.Times = fault.Once
	}
	c := Case{
		Name: "fault/" + row.Name, Kind: Fault, About: row.About, Want: r.want, Must: row.Must, Spec: row.Spec, Source: "mockprovider/fault",
		Persona: r.persona, Faults: []fault.Spec{spec}, Steps: r.steps, Second: r.second, Slow: r.slow,
	}
	if r.endpoint != "" {
		c.Name += " at " + r.endpoint
		c.About += ", at " + r.endpoint
	}
	if r.play != nil {
		c.Play = r.play(c)
	}
	return c
}

// NotClients returns the faults that are no client's matter, and why.
func NotClients() map[string]string {
	out := map[string]string{}
	for name, r := range rulings {
		if r.want == "" {
			out[name] = r.why
		}
	}
	return out
}
