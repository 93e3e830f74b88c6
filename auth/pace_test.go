package auth_test

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"app.latchkey/auth"
)

// busy makes a fake's token endpoint answer with a status and Retry-After.
func (f *fake) busy(status int, retryAfter string) {
	f.answer("/token", func(r *http.Request) (*http.Response, error) {
		resp := response(r, status, `{}`)
		if retryAfter != "" {
			resp.Header.Set("Retry-After", retryAfter)
		}
		return resp, nil
	})
}

// refreshes is how often the token endpoint was asked.
func (f *fake) refreshes() int {
	n := 0
	for _, r := range f.seen.all() {
		if r.URL.Path == "/token" {
			n++
		}
	}
	return n
}

// A provider that is busy is left alone for a moment, however often the token
// is asked for, and a person may try at once unless the provider said otherwise.
func TestPauseAfterAFailure(t *testing.T) {
	for _, c := range []struct {
		name, retryAfter string
		least, most      time.Duration
		hurry            bool
	}{
		{"busy", "", 35 * time.Second, 57 * time.Second, true},
		{"busy, and says how long", "120", 120 * time.Second, 175 * time.Second, false},
		{"busy for a day", "86400", time.Hour, time.Hour + time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				session := f.session(t)
				f.busy(503, c.retryAfter)
				_, err := session.Token(t.Context())
				wantCode(t, err, auth.CodeServerBusy)
				for range 5 {
					_, err = session.Token(t.Context())
					wantCode(t, err, auth.CodeServerBusy)
				}
				if n := f.refreshes(); n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
				seconds, _ := strconv.Atoi(auth.AsProblem(err).Values["Seconds"])
				if wait := time.Duration(seconds) * time.Second; wait < c.least || wait > c.most {
					t.Errorf("the next try is in %v, want %v to %v", wait, c.least, c.most)
				}
				time.Sleep(c.least - time.Second)
				_, _ = session.Token(t.Context())
				if n := f.refreshes(); n != 1 {
					t.Errorf("%d requests after %v, want 1", n, c.least)
				}
				session.Hurry()
				_, _ = session.Token(t.Context())
				if want := map[bool]int{true: 2, false: 1}[c.hurry]; f.refreshes() != want {
					t.Errorf("%d requests after a person asked, want %d", f.refreshes(), want)
				}
				f.answer("/token", nil)
				time.Sleep(c.most)
				if _, err := session.Token(t.Context()); err != nil {
					t.Errorf("when it is over: %v", err)
				}
			})
		})
	}
}

// A clock that is set back by a year does not put the next try off by one.
func TestPauseAndAClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		var offset time.Duration
		f.now = func() time.Time { return time.Now().Add(offset) }
		session := f.session(t)
		f.busy(503, "")
		_, err := session.Token(t.Context())
		wantCode(t, err, auth.CodeServerBusy)
		f.answer("/token", nil)
		offset = -365 * 24 * time.Hour
		first := mustToken(t, session)
		offset = -2 * 365 * 24 * time.Hour // and the token it brought is not fresh for a year
		if second := mustToken(t, session); second.Expiry().Equal(first.Expiry()) || f.refreshes() != 3 {
			t.Errorf("%d requests, want 3", f.refreshes())
		}
	})
}

// A token that still has a minute is better than an error.
func TestAFailedRefreshAheadOfTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		session := f.session(t)
		first := mustToken(t, session)
		time.Sleep(time.Until(first.Expiry()) - 30*time.Second)
		f.busy(503, "")
		if got, err := session.Token(t.Context()); err != nil || !got.Expiry().Equal(first.Expiry()) {
			t.Errorf("half a minute before its end: %v, %v; want the token", got.Expiry(), err)
		}
		if f.refreshes() != 2 {
			t.Errorf("%d requests, want one that failed", f.refreshes()-1)
		}
		time.Sleep(31 * time.Second)
		_, err := session.Token(t.Context())
		wantCode(t, err, auth.CodeServerBusy)
	})
}

// Await brings a token as soon as the provider is back, by itself, and asks no
// more often than the policy says.
func TestAwait(t *testing.T) {
	for _, c := range []struct {
		name        string
		fail        func(*http.Request) (*http.Response, error)
		least, most int // requests in ten minutes
		late        time.Duration
	}{
		{"the provider is away", func(r *http.Request) (*http.Response, error) { return response(r, 503, ""), nil }, 10, 13, 57 * time.Second},
		{"this computer is offline", func(*http.Request) (*http.Response, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "id.example", IsNotFound: true}
		}, 110, 620, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				session := f.session(t)
				f.answer("/token", c.fail)
				var at time.Time
				done := make(chan error, 1)
				go func() { _, err := session.Await(t.Context()); at = time.Now(); done <- err }()
				time.Sleep(10 * time.Minute)
				if n := f.refreshes(); n < c.least || n > c.most {
					t.Errorf("%d requests in ten minutes, want %d to %d", n, c.least, c.most)
				}
				back := time.Now()
				f.answer("/token", nil)
				if err := <-done; err != nil {
					t.Errorf("Await: %v", err)
				}
				if late := at.Sub(back); late > c.late {
					t.Errorf("the token came %v after the provider, want at most %v", late, c.late)
				}
			})
		})
	}
}

func TestAwaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		session := f.session(t)
		f.busy(503, "")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := session.Await(ctx)
		if code := auth.CodeOf(err); code != auth.CodeOffline && code != auth.CodeCanceled {
			t.Errorf("error %v", err)
		}
		f.answer("/token", func(r *http.Request) (*http.Response, error) {
			return response(r, 400, `{"error":"invalid_grant"}`), nil
		})
		_, err = session.Await(t.Context())
		wantCode(t, err, auth.CodeRefreshRevoked)
	})
}

// After a sleep, background work does not ask in the very moment in which every
// other computer does; a person does not wait.
func TestAwaitAfterASleep(t *testing.T) {
	var waits []time.Duration
	for range 8 {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			session := f.session(t)
			mustToken(t, session)
			time.Sleep(24 * time.Hour) // a suspend of a day
			began := time.Now()
			if _, err := session.Await(t.Context()); err != nil {
				t.Error(err)
			}
			waits = append(waits, time.Since(began))
			time.Sleep(24 * time.Hour)
			began = time.Now()
			mustToken(t, session)
			if time.Since(began) != 0 {
				t.Error("a person had to wait")
			}
		})
	}
	same := true
	for _, w := range waits {
		same = same && w == waits[0]
		if w > 35*time.Second {
			t.Errorf("waited %v", w)
		}
	}
	if same {
		t.Errorf("all waited %v", waits[0])
	}
}
