package auth_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/resources"
)

// What a sign-in costs, counted in requests, connections and TLS handshakes,
// never in time: it would be the machine's.

// meter is a transport over TLS that counts, and the person who brings the code.
type meter struct {
	*world
	transport *http.Transport
	dials     atomic.Int32
	greetings atomic.Int32 // TLS handshakes
	// before is called when the browser is about to bring the code.
	before func()
	// opening is closed when the browser opens.
	opening chan struct{}

	mu       sync.Mutex
	opened   cost // when the browser opened
	returned cost // when it brought the code
}

// cost is what was spent so far.
type cost struct {
	requests []string // endpoints, in the order in which they were answered
	dials    int32
	greeted  int32
}

// newMeter starts a mock whose People API is on another host than its other
// endpoints, as Google's is.
func newMeter(t *testing.T, options ...mockprovider.Option) *meter {
	t.Helper()
	m := &meter{before: func() {}, opening: make(chan struct{})}
	m.world = newWorld(t, func(c *auth.Config) { c.OpenBrowser = m.browse }, append(options, mockprovider.WithTLS())...)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(m.server.CACertPEM())
	m.transport = &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12,
			VerifyConnection: func(tls.ConnectionState) error { m.greetings.Add(1); return nil }},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			m.dials.Add(1)
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	t.Cleanup(m.transport.CloseIdleConnections)
	m.provider.ProfileAPI = m.elsewhere(roots, m.server.PeopleAPI())
	m.config.Transport = m.transport
	m.restart()
	return m
}

// elsewhere puts an endpoint of the mock on a host of its own.
func (m *meter) elsewhere(roots *x509.CertPool, endpoint string) string {
	target, err := url.Parse(endpoint)
	if err != nil {
		m.t.Fatal(err)
	}
	front := httptest.NewUnstartedServer(&httputil.ReverseProxy{Transport: m.server.HTTPClient().Transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, target.Host
		}})
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // of connections that end with the test
	front.StartTLS()
	m.t.Cleanup(front.Close)
	roots.AddCert(front.Certificate())
	return front.URL + target.Path
}

// restart is a new start of the program, which has no connections.
func (m *meter) restart() {
	m.transport.CloseIdleConnections()
	m.world.restart()
}

func (m *meter) spent() cost {
	var c cost
	for _, e := range m.server.Journal().Entries() {
		switch e.Endpoint {
		case "authorize", "login", "consent": // the browser's
		default:
			c.requests = append(c.requests, e.Endpoint)
		}
	}
	c.dials, c.greeted = m.dials.Load(), m.greetings.Load()
	return c
}

// since is what was spent after c.
func (m *meter) since(c cost) cost {
	now := m.spent()
	return cost{now.requests[len(c.requests):], now.dials - c.dials, now.greeted - c.greeted}
}

// RoundTrip is the browser's: it halts before the code is brought.
func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/callback" {
		m.before()
		m.mu.Lock()
		m.returned = m.spent()
		m.mu.Unlock()
	}
	return m.server.HTTPClient().Transport.RoundTrip(r)
}

func (m *meter) browse(_ context.Context, address string) error {
	m.mu.Lock()
	m.opened = m.spent()
	select {
	case <-m.opening:
	default:
		close(m.opening)
	}
	m.mu.Unlock()
	person := mocktest.NewPerson("ada")
	person.Transport = m
	done := make(chan struct{})
	m.t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		if _, err := person.Open(m.t.Context(), address); err != nil && m.t.Context().Err() == nil {
			m.t.Errorf("the browser: %v", err)
		}
	}()
	return nil
}

// until waits for what the prefetch does.
func (m *meter) until(what string, fits func(cost) bool) {
	m.t.Helper()
	eventually(m.t, what, func() bool { return fits(m.spent()) })
}

func (c cost) count(endpoint string) int {
	n := 0
	for _, r := range c.requests {
		if r == endpoint {
			n++
		}
	}
	return n
}

// want compares what was spent since c.
func (m *meter) want(what string, since cost, handshakes int32, requests ...string) {
	m.t.Helper()
	got := m.since(since)
	if !slices.Equal(got.requests, requests) || got.greeted != handshakes || got.dials != handshakes {
		m.t.Errorf("%s took the requests %v, %d connections and %d handshakes; want %v and %d", what, got.requests, got.dials, got.greeted, requests, handshakes)
	}
}

