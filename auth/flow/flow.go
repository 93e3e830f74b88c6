// Package flow is the record of one sign-in: what was sent to whom, what came
// back, what was checked, and how long it took.
//
// It is written by auth and resources while a person signs in, read by the
// presenter to draw the steps, and kept (redacted) with the account, so that
// "How you signed in" can be shown later from what really happened. It is a
// leaf: it imports nothing of Latchkey's.
//
//	recorder := flow.NewRecorder("Google", "https://accounts.google.com", nil, func(s flow.Step) { … })
//	step := recorder.Start(flow.KindToken, flow.RoleClient, flow.RoleAuthorizationServer)
//	step.Params(flow.Public("grant_type", "authorization_code"), flow.Masked("code", code))
//	step.Done() // or step.Fail("token_invalid_grant")
//	record := recorder.Flow()
//
// A Flow never holds a secret. Values that could be used by whoever reads them
// are masked when the Param is made ([Masked], [Hidden]), not when it is shown.
// What others wrote goes through the Recorder's [Veil] besides, since servers
// echo what they were sent.
package flow

import "time"

// Role is one of the four roles of RFC 6749 §1.1.
type Role string

// The four roles. The browser is the user's own hand: both are RoleUser.
const (
	RoleUser                Role = "user"
	RoleClient              Role = "client"
	RoleAuthorizationServer Role = "authorization_server"
	RoleResourceServer      Role = "resource_server"
)

// Kind says which step of a sign-in a Step is. Kinds are stable: they are
// stored and are keys of the translations.
type Kind string

// The steps in their order.
const (
	KindMetadata      Kind = "metadata"      // discovery document read and checked, or taken from the cache
	KindStore         Kind = "store"         // the place for secrets is ready
	KindListen        Kind = "listen"        // the redirect receiver listens
	KindRequest       Kind = "request"       // the authorization request, with all its parameters
	KindOpenBrowser   Kind = "open_browser"  // the system is asked to show the link that leads to it
	KindAuthorization Kind = "authorization" // the user signs in and allows; the response comes back
	KindToken         Kind = "token"         // code and code verifier are exchanged for tokens
	KindIdentity      Kind = "identity"      // the ID token is checked
	KindCommit        Kind = "commit"        // the refresh token is stored and read back
	KindProfile       Kind = "profile"       // the access token opens the profile
	KindPicture       Kind = "picture"       // the profile's picture is fetched, without the token
)

// Status is how far a Step is.
type Status string

// A Step starts as Running and ends as Done or Failed.
const (
	StatusRunning Status = "running"
	StatusDone    Status = "done"
	StatusFailed  Status = "failed"
)

// Verdict is the outcome of a Check.
type Verdict string

// Skipped means that the rule did not apply (an optional claim was absent).
const (
	Passed  Verdict = "passed"
	Failed  Verdict = "failed"
	Skipped Verdict = "skipped"
)

// Flow is the whole record. The zero value is an empty flow.
type Flow struct {
	Provider string    `json:"provider"` // the provider's display name
	Issuer   string    `json:"issuer"`
	Started  time.Time `json:"started"`
	Steps    []Step    `json:"steps"`
}

// Step is one thing that happened between two roles.
type Step struct {
	Kind    Kind          `json:"kind"`
	From    Role          `json:"from"`
	To      Role          `json:"to"`
	Status  Status        `json:"status"`
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"took_ns"` // zero while Running
	Params  []Param       `json:"params,omitempty"`
	Checks  []Check       `json:"checks,omitempty"`
	Problem string        `json:"problem,omitempty"` // stable code of the Problem when Failed
}

// Check is one rule that was applied to something received.
type Check struct {
	Name     string  `json:"name"` // stable: "state", "nonce", "at_hash", …
	Verdict  Verdict `json:"verdict"`
	Spec     string  `json:"spec"` // "RFC 7636 §4.6"
	Expected string  `json:"expected,omitempty"`
	Got      string  `json:"got,omitempty"`
}

// Param is one parameter of a request or response. Value is safe to show.
type Param struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Secret bool   `json:"secret,omitempty"` // Value is masked
}

// visible is how much of a masked value stays readable: enough to recognise
// it in two places, far too little to use it (the values have 32 random bytes).
const visible = 4

// Public returns a Param whose value may be shown whole. Long values are cut
// to 200 characters, since they may come from a remote party.
func Public(name, value string) Param {
	return Param{Name: name, Value: clip(value, 200)}
}

// Masked returns a Param of which only the first four characters are kept,
// for one-time values: code, code verifier, state, nonce.
func Masked(name, value string) Param {
	r := []rune(value)
	if len(r) < 4*visible {
		return Hidden(name)
	}
	return Param{Name: name, Value: string(r[:visible]) + shroud, Secret: true}
}

// Hidden returns a Param of which nothing is kept: tokens, client secrets.
func Hidden(name string) Param {
	return Param{Name: name, Value: shroud, Secret: true}
}

func clip(s string, n int) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r < ' ' || (r >= 0x7f && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			continue
		}
		out = append(out, r)
		if len(out) == n {
			return string(out) + "…"
		}
	}
	return string(out)
}
