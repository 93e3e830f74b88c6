package auth

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The person may ask for more time, again and again; an attempt that is over
// stays over.
func TestExtend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const timeout = 5 * time.Minute
		start := time.Now()
		a := &Attempt{client: &Client{config: Config{Timeout: timeout, Now: time.Now}}, limit: limit{at: start.Add(timeout)}}
		time.Sleep(time.Minute)
		if got := a.Extend(); !got.Equal(start.Add(6*time.Minute)) || !a.Deadline().Equal(got) {
			t.Errorf("extended before the wait: %v after the start, want 6m", got.Sub(start))
		}
		ctx, stop := a.limited(t.Context())
		for range 3 {
			time.Sleep(4 * time.Minute)
			a.Extend()
		}
		if ctx.Err() != nil {
			t.Fatal("the attempt ended although it was extended")
		}
		<-ctx.Done()
		if got := time.Since(start); got != 18*time.Minute || !errors.Is(context.Cause(ctx), errTimeout) {
			t.Errorf("it ended %v after the start (%v), want 18m and the time limit", got, context.Cause(ctx))
		}
		if before := a.Deadline(); !a.Extend().Equal(before) {
			t.Error("an attempt that ran out was extended")
		}
		stop()
		if before := a.Deadline(); !a.Extend().Equal(before) {
			t.Error("an attempt that is over was extended")
		}
	})
}
