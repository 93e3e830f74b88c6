package rpcheck

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// attackCases are the attacks. Each group is a file of its own, attacks_*.go.
func attackCases() []Case {
	return slices.Concat(strayAttacks(), socketAttacks(), codeAttacks(), replyAttacks(), afterAttacks())
}

// attackNumber is where an attack comes from: its number in the list of attacks on
// a loopback client, which docs/security.md follows.
func attackNumber(n int) string { return fmt.Sprintf("attacks on a loopback client, no. %d", n) }

// waiting brings a case to where most attacks begin: the client waits, the person
// has signed in, and the response is about to leave the browser.
func (s *Stand) waiting(ctx context.Context) (address string, response *http.Request, failed Outcome) {
	address, err := s.Begin(ctx)
	if err == nil {
		response, err = s.Response(ctx, s.Person, address)
	}
	if err != nil {
		return "", nil, RefusedBy(SignIn, err)
	}
	return address, response, Outcome{}
}

// goesOn delivers the right response after an attack, and is the verdict on it: a
// client that has given up, or took what the attack brought, fell for it.
func (s *Stand) goesOn(ctx context.Context, response *http.Request) Outcome {
	// If the client has given up, nobody listens any more; Outcome tells.
	_, _ = s.Deliver(ctx, s.Person, response)
	if _, err := s.Outcome(); err != nil {
		return Took("the attack ended the sign-in: %v", err)
	}
	code := response.URL.Query().Get("code")
	for _, redeemed := range s.Redeemed() {
		if code != "" && redeemed != code {
			return Took("it redeemed the attack's code")
		}
	}
	return Withstood("it went on waiting")
}