// TestCost is the whole way: how much before the browser opens, until the
// identity is known, and until the profile is.
func TestCost(t *testing.T) {
	for _, c := range []struct {
		name   string
		warm   bool // the metadata are cached
		before []string
		during []string // sorted
		hosts  int32    // connections that are there when the code comes
	}{
		// The keys come over the connection of the metadata; the People API's is opened.
		{"cold", false, []string{"discovery"}, []string{"jwks"}, 2},
		{"metadata cached", true, nil, []string{"discovery", "jwks"}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bender
			m := newMeter(t, mockprovider.WithHook(transport, b.bend))
			if c.warm {
				m.pending().Discard(t.Context())
				m.restart()
				m.opening = make(chan struct{})
			}
			start := m.spent()
			// What is fetched meanwhile is answered when the browser has opened:
			// if that waited for it, it would never open.
			b.set(func(e *mockprovider.Event) {
				if slices.Contains(c.during, e.Endpoint) {
					select {
					case <-m.opening:
					case <-t.Context().Done():
					}
				}
			})
			m.before = func() {
				m.until("the prefetch", func(now cost) bool {
					return now.count("jwks") > start.count("jwks") && now.count("discovery") > start.count("discovery") && now.greeted-start.greeted >= c.hosts
				})
			}
			pending := m.pending()
			m.mu.Lock()
			opened, returned := m.opened, m.returned
			m.mu.Unlock()
			if got := opened.requests[len(start.requests):]; !slices.Equal(got, c.before) {
				t.Errorf("before the browser opened the provider was asked for %v, want %v", got, c.before)
			}
			if got := slices.Sorted(slices.Values(returned.requests[len(opened.requests):])); !slices.Equal(got, c.during) {
				t.Errorf("with the person in the browser the provider was asked for %v, want %v", got, c.during)
			}
			m.want("the identity", returned, 0, "token")

			session, err := pending.Commit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			m.want("Commit", returned, 0, "token")
			known := m.spent()
			profile, err := resources.New(resources.Config{CacheDir: t.TempDir()}).Profile(t.Context(), session, session.Recorder())
			if err != nil || profile.Name != "Ada Lovelace" {
				t.Fatalf("profile %+v, %v", profile, err)
			}
			// One round trip: resources' own tests show that both are under way at once.
			spent := m.since(known)
			slices.Sort(spent.requests)
			if !slices.Equal(spent.requests, []string{"people", "userinfo"}) || spent.greeted != 0 || spent.dials != 0 {
				t.Errorf("the profile took %+v, want one request to each endpoint and no handshake", spent)
			}
		})
	}
}

// TestKeysRotatedWhileThePersonIsThere: one more request, and one only.
func TestKeysRotatedWhileThePersonIsThere(t *testing.T) {
	m := newMeter(t)
	m.before = func() {
		m.until("the keys", func(now cost) bool { return now.count("jwks") == 1 })
		if err := m.server.RotateKeys(); err != nil {
			t.Error(err)
		}
	}
	m.pending().Discard(t.Context())
	m.mu.Lock()
	defer m.mu.Unlock()
	if got := m.since(m.returned).requests; !slices.Equal(got, []string{"token", "jwks", "revoke"}) {
		t.Errorf("after the code: %v, want the token, the new keys once (and the revocation)", got)
	}
}

// TestSlowKeysHoldNobodyUp: the browser opens and the code is redeemed while the
// keys are still awaited; who needs them waits for the request under way.
func TestSlowKeysHoldNobodyUp(t *testing.T) {
	gate := newHold(t)
	gate.arm()
	m := newMeter(t, mockprovider.WithHook(transport, gate.at(isEndpoint("jwks"))),
		mockprovider.WithHook(transport, func(e *mockprovider.Event) {
			if e.Endpoint == "token" {
				gate.release() // not earlier
			}
		}))
	m.before = func() { <-gate.arrived }
	m.pending().Discard(t.Context())
	if got := m.spent().count("jwks"); got != 1 {
		t.Errorf("the keys were asked for %d times, want once", got)
	}
}

