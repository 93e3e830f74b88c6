package auth

import (
	"errors"
	"net/url"

	"app.latchkey/auth/loopback"
)

// Where the browser is on another computer (the program runs over SSH, in a
// container, in WSL without a bridge), it can open neither the start link nor
// the redirect URI: both are on this computer's loopback address. Then the
// person opens RemoteLink there, signs in, and brings the address of the page
// that can't be shown back by hand.

// RemoteLink is the authorization request itself, for a browser on another
// computer. Unlike [Attempt.Link] it holds state, nonce and code challenge, so
// give it out only when the person asks for it. It works any number of times,
// and its response comes back through [Attempt.Paste] alone: the receiver does
// not take it, since no browser that opened this link has the attempt's cookie.
func (a *Attempt) RemoteLink() (Secret, error) {
	if _, err := a.Link(); err != nil { // the same conditions: over, or answered
		return Secret{}, err
	}
	u, err := url.Parse(a.request.url.Reveal())
	if err != nil {
		return Secret{}, problem(PhaseBrowser, CodeInternal, NextRetry, errors.New("the authorization request is no address"))
	}
	// A response by POST leaves no address that could be copied.
	q := u.Query()
	q.Del("response_mode")
	u.RawQuery = q.Encode()
	return NewSecret(u.String()), nil
}

// Paste takes the address at which a browser on another computer ended. The
// state is compared as ever, and the code is bound to this attempt by PKCE; only
// the binding to one browser is given up, so offer it in the program's own
// window and nowhere else. Its errors are Problems (CodePaste…) and leave the
// attempt waiting; they quote nothing of the address. nil means that Wait goes
// on with it.
func (a *Attempt) Paste(address string) error {
	err := a.receiver.Paste(address)
	code := CodeInternal
	switch {
	case err == nil:
		return nil
	case errors.Is(err, loopback.ErrAnswered), errors.Is(err, loopback.ErrClosed):
		return problem(PhaseBrowser, CodeCanceled, NextDismiss, err) // too late, and no longer needed
	case errors.Is(err, loopback.ErrNotAddress):
		code = CodePasteNotAddress
	case errors.Is(err, loopback.ErrElsewhere):
		code = CodePasteElsewhere
	case errors.Is(err, loopback.ErrNoResponse):
		code = CodePasteNoResponse
	case errors.Is(err, loopback.ErrOtherSignIn):
		code = CodePasteOtherSignIn
	}
	return problem(PhaseAuthorization, code, NextDismiss, err).With("Address", a.receiver.RedirectURI())
}
