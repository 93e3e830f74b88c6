package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"app.latchkey/mockprovider/stage"
)

// Bounds of an engine. Faults of one sign-in, which the login page's menu
// makes, push out their oldest; others beyond the limit are refused.
const (
	maxActive = 256
	maxSignIn = 64
)

// Active is a fault that was added.
type Active struct {
	// ID names it for Remove: "f1".
	ID   string `json:"id"`
	Spec Spec   `json:"fault"`
	// Seen is how many requests it matched and Applied how many it bent.
	Seen    int `json:"seen"`
	Applied int `json:"applied"`
	// Spent says that it has applied as often as it was to.
	Spent bool `json:"spent,omitempty"`
}

// activeFault is an Active with what it needs to apply.
type activeFault struct {
	Active
	row    Row
	values values
	random *rand.Rand
}

// Engine holds the active faults of one provider. The zero value is ready; its
// methods are safe for concurrent use.
type Engine struct {
	// SameUser says whether a user named in a match is the one with that
	// subject; nil compares them.
	SameUser func(match, subject string) bool

	count  atomic.Int32 // of active, so that no faults cost nothing
	mu     sync.Mutex
	last   int
	active []*activeFault
	rogues rogues
}

// Add makes a fault active and returns its id. It is refused if the spec is
// wrong, or if it bends the same place as another fault for the same requests.
func (e *Engine) Add(s Spec) (string, error) {
	row, v, err := s.resolve()
	if err != nil {
		return "", err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if s.Match.SignIn != "" {
		e.dropOldestSignIn()
	}
	if len(e.active) >= maxActive {
		return "", fmt.Errorf("fault %q: there are %d active faults already", s.Name, maxActive)
	}
	for _, other := range e.active {
		if !other.Spent && collide(row, s, other.row, other.Spec) {
			return "", fmt.Errorf("fault %q bends the same place (%s) as %s, %q: remove that one, or let them match different requests",
				row.Name, row.Place, other.ID, other.Spec.Name)
		}
	}
	e.last++
	a := &activeFault{Active: Active{ID: "f" + strconv.Itoa(e.last), Spec: s}, row: row, values: v}
	a.random = rand.New(rand.NewPCG(s.Seed, 0))
	e.active = append(e.active, a)
	e.count.Store(int32(len(e.active)))
	return a.ID, nil
}

// dropOldestSignIn makes room for one more fault of a sign-in.
func (e *Engine) dropOldestSignIn() {
	n := 0
	for _, a := range e.active {
		if a.Spec.Match.SignIn != "" {
			n++
		}
	}
	if n < maxSignIn {
		return
	}
	i := slices.IndexFunc(e.active, func(a *activeFault) bool { return a.Spec.Match.SignIn != "" })
	e.active = slices.Delete(e.active, i, i+1)
}

// collide says whether two faults bend the same place of the same request.
func collide(row Row, s Spec, otherRow Row, other Spec) bool {
	if row.Place != otherRow.Place {
		return false
	}
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	grant, otherGrant := s.Match.Grant, other.Match.Grant
	if grant == "" {
		grant = row.Grant
	}
	if otherGrant == "" {
		otherGrant = otherRow.Grant
	}
	at, otherAt := s.endpoint(row), other.endpoint(otherRow)
	return !(differ(s.Match.Client, other.Match.Client) || differ(s.Match.User, other.Match.User) ||
		differ(s.Match.SignIn, other.Match.SignIn) || differ(grant, otherGrant) ||
		at != "any" && otherAt != "any" && differ(at, otherAt) ||
		s.Match.Nth > 0 && other.Match.Nth > 0 && s.Match.Nth != other.Match.Nth)
}

// Remove ends a fault. It says whether there was one with that id.
func (e *Engine) Remove(id string) bool {
	return e.remove(func(a *activeFault) bool { return a.ID == id }) > 0
}

// Clear ends all faults and returns how many there were.
func (e *Engine) Clear() int { return e.remove(func(*activeFault) bool { return true }) }

func (e *Engine) remove(match func(*activeFault) bool) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := len(e.active)
	e.active = slices.DeleteFunc(e.active, match)
	e.count.Store(int32(len(e.active)))
	return before - len(e.active)
}

// Active returns the active faults in the order in which they apply. Spent
// ones stay in the list until they are removed.
func (e *Engine) Active() []Active {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]Active, 0, len(e.active))
	for _, a := range e.active {
		out = append(out, a.Active)
	}
	return out
}

// Idle says whether there is no fault at all.
func (e *Engine) Idle() bool { return e.count.Load() == 0 }

// Apply bends an event by all faults that match it, and returns the names of
// those that did.
func (e *Engine) Apply(ev *stage.Event) []string {
	if e.Idle() {
		return nil
	}
	e.mu.Lock()
	active := slices.Clone(e.active)
	e.mu.Unlock()
	var applied []string
	for _, a := range active {
		b := &bend{Event: ev, values: a.values, engine: e}
		if also := a.row.also[ev.Stage]; also != nil {
			also(b)
			applied = append(applied, a.Spec.Name)
		}
		if a.row.Stage == ev.Stage && e.due(a, ev) {
			a.row.bend(b)
			applied = append(applied, a.Spec.Name)
		}
	}
	return applied
}

// due says whether a fault applies to an event, and counts it.
func (e *Engine) due(a *activeFault, ev *stage.Event) bool {
	if !e.matches(a, ev) {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	a.Seen++
	m := a.Spec.Match
	if a.Spent || m.Nth > 0 && a.Seen != m.Nth || a.Seen <= m.After || !a.lucky() {
		return false
	}
	a.Applied++
	a.Spent = a.Spec.Times > 0 && a.Applied >= int(a.Spec.Times) || m.Nth > 0
	return true
}

// lucky says whether chance lets the fault apply.
func (a *activeFault) lucky() bool {
	return a.Spec.Probability == 0 || a.random.Float64() < a.Spec.Probability
}

// matches says whether the event is one that the fault is for.
func (e *Engine) matches(a *activeFault, ev *stage.Event) bool {
	m, at := a.Spec.Match, a.Spec.endpoint(a.row)
	switch {
	case at != "" && at != "any" && at != ev.Endpoint, at == "any" && !slices.Contains(Endpoints(), ev.Endpoint):
		return false
	case a.row.Grant != "" && a.row.Grant != ev.GrantType, m.Grant != "" && m.Grant != ev.GrantType:
		return false
	case m.Client != "" && m.Client != ev.ClientID, m.SignIn != "" && m.SignIn != ev.SignIn:
		return false
	case m.User != "" && !e.sameUser(m.User, ev.User):
		return false
	}
	return a.row.when == nil || a.row.when(ev)
}

func (e *Engine) sameUser(match, subject string) bool {
	if e.SameUser != nil {
		return e.SameUser(match, subject)
	}
	return match == subject
}