// TestFailedPrefetchIsNoFailure: what could not be had ahead is asked for again
// when it is needed, and only then can it fail the sign-in.
func TestFailedPrefetchIsNoFailure(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(*mockprovider.Event)
		heals  bool
		want   auth.Code
	}{
		{"keys: busy, then there", answer("jwks", http.StatusServiceUnavailable, "text/plain", "busy"), true, ""},
		{"keys: busy for ever", answer("jwks", http.StatusServiceUnavailable, "text/plain", "busy"), false, auth.CodeServerBusy},
		{"keys: none, then there", answer("jwks", http.StatusOK, "application/json", `{"keys":[]}`), true, ""},
		{"metadata: gone", answer("discovery", http.StatusNotFound, "text/html", "<html>gone</html>"), false, ""},
		{"metadata: another's", answer("discovery", http.StatusOK, "application/json", `{"issuer":"https://evil.example"}`), false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bender
			m := newMeter(t, mockprovider.WithHook(transport, b.bend))
			m.pending().Discard(t.Context()) // so that the metadata are cached
			m.restart()
			b.set(c.answer)
			start := m.spent()
			m.before = func() {
				m.until("the prefetch", func(now cost) bool {
					return now.count("jwks") > start.count("jwks") && now.count("discovery") > start.count("discovery")
				})
				if c.heals {
					b.set(nil)
				}
			}
			pending, err := m.signIn()
			if c.want != "" {
				wantCode(t, err, c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			pending.Discard(t.Context())
		})
	}
}

// TestMetadataThatTurnedBadAreTold by the sign-in after the one that found out.
func TestMetadataThatTurnedBadAreTold(t *testing.T) {
	var b bender
	m := newMeter(t, mockprovider.WithHook(transport, b.bend))
	m.pending().Discard(t.Context())
	b.set(answer("discovery", http.StatusOK, "application/json", `{"issuer":"https://evil.example"}`))
	read := m.spent().count("discovery")
	m.before = func() { m.until("the metadata", func(now cost) bool { return now.count("discovery") > read }) }
	m.pending().Discard(t.Context())
	eventually(t, "the metadata to be forgotten", func() bool {
		m.before = func() {}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		attempt, err := m.client.Begin(ctx, m.provider, auth.SignInOptions{})
		if err != nil {
			wantCode(t, err, auth.CodeMetadataIssuerMismatch)
			return true
		}
		_ = attempt.Close()
		return false
	})
}

// TestMovedTokenEndpoint: what the provider says now counts, not what the cache
// said when the browser opened.
func TestMovedTokenEndpoint(t *testing.T) {
	var b bender
	m := newMeter(t, mockprovider.WithHook(discovery, b.bend))
	b.set(set("token_endpoint", "https://localhost:1/moved"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if attempt, err := m.client.Begin(ctx, m.provider, auth.SignInOptions{}); err != nil {
		t.Fatal(err)
	} else if err := attempt.Close(); err != nil {
		t.Fatal(err)
	}
	b.set(nil)
	m.restart()
	read := m.spent().count("discovery")
	m.before = func() {
		m.until("the metadata", func(now cost) bool { return now.count("discovery") > read })
		eventually(t, "the new metadata in the cache", func() bool { return !strings.Contains(m.cachedMetadata(), "localhost:1/moved") })
	}
	m.pending().Discard(t.Context())
}

// TestCancelEndsThePrefetch: requests under way are given up.
func TestCancelEndsThePrefetch(t *testing.T) {
	for _, how := range []string{"cancel", "close"} {
		t.Run(how, func(t *testing.T) {
			gone := make(chan struct{})
			gate := newHold(t)
			gate.arm()
			m := newMeter(t, mockprovider.WithHook(transport, func(e *mockprovider.Event) {
				if e.Endpoint == "jwks" {
					context.AfterFunc(e.Request.Context(), func() { close(gone) }) // as long as it is not answered: the client went away
				}
			}), mockprovider.WithHook(transport, gate.at(isEndpoint("jwks"))))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			attempt, err := m.client.Begin(ctx, m.provider, auth.SignInOptions{})
			if err != nil {
				t.Fatal(err)
			}
			<-gate.arrived
			if how == "cancel" {
				cancel()
				_, err := attempt.Wait(ctx)
				wantCode(t, err, auth.CodeCanceled)
			} else if err := attempt.Close(); err != nil {
				t.Fatal(err)
			}
			defer gate.release()
			select {
			case <-gone:
			case <-time.After(20 * time.Second):
				t.Error("the request for the keys was not given up")
			}
		})
	}
}

// cachedMetadata is what the cache files hold.
func (m *meter) cachedMetadata() string {
	m.t.Helper()
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(m.config.CacheDir, "metadata-*.json"))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			m.t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
