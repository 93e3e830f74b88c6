package backchannel_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth/backchannel"
)

// counted is a TLS server that counts, and a transport for it.
type counted struct {
	*httptest.Server
	requests, connections, handshakes atomic.Int32
	transport                         *http.Transport
}

func newCounted(t *testing.T, http2 bool) *counted {
	t.Helper()
	c := &counted{}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { c.requests.Add(1) }))
	c.Config.ErrorLog = quiet
	c.EnableHTTP2 = http2
	c.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			c.connections.Add(1)
		}
	}
	c.StartTLS()
	t.Cleanup(c.Close)
	c.transport = c.Client().Transport.(*http.Transport)
	c.transport.TLSClientConfig.VerifyConnection = func(tls.ConnectionState) error { c.handshakes.Add(1); return nil }
	return c
}

// until waits for a counter, which nobody announces.
func until(t *testing.T, n *atomic.Int32, want int32) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for n.Load() < want {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("counted %d, want %d", n.Load(), want)
		}
	}
}

// TestWarm: a connection is there before the request, and no request was sent
// for it, over HTTP/1.1 and HTTP/2.
//
// Nobody tells when a Transport has put a fresh connection aside, and a request
// that comes a moment before begins a second one. So a few tries are allowed.
func TestWarm(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			var s *counted
			for range 20 {
				s = newCounted(t, http2)
				warmed(t, s)
				if s.requests.Load() == 2 && s.handshakes.Load() == 1 && s.connections.Load() == 1 {
					return
				}
			}
			t.Errorf("%d requests over %d connections with %d handshakes, want 2, 1, 1",
				s.requests.Load(), s.connections.Load(), s.handshakes.Load())
		})
	}
}

// warmed opens a connection ahead and then sends two requests.
func warmed(t *testing.T, s *counted) {
	t.Helper()
	c := backchannel.New(backchannel.Options{Transport: s.transport})
	for range 3 { // the second and third find it done
		c.Warm(t.Context(), s.URL+"/token?a=b")
	}
	until(t, &s.handshakes, 1)
	if n := s.requests.Load(); n != 0 {
		t.Errorf("%d requests were sent to warm a connection", n)
	}
	for range 2 {
		if _, err := c.Do(t.Context(), request(t, "GET", s.URL, ""), 0); err != nil {
			t.Fatal(err)
		}
	}
	c.Warm(t.Context(), s.URL)
}

// TestWarmAgain: once the connection is too old to be kept, Warm opens another.
// As in TestWarm, a few tries are allowed: a connection that is put aside a
// moment late is not among those that are closed.
func TestWarmAgain(t *testing.T) {
	for range 20 {
		if warmsAgain(t) {
			return
		}
	}
	t.Error("no second connection was opened after the first was too old")
}

func warmsAgain(t *testing.T) bool {
	t.Helper()
	s := newCounted(t, false)
	var passed atomic.Int64
	c := backchannel.New(backchannel.Options{Transport: s.transport,
		Now: func() time.Time { return time.Unix(1e9, 0).Add(time.Duration(passed.Load())) }})
	c.Warm(t.Context(), s.URL)
	until(t, &s.handshakes, 1)
	passed.Store(int64(89 * time.Second))
	c.Warm(t.Context(), s.URL)
	passed.Store(int64(91 * time.Second))
	s.transport.CloseIdleConnections() // as its own timer would have done
	c.Warm(t.Context(), s.URL)
	if s.requests.Load() > 0 { // it found the first connection after all
		return false
	}
	until(t, &s.handshakes, 2)
	c.CloseIdle()
	c.Warm(t.Context(), s.URL)
	if s.requests.Load() > 0 {
		return false
	}
	until(t, &s.handshakes, 3)
	return s.handshakes.Load() == 3
}

// TestWarmNothing: what a request would not be sent to is not connected to, and
// foreign transports see nothing.
func TestWarmNothing(t *testing.T) {
	s := newCounted(t, false)
	dialled := false
	s.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		dialled = true
		return nil, net.ErrClosed
	}
	c := backchannel.New(backchannel.Options{Transport: s.transport})
	for _, address := range []string{"http://198.51.100.1/", "ftp://a.example/", "https:///", "::", ""} {
		c.Warm(t.Context(), address)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	c.Warm(gone, s.URL)
	s.transport.DisableKeepAlives = true
	c.Warm(t.Context(), s.URL+"/2")
	if dialled {
		t.Error("a connection was opened")
	}
	asked := false
	c = backchannel.New(backchannel.Options{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		asked = true
		return nil, net.ErrClosed
	})})
	c.Warm(t.Context(), s.URL)
	if asked {
		t.Error("a foreign transport was asked for what is no request")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
