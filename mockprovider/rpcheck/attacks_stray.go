package rpcheck

import (
	"context"
	"net/http"
)

// strayAttacks are requests to the client's redirect URI that anybody can send.
func strayAttacks() []Case {
	return []Case{{
		Name: "attack/forged-error", Kind: Attack, Want: Refuse,
		About:  "a page sends error=access_denied without a state to the redirect URI while the client waits",
		Must:   "answer 4xx and go on waiting",
		Spec:   "RFC 8252 §8.9, RFC 6749 §10.12",
		Source: "attacks on a loopback client, no. 5",
		Play: func(ctx context.Context, s *Stand) Outcome {
			address, err := s.Begin(ctx)
			if err != nil {
				return RefusedBy(SignIn, err)
			}
			response, err := s.Response(ctx, s.Person, address)
			if err != nil {
				return RefusedBy(SignIn, err)
			}
			forged := *s.Redirect()
			forged.RawQuery = "error=access_denied"
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, forged.String(), nil)
			if err != nil {
				return RefusedBy(SignIn, err)
			}
			_, _ = s.Deliver(ctx, s.Browser(Stranger), request)
			// If the client has given up, nobody listens any more.
			_, _ = s.Deliver(ctx, s.Person, response)
			if _, err := s.Outcome(); err != nil {
				return Took("the forged error ended the sign-in: %v", err)
			}
			return Withstood("it went on waiting")
		},
	}}
}
