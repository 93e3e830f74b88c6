package fault

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"app.latchkey/mockprovider/stage"
)

// Spec makes a fault active. Its zero fields mean: default parameters, all
// requests, always.
type Spec struct {
	// Name is the row's name.
	Name string `json:"name" toml:"name"`
	// Params are the row's parameters that differ from their defaults.
	Params Params `json:"params,omitempty" toml:"params"`
	// Match says which requests it applies to.
	Match Match `json:"match,omitzero" toml:"match"`
	// Times is how often it applies.
	Times Times `json:"times,omitempty" toml:"times"`
	// Probability is the part of the matching requests to which it applies, by
	// a random generator that Seed starts. 0 means 1: all of them.
	Probability float64 `json:"probability,omitempty" toml:"probability"`
	Seed        uint64  `json:"seed,omitempty" toml:"seed"`
}

// Params are parameters by name: strings, numbers or booleans.
type Params map[string]any

// Match says which requests a fault applies to. Empty fields match all; the
// tenant is the one that the fault was added to.
type Match struct {
	// Client is a client_id.
	Client string `json:"client,omitempty" toml:"client"`
	// User is a user's subject, key or e-mail address.
	User string `json:"user,omitempty" toml:"user"`
	// Grant is a grant type: authorization_code or refresh_token.
	Grant string `json:"grant,omitempty" toml:"grant"`
	// Endpoint moves a fault of the transport to another endpoint; "any" is
	// all of them.
	Endpoint string `json:"endpoint,omitempty" toml:"endpoint"`
	// SignIn is a sign-in's id in the journal.
	SignIn string `json:"sign_in,omitempty" toml:"sign_in"`
	// Nth is the number of the only request, of those that match otherwise,
	// that it applies to, from 1.
	Nth int `json:"nth,omitempty" toml:"nth"`
	// After is how many matching requests pass before it applies.
	After int `json:"after,omitempty" toml:"after"`
}

// Times is how often a fault applies: Always, Once or a number.
type Times int

const (
	// Always never ends.
	Always Times = 0
	// Once ends after the first time.
	Once Times = 1
)

// parseTimes reads "always", "once" or a number.
func parseTimes(s string) (Times, error) {
	switch s {
	case "always":
		return Always, nil
	case "once":
		return Once, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("times %q: want once, always or a number from 1", clip(s))
	}
	return Times(n), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Times) UnmarshalJSON(data []byte) (err error) {
	*t, err = parseTimes(strings.Trim(string(data), `"`))
	return err
}

// UnmarshalTOML takes "once", "always" or a number from a configuration file.
func (t *Times) UnmarshalTOML(value any) (err error) {
	*t, err = parseTimes(fmt.Sprint(value))
	return err
}

// UnmarshalJSON implements json.Unmarshaler. Unknown members are errors that
// name the nearest one there is.
func (s *Spec) UnmarshalJSON(data []byte) error {
	type plain Spec
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("a fault is a JSON object: %w", err)
	}
	if err := knownMembers("", members, specMembers); err != nil {
		return err
	}
	if raw, ok := members["match"]; ok {
		var match map[string]json.RawMessage
		if err := json.Unmarshal(raw, &match); err != nil {
			return fmt.Errorf("match: %w", err)
		}
		if err := knownMembers("match.", match, matchMembers); err != nil {
			return err
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode((*plain)(s))
}

var (
	specMembers  = []string{"name", "params", "match", "times", "probability", "seed"}
	matchMembers = []string{"client", "user", "grant", "endpoint", "sign_in", "nth", "after"}
)

func knownMembers(prefix string, got map[string]json.RawMessage, want []string) error {
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if !slices.Contains(want, name) {
			return fmt.Errorf("unknown member %q: did you mean %q?", prefix+clip(name), prefix+nearest(name, want))
		}
	}
	return nil
}

// Check says what is wrong with the spec, nil if nothing is.
func (s Spec) Check() error {
	_, _, err := s.resolve()
	return err
}

// Mistake is what is wrong with a Spec, and where.
type Mistake struct {
	// Field is the member as in JSON: "name", "params.delay", "match.user".
	Field string
	// Err says what is wrong.
	Err error
}

// Error implements error.
func (m *Mistake) Error() string { return m.Err.Error() }

// Unwrap returns what is wrong.
func (m *Mistake) Unwrap() error { return m.Err }

func mistakef(field, format string, args ...any) *Mistake {
	return &Mistake{field, fmt.Errorf(format, args...)}
}

// resolve finds the row and the values of all its parameters. Its errors are
// Mistakes.
func (s Spec) resolve() (Row, values, error) {
	row, err := ByName(s.Name)
	if err != nil {
		return Row{}, nil, &Mistake{"name", err}
	}
	v, wrong := s.values(row)
	if wrong == nil {
		wrong = s.checkMatch(row)
	}
	if wrong != nil {
		return Row{}, nil, mistakef(wrong.Field, "fault %q: %w", row.Name, wrong.Err)
	}
	return row, v, nil
}

