package rpcheck

import (
	"context"
	"net"
	"net/http"
	"time"
)

// afterAttacks come when the client has its response.
func afterAttacks() []Case {
	return []Case{
		{Name: "attack/stale-response", Kind: Attack, Want: Refuse, Source: attackNumber(30), Spec: "RFC 6749 §4.1.2, §10.5",
			About: "the user presses Back, or an old tab is loaded again: the same response comes once more",
			Must:  "redeem a code once", Play: staleResponse},
		{Name: "attack/port-left-open", Kind: Attack, Want: Refuse, Source: attackNumber(30), Spec: "RFC 8252 §8.3",
			About: "a program looks whether the client still listens after the sign-in",
			Must:  "close the port once the response is there", Play: portLeftOpen},
	}
}

func staleResponse(ctx context.Context, s *Stand) Outcome {
	_, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	again := response.Clone(ctx)
	_, _ = s.Deliver(ctx, s.Person, response)
	if _, err := s.Outcome(); err != nil {
		return RefusedBy(SignIn, err)
	}
	again.Header = http.Header{}
	_, _ = s.Deliver(ctx, s.Person, again) // nobody may be there any more: so much the better
	if n := len(s.Redeemed()); n != 1 {
		return Took("it redeemed the code %d times", n)
	}
	return Withstood("the code was redeemed once")
}

func portLeftOpen(ctx context.Context, s *Stand) Outcome {
	_, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	_, _ = s.Deliver(ctx, s.Person, response)
	if _, err := s.Outcome(); err != nil {
		return RefusedBy(SignIn, err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for patience := time.After(Patience); ; {
		c, err := net.DialTimeout("tcp", s.Redirect().Host, time.Second)
		if err != nil {
			return Withstood("nobody listens any more")
		}
		_ = c.Close()
		select {
		case <-tick.C:
		case <-patience:
			return Took("the port is still open")
		}
	}
}
