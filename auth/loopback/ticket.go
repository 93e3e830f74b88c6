package loopback

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
)

// A ticket is one start link. Whoever opens it first gets its cookie, and with
// it the right to deliver the response.
//
// A ticket opened a second time, without its cookie, is void: two browsers have
// seen one link, so one of them is not the user's, and there is no telling
// which. The other one may be a program of another user of this computer that
// read the link in the list of processes. Had it been faster than the user's
// browser, it would hold the cookie and could deliver a response for an account
// of its own, so that the user would work, unknowingly, in somebody else's
// account (RFC 8252 §8.9, RFC 9700 §4.7). The moment the user's own browser
// arrives, that is over.
//
// The price is that such a program, arriving second, can spoil the attempt. It
// could do so anyhow by arriving first, or by filling the port with
// connections; and what it costs the user is one press on "Open again", which
// makes a new ticket. Not voiding would cost the account: a nuisance against a
// break-in, so it fails closed. Other tickets of the attempt are not touched,
// and once a response was accepted there is nothing left to protect.
//
// What stays: a program that reads the link, is faster than the browser, and is
// through with the provider before the browser arrives at all. Its account
// would then be shown in the window; the user's browser says that the link was
// already used.
type ticket struct {
	cookie string // empty until the link is opened for the first time
	void   bool
}

// cookieLife is how many seconds a browser keeps the cookie: longer than any
// attempt, so that it need not be exact.
const cookieLife = 3600

// secretBytes is how long every random value is: tickets, cookies, paths.
const secretBytes = 32

// random returns n random bytes in base64url. crypto/rand.Read never fails.
func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// tickets are the start links of one attempt. They are found by their hash, so
// that the time a look-up takes says nothing about the value. The receiver's
// lock guards them.
type tickets struct {
	name   string // the cookie's name, of this attempt alone: other programs set cookies for 127.0.0.1 too
	byHash map[[sha256.Size]byte]*ticket
}

func newTickets() *tickets {
	return &tickets{name: "latchkey_" + random(9), byHash: map[[sha256.Size]byte]*ticket{}}
}

// issue makes a ticket and returns its value.
func (t *tickets) issue() string {
	value := random(secretBytes)
	t.byHash[sha256.Sum256([]byte(value))] = &ticket{}
	return value
}

// entry is what becomes of somebody who opens a start link.
type entry int

const (
	unknown  entry = iota // no such link was made
	admitted              // first here, or the same browser again
	turnedAway
)

// open admits the first browser and whoever shows its cookie, and returns the
// cookie's value. Everybody else is turned away and the ticket is void.
func (t *tickets) open(value string, shown []*http.Cookie) (entry, string) {
	k := t.byHash[sha256.Sum256([]byte(value))]
	if k == nil {
		return unknown, ""
	}
	if k.cookie == "" {
		k.cookie = random(secretBytes)
		return admitted, k.cookie
	}
	if !k.void {
		for _, c := range shown {
			if same(k.cookie, c.Value) {
				return admitted, k.cookie
			}
		}
	}
	k.void = true
	return turnedAway, ""
}

// known says whether one of the cookies was given out in this attempt and is
// not void.
func (t *tickets) known(shown []*http.Cookie) bool {
	found := false
	for _, c := range shown {
		for _, k := range t.byHash {
			if same(k.cookie, c.Value) && !k.void {
				found = true
			}
		}
	}
	return found
}

// set gives the attempt's cookie for one path. Lax, not Strict: the browser
// comes back to the callback by a navigation from the provider's site. It
// carries no Secure, which browsers do not agree on for http://127.0.0.1.
func (t *tickets) set(w http.ResponseWriter, value, path string) {
	http.SetCookie(w, &http.Cookie{Name: t.name, Value: value, Path: path, MaxAge: cookieLife,
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// clear takes the attempt's cookie for one path away again.
func (t *tickets) clear(w http.ResponseWriter, path string) {
	http.SetCookie(w, &http.Cookie{Name: t.name, Path: path, MaxAge: -1,
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
}
