package mockprovider

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"app.latchkey/mockprovider/journal"
)

// trail follows sign-ins: from an authorization request through the pages to
// the code, and from there to all tokens. It only watches; what may be used is
// for state to say. A code or token that was revoked is still followed.
type trail struct {
	mu   sync.Mutex
	last int
	// Two generations: when the new one is full it becomes the old one. What
	// is forgotten that way is not followed any more, and nothing else.
	recent, older map[string]step
}

// step is what is known of an interaction, a code or a token.
type step struct{ signIn, client, user string }

// trailLimit is how many steps a generation holds.
const trailLimit = 8_192

// begin names a new sign-in.
func (t *trail) begin() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	return "s" + strconv.Itoa(t.last)
}

// link notes that key (an interaction, a code, a token) belongs to a sign-in.
func (t *trail) link(key string, s step) {
	if key == "" || s.signIn == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.recent == nil {
		t.recent, t.older = map[string]step{}, map[string]step{}
	}
	if len(t.recent) >= trailLimit {
		t.older, t.recent = t.recent, t.older
		clear(t.recent) // it keeps its room, so that it does not grow anew
	}
	t.recent[key] = s
}

func (t *trail) find(key string) step {
	if key == "" {
		return step{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, ok := t.recent[key]; ok {
		return s
	}
	return t.older[key]
}

// readBody reads the request's body, at most what the endpoint would; again, if
// it is said that somebody else wants to read it too.
func (x *exchange) readBody(again bool) {
	if x.r.Method != http.MethodPost {
		return
	}
	// One byte more than is announced, so that the end is seen at once.
	b := make([]byte, 0, min(max(x.r.ContentLength, 0), maxBodyBytes)+1)
	for {
		n, err := x.r.Body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil {
			if err != io.EOF {
				x.bodyErr = err
			}
			break
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
	x.body = b
	if again {
		x.r.Body = io.NopCloser(bytes.NewReader(b))
	}
}

// sent returns a parameter of the request, whether it came in the address or
// in the body. What cannot be read is for the endpoint to refuse.
func (x *exchange) sent(name string) string {
	q, _ := x.query()
	if value := q.get(name); value != "" || len(x.body) == 0 {
		return value
	}
	f, _ := x.form()
	return f.get(name)
}

// allSent returns all parameters of the request, those of the address first.
func (x *exchange) allSent() *Params {
	out := &Params{}
	q, _ := x.query()
	f, _ := x.form()
	for _, list := range [][]Param{q.list, f.list} {
		for _, param := range list {
			out.Add(param.Name, param.Value)
		}
	}
	return out
}

// follow finds out which sign-in a request belongs to, before it is checked.
func (p *Provider) follow(x *exchange) {
	var key string
	switch x.entry.Endpoint {
	case "authorize":
		x.entry.SignIn = p.trail.begin()
		return
	case "login", "consent":
		key = x.sent("i")
	case "token":
		x.entry.GrantType, x.entry.ClientID = clip(x.sent("grant_type"), 50), clip(x.sent("client_id"), 100)
		if key = x.sent("code"); key == "" {
			key = x.sent("refresh_token")
		}
	case "revoke", "introspect", "tokeninfo":
		for _, name := range []string{"token", "access_token", "id_token"} {
			if key == "" {
				key = tokenKey(x.sent(name))
			}
		}
	case "end_session":
		key = tokenKey(x.sent("id_token_hint"))
	case "userinfo", "people", "user", "emails":
		_, key, _ = strings.Cut(x.r.Header.Get("Authorization"), " ")
		if key == "" {
			key = x.sent("access_token")
		}
	}
	s := p.trail.find(key)
	x.entry.SignIn, x.entry.User = s.signIn, s.user
	if s.client != "" {
		x.entry.ClientID = s.client
	}
}

// tokenKey is what a token is known by on the trail: an ID token by its
// signature, for it is long.
func tokenKey(token string) string {
	if strings.Count(token, ".") == 2 && len(token) > 200 {
		return token[strings.LastIndexByte(token, '.')+1:]
	}
	return token
}

// watch notes what a response gives away, before faults bend it.
func (p *Provider) watch(x *exchange, e *Event) {
	here := step{x.entry.SignIn, x.entry.ClientID, x.entry.User}
	switch e.Stage {
	case StageRedirect:
		p.trail.link(e.Params.Get("code"), here)
	case StageToken:
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			if token, ok := e.Object.Get(name).(string); ok {
				p.trail.link(tokenKey(token), here)
			}
		}
	}
}

// keepMessages puts into the entry what was sent and answered.
func (x *exchange) keepMessages() {
	x.entry.Request = journal.NewMessage(x.r.URL.RawQuery, x.r.Header, x.body, len(x.body))
	x.entry.Response = journal.NewMessage("", x.w.Header(), x.w.kept, x.w.size)
}