// values are parameters in their Go types.
type values map[string]any

func (s Spec) values(row Row) (values, *Mistake) {
	known := make([]string, 0, len(row.Params))
	out := values{}
	for _, p := range row.Params {
		known = append(known, p.Name)
		text := p.Default
		if given, ok := s.Params[p.Name]; ok {
			text = fmt.Sprint(given)
		}
		if len(text) > maxText {
			return nil, mistakef("params."+p.Name, "parameter %q is longer than %d bytes", p.Name, maxText)
		}
		v, err := p.parse(text)
		if err != nil {
			return nil, &Mistake{"params." + p.Name, err}
		}
		out[p.Name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		if _, ok := out[name]; ok {
			continue
		}
		if len(known) == 0 {
			return nil, mistakef("params."+name, "unknown parameter %q: it has none", clip(name))
		}
		return nil, mistakef("params."+name, "unknown parameter %q: did you mean %q?", clip(name), nearest(name, known))
	}
	return out, nil
}

// checkMatch refuses what could never apply.
func (s Spec) checkMatch(row Row) *Mistake {
	m, at := s.Match, s.endpoint(row)
	nobodys := at == "discovery" || at == "jwks"
	switch {
	case m.Endpoint != "" && m.Endpoint != "any" && !slices.Contains(Endpoints(), m.Endpoint):
		return mistakef("match.endpoint", "unknown endpoint %q: did you mean %q?", clip(m.Endpoint), nearest(m.Endpoint, Endpoints()))
	case m.Endpoint != "" && !row.Movable() && m.Endpoint != row.Endpoint:
		return mistakef("match.endpoint", "it bends at %s only, not at %q", row.Endpoint, m.Endpoint)
	case m.Grant != "" && m.Grant != "authorization_code" && m.Grant != "refresh_token":
		return mistakef("match.grant", "grant %q: want authorization_code or refresh_token", clip(m.Grant))
	case m.Grant != "" && row.Grant != "" && m.Grant != row.Grant:
		return mistakef("match.grant", "it bends the grant %s only, not %s", row.Grant, m.Grant)
	case m.Grant != "" && at != "token" && at != "any" && at != "":
		return mistakef("match.grant", "only token requests have a grant, and it bends at %s", at)
	case m.Client != "" && nobodys:
		return mistakef("match.client", "nobody knows the client at %s, so that it would never apply", at)
	case m.User != "" && (nobodys || row.Stage == stage.AuthorizeRequest):
		return mistakef("match.user", "nobody knows the user at %s yet, so that it would never apply", at)
	case m.Nth < 0 || m.After < 0:
		return mistakef("match.nth", "nth and after count from 1")
	case m.Nth > 0 && m.After > 0:
		return mistakef("match.nth", "nth and after exclude each other")
	case m.SignIn != "" && !row.InSignIn():
		return mistakef("match.sign_in", "what it bends belongs to no sign-in")
	case s.Times < 0:
		return mistakef("times", "times %d: want 0 for always, or a number from 1", s.Times)
	case !(s.Probability >= 0 && s.Probability <= 1):
		return mistakef("probability", "probability %v is not between 0 and 1", s.Probability)
	}
	return nil
}

// Endpoints lists the endpoints at which faults bend, named as in the journal.
func Endpoints() []string {
	return []string{
		"discovery", "jwks", "authorize", "login", "consent", "token", "userinfo", "people", "user", "emails", "picture",
		"revoke", "introspect", "tokeninfo", "end_session",
	}
}

// endpoint is where the fault bends: "any" for everywhere.
func (s Spec) endpoint(row Row) string {
	if s.Match.Endpoint != "" {
		return s.Match.Endpoint
	}
	return row.Endpoint
}

// String writes the spec as ParseFlag reads it.
func (s Spec) String() string {
	var parts []string
	add := func(name string, value any) { parts = append(parts, name+"="+quote(fmt.Sprint(value))) }
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		add(name, s.Params[name])
	}
	for _, f := range []struct{ name, value string }{
		{"client", s.Match.Client}, {"user", s.Match.User}, {"grant", s.Match.Grant},
		{"endpoint", s.Match.Endpoint}, {"sign_in", s.Match.SignIn},
	} {
		if f.value != "" {
			add(f.name, f.value)
		}
	}
	for _, f := range []struct {
		name  string
		value int
	}{{"nth", s.Match.Nth}, {"after", s.Match.After}, {"times", int(s.Times)}} {
		if f.value != 0 {
			add(f.name, f.value)
		}
	}
	if s.Probability != 0 {
		add("probability", s.Probability)
	}
	if s.Seed != 0 {
		add("seed", s.Seed)
	}
	if len(parts) == 0 {
		return s.Name
	}
	return s.Name + ":" + strings.Join(parts, ",")
}
