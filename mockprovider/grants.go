package mockprovider

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// Bounds of the state. What is dropped first is the oldest.
const (
	maxGrants       = 10_000
	maxInteractions = 1_000
	maxBrowsers     = 1_000
	// maxAccessTokens is how many access tokens one grant has.
	maxAccessTokens = 50
	// refreshUnused is how long a refresh token lives without being used.
	refreshUnused = 180 * 24 * time.Hour
	// sweepEvery is the number of new grants between two sweeps.
	sweepEvery = 4096
)

// state is everything that changes while the provider runs. It is guarded by
// Provider.mu.
type state struct {
	// secret authenticates refresh tokens, so that a spent one is recognised
	// without remembering each.
	secret       []byte
	grants       map[string]*grant // by id
	order        []string          // ids, oldest first; may name dropped ones
	codes        map[string]*grant // by code, also after it was redeemed
	access       map[string]*accessToken
	families     map[pair][]string // ids of grants with a refresh token, oldest first
	consents     map[pair][]string // scopes allowed before
	interactions map[string]*interaction
	browsers     map[string]*browser
	sinceSweep   int
}

// pair is a user (subject) and a client.
type pair struct{ user, client string }

// grant is what a user allowed a client in one sign-in, and the head of the
// family of all tokens that come of it. Ending it ends them all.
type grant struct {
	ID          string    `json:"id"`
	User        string    `json:"user"`
	Client      string    `json:"client"`
	Scopes      []string  `json:"scopes"`
	AuthTime    time.Time `json:"auth_time"`
	Nonce       string    `json:"nonce,omitempty"`
	RedirectURI string    `json:"redirect_uri,omitempty"`
	Challenge   string    `json:"challenge,omitempty"`
	Code        string    `json:"code"`
	CodeExpires time.Time `json:"code_expires"`
	CodeTaken   bool      `json:"code_taken"`
	// Refreshable grants have a refresh token. Generation is the number of the
	// one that is valid; all lower ones are spent.
	Refreshable    bool      `json:"refreshable"`
	Generation     uint32    `json:"generation"`
	RefreshExpires time.Time `json:"refresh_expires"`
	// RefreshUntil is when refreshing ends whatever happens; zero means never.
	RefreshUntil time.Time `json:"refresh_until,omitzero"`
	// AccessExpires is when the last access token ends.
	AccessExpires time.Time `json:"access_expires"`
	// tokens are the access tokens, oldest first; some may have expired.
	tokens []string
}

// accessToken is one access token of a grant.
type accessToken struct {
	Token   string    `json:"token"`
	Grant   string    `json:"grant"`
	Scopes  []string  `json:"scopes"`
	Expires time.Time `json:"expires"`
}

func newState() *state {
	s := &state{
		secret:       make([]byte, 32),
		grants:       map[string]*grant{},
		codes:        map[string]*grant{},
		access:       map[string]*accessToken{},
		families:     map[pair][]string{},
		consents:     map[pair][]string{},
		interactions: map[string]*interaction{},
		browsers:     map[string]*browser{},
	}
	rand.Read(s.secret)
	return s
}

// addGrant stores a new grant, sweeping now and then.
func (s *state) addGrant(g *grant, now time.Time) {
	if s.sinceSweep++; s.sinceSweep >= sweepEvery {
		s.sweep(now)
	}
	s.grants[g.ID] = g
	s.codes[g.Code] = g
	s.order = append(s.order, g.ID)
	for len(s.grants) > maxGrants {
		s.drop(s.grants[s.order[0]])
		s.order = s.order[1:]
	}
}

// drop ends a grant: its code and all its tokens are unknown from now on.
func (s *state) drop(g *grant) {
	if g == nil {
		return
	}
	delete(s.grants, g.ID)
	delete(s.codes, g.Code)
	for _, token := range g.tokens {
		delete(s.access, token)
	}
	g.tokens = nil
}

// dropAll ends the grants for which match is true and returns their number.
func (s *state) dropAll(match func(*grant) bool) int {
	n := 0
	for _, g := range s.grants {
		if match(g) {
			s.drop(g)
			n++
		}
	}
	return n
}

