package keychain

import (
	"context"
	"fmt"
	"sync"
	"time"

	"app.latchkey/auth/store"
)

// errBusy is what calls get while an earlier one is past its time limit.
var errBusy = &store.Error{Outcome: store.Unavailable, Reason: store.ReasonBusy}

// panicError is a panic inside the library. The library has two known ones,
// both when the bus dies under a dialog.
type panicError struct{ text string }

func (e *panicError) Error() string { return "the keyring library panicked: " + e.text }

// worker lets one call at a time into the library, on a goroutine that lives
// as long as the call, and gives up waiting for it when its time is over. The
// goroutine can't be ended from outside; until it returns by itself the worker
// is wedged and lets nobody in.
type worker struct {
	turn chan struct{} // holds one token while nobody is inside

	mu    sync.Mutex
	stuck chan struct{} // closed while the call inside is past its limit
}

// call is one stay inside the library.
type call struct {
	timer     *time.Timer
	done      bool
	abandoned bool
}

func newWorker() *worker {
	w := &worker{turn: make(chan struct{}, 1), stuck: make(chan struct{})}
	w.turn <- struct{}{}
	return w
}

// wedged says whether a call is past its limit and has not returned.
func (w *worker) wedged() bool {
	select {
	case <-w.stuckNow():
		return true
	default:
		return false
	}
}

func (w *worker) stuckNow() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stuck
}

// do runs fn when it is its turn and returns what fn returns, or as soon as
// limit or ctx is over an error; the limit includes the wait for the turn. A
// late result is dropped: what fn did to the keychain stands, and the next call
// sees it there.
func do[T any](ctx context.Context, w *worker, limit time.Duration, fn func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := w.enter(ctx, timed); err != nil {
		return none, err
	}
	c := &call{}
	// A caller who leaves early does not wedge the worker; the call's own
	// limit does.
	c.timer = time.AfterFunc(limit, func() { w.abandon(c) })
	results := make(chan result, 1)
	go func() {
		defer w.leave(c)
		var r result
		defer func() { results <- r }()
		defer func() {
			if p := recover(); p != nil {
				r.err = &panicError{tame(fmt.Sprint(p))}
			}
		}()
		r.value, r.err = fn()
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-timed.Done():
		select {
		case r := <-results: // both at once: what was done counts
			return r.value, r.err
		default:
		}
		if ctx.Err() == nil {
			w.abandon(c) // so that it is seen at once, not when the timer runs
		}
		return none, timed.Err()
	}
}

// enter waits for the turn.
func (w *worker) enter(ctx, timed context.Context) error {
	stuck := w.stuckNow()
	select {
	case <-stuck: // asked alone first: select is fair and the turn may be free too
		return errBusy
	default:
	}
	select {
	case <-w.turn:
		return nil
	case <-stuck:
		return errBusy
	case <-timed.Done():
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errBusy
	}
}

// leave ends a stay and hands the turn on.
func (w *worker) leave(c *call) {
	c.timer.Stop()
	w.mu.Lock()
	c.done = true
	if c.abandoned {
		w.stuck = make(chan struct{})
	}
	w.mu.Unlock()
	w.turn <- struct{}{}
}

// abandon marks the call inside as past its limit, unless it has ended.
func (w *worker) abandon(c *call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !c.done && !c.abandoned {
		c.abandoned = true
		close(w.stuck)
	}
}
