package backchannel

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// idleFor is how long a connection without work is kept: longer than most
// people need in the browser, shorter than most servers wait.
const idleFor = 90 * time.Second

// Warm opens a connection to the host of address, TLS included, so that the
// first request there costs one round trip and not three or four. No request is
// sent. It returns as soon as connecting has begun, and does nothing
//
//   - where a request to the host ended, or Warm began, so recently that a
//     connection is there to be used again;
//   - to an address that a request would not be sent to either;
//   - with a Transport that is no *http.Transport, or keeps no connections.
//
// A connection that cannot be opened is nobody's error: the request that needs
// it will say so.
func (c *Client) Warm(ctx context.Context, address string) {
	t, ok := c.guard.next.(*http.Transport)
	if !ok || t.DisableKeepAlives {
		return
	}
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// A Transport goes on connecting when the request for which it began is
	// cancelled, and keeps the connection for the next one.
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{ConnectStart: func(string, string) { cancel() }})
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, u.Scheme+"://"+u.Host+"/", nil)
	if err != nil || ctx.Err() != nil || !c.guard.allowed(req) || !c.guard.warmth.begin(req.URL, c.guard.clock.local(), keepsFor(t)) {
		return
	}
	if resp, err := t.RoundTrip(req); err == nil { // another request's connection came free in that very moment
		_ = resp.Body.Close()
	}
}

func keepsFor(t *http.Transport) time.Duration {
	if t.IdleConnTimeout > 0 {
		return t.IdleConnTimeout
	}
	return idleFor
}

// warmth remembers when each host was last in use. A connection that the server
// has closed since then is not noticed: the next request just takes longer.
type warmth struct {
	mu   sync.Mutex
	used map[string]time.Time // by scheme and host
}

// begin reports whether there is no connection to u's host that would still be
// kept, and if so, says that there will be.
func (w *warmth) begin(u *url.URL, now time.Time, keeps time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if last, ok := w.used[origin(u)]; ok && now.Sub(last).Abs() < keeps {
		return false
	}
	w.set(u, now)
	return true
}

// touch says that a connection to u's host was given back.
func (w *warmth) touch(u *url.URL, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.set(u, now)
}

// forget says that no connection is kept.
func (w *warmth) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.used)
}

const mostHosts = 64 // a provider has five

func (w *warmth) set(u *url.URL, now time.Time) {
	if w.used == nil || len(w.used) >= mostHosts {
		w.used = map[string]time.Time{}
	}
	w.used[origin(u)] = now
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
