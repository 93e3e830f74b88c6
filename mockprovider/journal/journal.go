// Package journal keeps what happened at a mock provider: one entry per
// request, with what was sent and answered, the sign-in it belongs to, the
// faults that bent it, and the check that refused it, if one did. A test
// asserts on it, waits for it, and prints it when it fails.
//
// What was sent and answered holds codes, tokens and secrets, which are none
// at a mock; Entry.Redacted leaves them out. All other fields, and the lines
// of String, hold none and can be shown to anybody.
package journal

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Limit is how many entries a Journal keeps; the oldest are dropped.
// MessageLimit is how many of them keep what was sent and answered.
const (
	Limit        = 10_000
	MessageLimit = 2_000
)

// Entry is one request and its outcome.
type Entry struct {
	// Seq counts the entries of a journal from 1.
	Seq int64 `json:"seq"`
	// Time is when the request was answered, by the provider's clock.
	Time time.Time `json:"time"`
	// Endpoint is authorize, login, consent, token, userinfo, people, picture,
	// revoke, discovery, jwks, journal, or "" for anything else.
	Endpoint string `json:"endpoint"`
	Method   string `json:"method"`
	// Path is the path without query, which could hold codes.
	Path string `json:"path"`
	// Status is the HTTP status that was sent, 0 if a fault let nothing be
	// sent.
	Status int `json:"status"`
	// GrantType is the grant type of a token request.
	GrantType string `json:"grant_type,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	// User is the subject that the request concerned.
	User string `json:"user,omitempty"`
	// SignIn names the sign-in that the request belongs to: "s1" is the first
	// authorization request and all that came of it. "" if none is known, as
	// for the discovery document.
	SignIn string `json:"sign_in,omitempty"`
	// Faults are the names of the faults that bent the response.
	Faults []string `json:"faults,omitempty"`
	// Error is the error code that the client got.
	Error string `json:"error,omitempty"`
	// RefusedBy names the check that refused.
	RefusedBy string `json:"refused_by,omitempty"`
	// Spec is the section that demands the check: "RFC 7636 §4.6".
	Spec string `json:"spec,omitempty"`
	// Expected and Got are what the check compared, where it compared two
	// values that are no secrets.
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// Detail says in words why the check refused.
	Detail string `json:"detail,omitempty"`
	// Request and Response are what was sent and answered; nil in all but the
	// newest entries, see MessageLimit.
	Request  *Message `json:"request,omitempty"`
	Response *Message `json:"response,omitempty"`
}

// String returns the entry as one line.
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %3d %-9s %s %s", e.Time.Format("15:04:05.000"), e.Status, e.Endpoint, e.Method, e.Path)
	for _, f := range []struct{ name, value string }{
		{"sign_in", e.SignIn}, {"grant_type", e.GrantType}, {"user", e.User}, {"fault", strings.Join(e.Faults, " ")},
		{"error", e.Error}, {"refused_by", e.RefusedBy}, {"spec", e.Spec}, {"detail", e.Detail},
	} {
		if f.value != "" {
			fmt.Fprintf(&b, " %s=%q", f.name, f.value)
		}
	}
	return b.String()
}

// Journal is a bounded list of entries. The zero value is ready; it is safe
// for concurrent use.
type Journal struct {
	mu sync.Mutex
	// ring holds the newest entries: that of number n stands at n % Limit.
	ring  []Entry
	kept  int // how many there are
	seq   int64
	added chan struct{} // closed and replaced at each Add
}

// Add appends an entry and wakes everybody who waits. Seq is set here.
func (j *Journal) Add(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	at := int(j.seq % Limit)
	for len(j.ring) <= at {
		j.ring = append(j.ring, Entry{}) // it grows with use, and then no more
	}
	j.ring[at] = e
	j.kept = min(j.kept+1, Limit)
	if j.kept > MessageLimit {
		old := &j.ring[(j.seq-MessageLimit)%Limit]
		old.Request, old.Response = nil, nil
	}
	if j.added != nil {
		close(j.added)
		j.added = nil
	}
}

// Entries returns a copy of the newest entries, at most Limit, oldest first.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.newest(j.kept)
}

// newest copies the newest n entries, oldest first. The caller holds the lock.
func (j *Journal) newest(n int) []Entry {
	if n <= 0 {
		return nil
	}
	out := make([]Entry, 0, n)
	for seq := j.seq - int64(n) + 1; seq <= j.seq; seq++ {
		out = append(out, j.ring[seq%Limit])
	}
	return out
}

// Match returns the entries for which match is true, oldest first.
func (j *Journal) Match(match func(Entry) bool) []Entry {
	var out []Entry
	for _, e := range j.Entries() {
		if match(e) {
			out = append(out, e)
		}
	}
	return out
}

// Clear forgets all entries. Seq goes on counting.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ring, j.kept = nil, 0
}

// WaitFor returns the first entry for which match is true, at once if it is
// there already. It returns an error wrapping ctx.Err() when ctx ends first.
func (j *Journal) WaitFor(ctx context.Context, match func(Entry) bool) (Entry, error) {
	var seen int64
	for {
		unseen, added := j.since(seen)
		for _, e := range unseen {
			seen = e.Seq
			if match(e) {
				return e, nil
			}
		}
		select {
		case <-added:
		case <-ctx.Done():
			return Entry{}, fmt.Errorf("waiting for a journal entry (%d so far): %w", seen, ctx.Err())
		}
	}
}

// since returns the entries after seq and a channel that is closed when there
// are more.
func (j *Journal) since(seq int64) ([]Entry, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.added == nil {
		j.added = make(chan struct{})
	}
	return j.newest(int(min(j.seq-seq, int64(j.kept)))), j.added
}

// String returns all entries, one per line.
func (j *Journal) String() string {
	var b strings.Builder
	for _, e := range j.Entries() {
		b.WriteString(e.String())
		b.WriteByte('\n')
	}
	return b.String()
}
