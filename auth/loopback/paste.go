package loopback

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
)

// What is wrong with an address that was pasted. None of them ends the wait.
var (
	ErrNotAddress  = errors.New("this is no web address")
	ErrElsewhere   = errors.New("this is not an address of this sign-in's redirect URI")
	ErrNoResponse  = errors.New("this address holds neither a code nor an error")
	ErrOtherSignIn = errors.New("this address is of another sign-in")
)

// maxAddress is how many bytes a pasted address may have.
const maxAddress = 64 << 10

// Paste takes the address that a browser on another computer was sent to and
// could not open: the redirect URI with the response's parameters. It ends the
// wait as a request to the receiver does, and the state is compared the same.
//
// There is no cookie: that browser has never opened a start link. So the
// binding of the attempt to one browser is given up for this one way, which
// therefore must not be reachable from outside: it is a method that the
// program's own window calls, never a request. What remains is that the person
// could be talked into pasting the response of somebody else's sign-in; it
// would have to carry this attempt's state, which nobody was told but the
// browser that the person gave the link to.
//
// The errors are those above, ErrAnswered, ErrClosed and ErrNotArmed.
func (r *Receiver) Paste(address string) error {
	params, err := r.pasted(address)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case isClosed(r.answered):
		return ErrAnswered
	case isClosed(r.told), isClosed(r.done):
		return ErrClosed
	case !r.armed:
		return ErrNotArmed
	case !same(r.attempt.State, params.Get("state")):
		return ErrOtherSignIn
	}
	r.answer, r.byHand = params, true
	close(r.answered)
	return nil
}

// Pasted reports whether the response came through Paste.
func (r *Receiver) Pasted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byHand
}

// pasted reads the parameters of a pasted address.
func (r *Receiver) pasted(address string) (url.Values, error) {
	if len(address) > maxAddress {
		return nil, ErrNotAddress
	}
	address = strings.Map(func(c rune) rune { // terminals and mail programs break long lines
		if unicode.IsSpace(c) || unicode.IsControl(c) {
			return -1
		}
		return c
	}, address)
	address = strings.Trim(address, `"'<>`)
	if !strings.Contains(address, "://") { // browsers show, and some copy, an address without it
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, ErrNotAddress
	}
	params, err := parameters(u.RawQuery)
	switch {
	case u.User != nil || u.Scheme+"://"+u.Host+u.EscapedPath() != r.redirectURI:
		return nil, ErrElsewhere
	case err != nil: // broken, or a parameter twice
		return nil, ErrNotAddress
	case !params.Has("code") && !params.Has("error"):
		return nil, ErrNoResponse
	}
	return params, nil
}
