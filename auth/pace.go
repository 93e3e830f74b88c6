package auth

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
	"time"
)

// pace is how a session's refreshes went, and so when the next may be sent.
type pace struct {
	need
	problem *Problem // of the last request; nil: it went well
}

// failed notes a request that brought no token. What the provider has no part
// in (the keychain, another process), and what no later try mends, sets no pace.
func (p *pace) failed(problem *Problem, now time.Time) {
	switch problem.Code {
	case CodeRefreshRevoked, CodeCanceled, CodeStoreLocked, CodeStoreDismissed, CodeStoreUnavailable, CodeSessionBusy:
		return
	}
	p.need.failures++
	p.need.failed, p.need.retryAfter, p.need.local = now, problem.RetryAfter, isLocal(problem.Err)
	p.need.random, p.problem = rand.Float64(), problem
}

// paused is the Problem of the last request while it is too early for another.
func (p *pace) paused(now time.Time) *Problem {
	if p.problem == nil {
		return nil
	}
	n := p.need
	n.since = now
	wait := n.next().Sub(now)
	if wait <= 0 {
		return nil
	}
	return p.problem.With("Seconds", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
}

// isLocal reports whether a request never left this computer.
func isLocal(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.ENETDOWN) || errors.Is(err, syscall.EHOSTUNREACH)
}

// passes reports whether a refresh that failed in this way may well succeed
// later with nothing changed but the time.
func passes(err error) bool { return AsProblem(err).Next == NextRefresh }

// Hurry lets the next Token ask the provider at once although the last request
// failed a moment ago: a person pressed the button. Only what the provider
// itself asked for (Retry-After) still holds.
func (s *Session) Hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pace.retryAfter == 0 {
		s.pace = pace{}
	}
}

// betweenTries is how soon Await tries again what the policy says nothing of.
const betweenTries = 5 * time.Second

// Await is Token for work in the background: it waits as long as the failures
// are of a kind that passes by itself (no network, the provider is busy), and
// asks when the refresh policy says so, so that many clients together do not
// overrun a provider that has just come back. It returns when there is a token,
// when only the person can help, or when ctx ends.
func (s *Session) Await(ctx context.Context) (Token, error) {
	for first := true; ; first = false {
		if !s.until(ctx, s.due(first)) {
			return Token{}, TransportProblem(PhaseRefresh, s.site.provider.Host(), context.Cause(ctx))
		}
		t, err := s.Token(ctx)
		if err == nil || !passes(err) {
			return t, err
		}
	}
}

// due is when Await asks next.
func (s *Session) due(first bool) time.Time {
	now := s.site.wall()
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.pace.need
	n.since, n.background = now, true
	if n.failures == 0 {
		n.expiry, n.random = s.token.expiry, rand.Float64()
	}
	at := n.next()
	if soonest := now.Add(betweenTries); !first && at.Before(soonest) {
		return soonest
	}
	return at
}

// until waits for a moment of the wall clock: timers stand still while the
// computer sleeps. A clock that is set back ends the wait.
func (s *Session) until(ctx context.Context, at time.Time) bool {
	for last := s.site.wall(); ; {
		now := s.site.wall()
		if !now.Before(at) || now.Before(last) {
			return ctx.Err() == nil
		}
		last = now
		if !pause(ctx, min(at.Sub(now), 15*time.Second)) {
			return false
		}
	}
}
