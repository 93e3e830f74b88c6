package auth

import (
	"context"
	"errors"
	"sync"
	"time"
)

var errTimeout = errors.New("nobody finished signing in within the time limit")

// limit ends an attempt at a time that can be put off.
type limit struct {
	mu    sync.Mutex
	at    time.Time
	timer *time.Timer // nil while nobody waits
	over  bool
}

// Deadline is when the attempt ends by itself; [Attempt.Extend] puts it off.
func (a *Attempt) Deadline() time.Time {
	a.limit.mu.Lock()
	defer a.limit.mu.Unlock()
	return a.limit.at
}

// Extend gives the person Config.Timeout from now on, and returns the new
// deadline. It may be called any number of times; once the attempt is over it
// changes nothing.
func (a *Attempt) Extend() time.Time {
	l := &a.limit
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return l.at
	}
	if l.timer != nil {
		if !l.timer.Stop() {
			return l.at // it has just run out
		}
		l.timer.Reset(a.client.config.Timeout)
	}
	l.at = a.client.config.Now().Add(a.client.config.Timeout)
	return l.at
}

// limited returns a context that ends with errTimeout at the deadline.
func (a *Attempt) limited(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	l := &a.limit
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer = time.AfterFunc(l.at.Sub(a.client.config.Now()), func() { cancel(errTimeout) })
	return ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.over = true
		l.timer.Stop()
		cancel(nil)
	}
}
