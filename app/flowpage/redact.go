package flowpage

import (
	"slices"
	"strings"

	"app.latchkey/auth/flow"
)

// secrets are masked whatever the record says of them.
var secrets = []string{"code", "code_verifier", "code_challenge", "state", "nonce", "access_token", "refresh_token", "id_token",
	"client_secret", "cookie", "ticket", "device_code", "assertion"}

// personal is what tells who signed in.
var personal = []string{"login_hint", "id_token_hint", "hd", "sub", "id", "resourceName", "email"}

// shroud is what package flow puts in the place of a secret.
var shroud = flow.Hidden("").Value

// redactParams returns parameters that are safe to give away.
func redactParams(params []flow.Param) []flow.Param {
	out := make([]flow.Param, 0, len(params))
	for _, p := range params {
		name := flow.Public("", p.Name).Value
		switch {
		case slices.Contains(personal, name):
			p = flow.Hidden(name)
		case p.Secret || slices.Contains(secrets, name):
			p = flow.Param{Name: name, Value: masked(p.Value), Secret: true}
		default:
			p = flow.Public(name, p.Value)
		}
		out = append(out, p)
	}
	return out
}

// masked leaves of a value what flow.Masked leaves, also of one that is masked
// already.
func masked(value string) string {
	begin, _, found := strings.Cut(value, shroud)
	if found && len([]rune(begin)) <= 4 {
		return flow.Public("", begin).Value + shroud
	}
	return flow.Masked("", value).Value
}

// redactChecks returns checks that are safe to give away.
func redactChecks(checks []flow.Check) []flow.Check {
	out := make([]flow.Check, 0, len(checks))
	for _, c := range checks {
		name := flow.Public("", c.Name).Value
		hide := func(v string) string {
			switch {
			case slices.Contains(personal, name):
				return ""
			case slices.Contains(secrets, name):
				return strings.TrimPrefix(masked(v), shroud) // nothing, where nothing of it may be told
			}
			return flow.Public("", v).Value
		}
		out = append(out, flow.Check{Name: name, Verdict: c.Verdict, Spec: flow.Public("", c.Spec).Value, Expected: hide(c.Expected), Got: hide(c.Got)})
	}
	return out
}