// capRefreshable notes a new family with a refresh token and drops the oldest
// ones of the same user and client beyond limit. 0: no limit.
func (s *state) capRefreshable(g *grant, limit int) {
	if limit <= 0 {
		return
	}
	key := pair{g.User, g.Client}
	own := append(s.families[key], g.ID)
	if len(own) > limit {
		own = slices.DeleteFunc(own, func(id string) bool { return s.grants[id] == nil })
	}
	for len(own) > limit {
		s.drop(s.grants[own[0]])
		own = own[1:]
	}
	s.families[key] = own
}

// sweep forgets what has expired.
func (s *state) sweep(now time.Time) {
	s.sinceSweep = 0
	s.dropAll(func(g *grant) bool { return g.expired(now) })
	for token, a := range s.access {
		if !now.Before(a.Expires) || s.grants[a.Grant] == nil {
			delete(s.access, token)
		}
	}
	for id, b := range s.browsers {
		if now.Sub(b.seen) > sessionLifetime {
			delete(s.browsers, id)
		}
	}
	for id, i := range s.interactions {
		if !now.Before(i.expires) {
			delete(s.interactions, id)
		}
	}
	gone := func(id string) bool { return s.grants[id] == nil }
	s.order = slices.DeleteFunc(s.order, gone)
	for key, own := range s.families {
		if own = slices.DeleteFunc(own, gone); len(own) == 0 {
			delete(s.families, key)
		} else {
			s.families[key] = own
		}
	}
}

// expired says whether nothing of the grant can be used any more. The code
// stays known until then, so that a replay is recognised.
func (g *grant) expired(now time.Time) bool {
	if g.Refreshable && g.CodeTaken && now.Before(g.RefreshExpires) {
		return false
	}
	return !now.Before(g.CodeExpires) && !now.Before(g.AccessExpires)
}

// findAccess returns the access token and its grant if both are alive.
func (s *state) findAccess(token string, now time.Time) (*accessToken, *grant) {
	a := s.access[token]
	if a == nil || !now.Before(a.Expires) {
		return nil, nil
	}
	g := s.grants[a.Grant]
	if g == nil {
		return nil, nil
	}
	return a, g
}

// addAccess makes an access token of a grant.
func (s *state) addAccess(g *grant, prefix string, scopes []string, expires time.Time) string {
	token := prefix + randomString(32)
	s.keepAccess(g, &accessToken{Token: token, Grant: g.ID, Scopes: scopes, Expires: expires})
	if expires.After(g.AccessExpires) {
		g.AccessExpires = expires
	}
	return token
}

// keepAccess stores an access token. Of a grant with many the oldest end: a
// client that refreshes all day does not use them.
func (s *state) keepAccess(g *grant, a *accessToken) {
	s.access[a.Token] = a
	g.tokens = append(g.tokens, a.Token)
	for len(g.tokens) > maxAccessTokens {
		delete(s.access, g.tokens[0])
		g.tokens = g.tokens[1:]
	}
}

// A refresh token is the grant's id, the generation and a MAC over both: a
// spent token is recognised as ours for as long as its family lives, at the
// cost of one number per family.

// refreshToken returns the grant's valid refresh token.
func (s *state) refreshToken(g *grant, prefix string) string {
	body := binary.BigEndian.AppendUint32([]byte(g.ID), g.Generation)
	return prefix + base64.RawURLEncoding.EncodeToString(append(body, s.mac(body)...))
}

// findRefresh returns the grant and the generation of a refresh token, and nil
// if it is not ours or the family has ended.
func (s *state) findRefresh(token, prefix string) (*grant, uint32) {
	token, ok := strings.CutPrefix(token, prefix)
	if !ok {
		return nil, 0
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < 4+sha256.Size {
		return nil, 0
	}
	body, sum := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(sum, s.mac(body)) {
		return nil, 0
	}
	return s.grants[string(body[:len(body)-4])], binary.BigEndian.Uint32(body[len(body)-4:])
}

func (s *state) mac(body []byte) []byte {
	m := hmac.New(sha256.New, s.secret)
	m.Write(body)
	return m.Sum(nil)
}

// dropOldest drops the entries with the earliest times: a quarter of all at
// once, so that a full map does not cost a walk through it at each addition.
func dropOldest[V any](m map[string]V, at func(V) time.Time) {
	type entry struct {
		key string
		at  int64
	}
	entries := make([]entry, 0, len(m))
	for key, v := range m {
		entries = append(entries, entry{key, at(v).UnixNano()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	for _, e := range entries[:(len(entries)+3)/4] {
		delete(m, e.key)
	}
}
