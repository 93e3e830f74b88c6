package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"app.latchkey/mockprovider/stage"
)

// Verdict is what a correct client makes of a fault.
type Verdict string

const (
	// Refuse: the sign-in, refresh or profile that meets the fault must fail.
	Refuse Verdict = "refuse"
	// Accept: odd but legal, or no reason to give up; the client must go on.
	Accept Verdict = "accept"
	// Either: the specifications leave it to the client.
	Either Verdict = "either"
)

// Row is one fault of the table.
type Row struct {
	// Name is the fault's name: lower-case words joined by hyphens.
	Name string
	// Stage is where it bends.
	Stage stage.Stage
	// Endpoint is the endpoint at which it bends. A row of the stages
	// transport and wire bends there unless the Spec's match names another
	// endpoint; all other rows bend there only. "" is any.
	Endpoint string
	// Grant is the grant type of the only token requests that it bends, "" for
	// all.
	Grant string
	// Place says what is bent: "claim iss", "answer". Two faults on one place
	// exclude each other.
	Place string
	// Params are what can be chosen.
	Params []Param
	// About says in a line what the fault does.
	About string
	// Client is what a correct client makes of it, and Must says it in words.
	Client Verdict
	Must   string
	// Spec is the section that demands it, "" if none does.
	Spec string
	// Suite names the module of the OpenID conformance suite that has the same
	// case, "" if none does.
	Suite string

	// when, if it is set, says whether there is something to bend.
	when func(*stage.Event) bool
	bend func(*bend)
	// also bends at other stages for as long as the fault is active, whatever
	// it matches: a published key cannot know who will need it.
	also map[stage.Stage]func(*bend)
}

// Movable says whether the Spec's match may name another endpoint.
func (r Row) Movable() bool { return r.Stage == stage.Transport || r.Stage == stage.Wire }

// InSignIn says whether the fault can be limited to one sign-in: what it bends
// is asked for in the name of somebody.
func (r Row) InSignIn() bool {
	return r.Place != "keys" && !slices.Contains([]stage.Stage{stage.Discovery, stage.JWKS, stage.AuthorizeRequest, stage.Picture}, r.Stage) && r.also == nil
}

// Type is the type of a parameter.
type Type string

// The types of parameters, and how their values are written.
const (
	Text     Type = "text"
	Int      Type = "int"      // 42
	Duration Type = "duration" // 1m30s; may be negative
)

// Param is a parameter of a row.
type Param struct {
	Name    string
	Type    Type
	Default string
	About   string
}

// parse checks a value and returns it in its Go type.
func (p Param) parse(value string) (any, error) {
	var v any = value
	var err error
	switch p.Type {
	case Int:
		v, err = strconv.Atoi(value)
	case Duration:
		v, err = time.ParseDuration(value)
	}
	if err != nil {
		return nil, fmt.Errorf("parameter %q: %q is no %s", p.Name, clip(value), p.Type)
	}
	if n, ok := v.(int); ok && (n < 0 || n > maxInt) {
		return nil, fmt.Errorf("parameter %q: %d is not between 0 and %d", p.Name, n, maxInt)
	}
	if d, ok := v.(time.Duration); ok && d.Abs() > maxDuration {
		return nil, fmt.Errorf("parameter %q: %v is more than %v", p.Name, d, maxDuration)
	}
	return v, nil
}

// Bounds of parameters, so that nobody bends the machine instead.
const (
	maxInt      = 64 << 20
	maxDuration = 10 * 365 * 24 * time.Hour
	maxText     = 4096
)

// clip shortens what is quoted in an error.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// table is all rows in the order of the documentation.
var table = slices.Concat(discoveryRows, jwksRows, requestRows, redirectRows, tokenRows, refreshRows,
	headerRows, claimRows, compactRows, userinfoRows, profileRows, userRows, pictureRows, transportRows)

// Rows returns the table.
func Rows() []Row { return slices.Clone(table) }

// ByName returns a row. The error names the nearest one there is.
func ByName(name string) (Row, error) {
	for _, r := range table {
		if r.Name == name {
			return r, nil
		}
	}
	return Row{}, fmt.Errorf("unknown fault %q: did you mean %q?", clip(name), nearest(name, names()))
}

func names() []string {
	out := make([]string, 0, len(table))
	for _, r := range table {
		out = append(out, r.Name)
	}
	return out
}

// nearest returns the candidate that takes the fewest changes to become name.
// A candidate that holds all of name's words is nearer than any typing error.
func nearest(name string, candidates []string) string {
	name = strings.ToLower(clip(name))
	best, least := "", 0
	for _, c := range candidates {
		d := 2 * distance(name, c)
		words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
		if len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(c, w) }) {
			d = max(1, d/4)
		}
		if best == "" || d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// Nearest returns that candidate which name was most likely meant to be.
func Nearest(name string, candidates []string) string { return nearest(name, candidates) }

// Description is a row as the control API tells it.
type Description struct {
	Name     string      `json:"name"`
	Stage    stage.Stage `json:"stage"`
	Endpoint string      `json:"endpoint,omitempty"`
	Grant    string      `json:"grant,omitempty"`
	Params   []ParamInfo `json:"params,omitempty"`
	About    string      `json:"about"`
	Client   Verdict     `json:"client"`
	Must     string      `json:"must"`
	Spec     string      `json:"spec,omitempty"`
	Suite    string      `json:"suite,omitempty"`
}

// ParamInfo is a parameter as the control API tells it.
type ParamInfo struct {
	Name    string `json:"name"`
	Type    Type   `json:"type"`
	Default string `json:"default"`
	About   string `json:"about"`
}

// Descriptions returns the table in a form for JSON.
func Descriptions() []Description {
	out := make([]Description, 0, len(table))
	for _, r := range table {
		d := Description{r.Name, r.Stage, r.Endpoint, r.Grant, nil, r.About, r.Client, r.Must, r.Spec, r.Suite}
		for _, p := range r.Params {
			d.Params = append(d.Params, ParamInfo(p))
		}
		out = append(out, d)
	}
	return out
}
