package presenter_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/resources"
)

// TestBenchSignIn is no test but the table of `make bench`: how long a person
// waits at a sign-in when the provider is 50 ms away, until the browser opens
// and from the code's return until the window shows who signed in and their
// profile; beside a plain x/oauth2 + go-oidc client that does the same job. TLS
// is real, and endpoints are on hosts of their own, as Google's are. (That the
// numbers of round trips are right is asserted in auth, by counting.)
func TestBenchSignIn(t *testing.T) {
	if os.Getenv("LATCHKEY_BENCH") == "" {
		t.Skip("set LATCHKEY_BENCH, as make bench does")
	}
	far := newFarAway(t, 50*time.Millisecond)
	const runs = 3
	rows := []struct {
		name string
		run  func() timing
	}{
		{"Latchkey, first sign-in", func() timing { return far.latchkey(t.TempDir()) }},
		{"Latchkey, metadata cached", far.latchkeyWarm()},
		{"x/oauth2 + go-oidc", far.plain},
	}
	fmt.Printf("\nA sign-in at a provider %v away (round trip), median of %d; ms\n", far.rtt, runs)
	fmt.Printf("%-28s %18s %18s %18s\n", "", "click → browser", "code → identity", "code → profile")
	for _, row := range rows {
		var list []timing
		for range runs {
			list = append(list, row.run())
		}
		fmt.Printf("%-28s %18d %18d %18d\n", row.name, median(list, func(x timing) time.Duration { return x.browser }),
			median(list, func(x timing) time.Duration { return x.identity }), median(list, func(x timing) time.Duration { return x.profile }))
	}
	fmt.Println("Latchkey: at the State that shows it; the profile is userinfo and People API. The other: userinfo only.")
}

// timing is what one sign-in took.
type timing struct{ browser, identity, profile time.Duration }

func median(list []timing, of func(timing) time.Duration) int64 {
	var all []time.Duration
	for _, x := range list {
		all = append(all, of(x))
	}
	slices.Sort(all)
	return all[len(all)/2].Milliseconds()
}

// farAway is a mock of Google with a long way to it.
type farAway struct {
	t        *testing.T
	rtt      time.Duration
	mock     *mocktest.Server
	provider auth.Provider
	roots    *x509.CertPool
}

func newFarAway(t *testing.T, rtt time.Duration) *farAway {
	t.Helper()
	f := &farAway{t: t, rtt: rtt, roots: x509.NewCertPool()}
	var moved map[string]string
	f.mock = mocktest.Start(t, mockprovider.WithTLS(), mockprovider.WithHook(mockprovider.StageDiscovery, func(e *mockprovider.Event) {
		for name, address := range moved {
			e.Object.Set(name, address)
		}
	}))
	f.roots.AppendCertsFromPEM(f.mock.CACertPEM())
	issuer := f.mock.Issuer()
	moved = map[string]string{
		"token_endpoint": f.host(issuer + "/token"), "jwks_uri": f.host(issuer + "/oauth2/v3/certs"), "userinfo_endpoint": f.host(issuer + "/v1/userinfo"),
	}
	f.provider = auth.GoogleAt(issuer, f.host(f.mock.PeopleAPI()), f.mock.ClientID(), f.mock.ClientSecret())
	return f
}

// host puts an endpoint on a host of its own.
func (f *farAway) host(endpoint string) string {
	target, err := url.Parse(endpoint)
	if err != nil {
		f.t.Fatal(err)
	}
	near := f.mock.HTTPClient().Transport.(*http.Transport).Clone()
	near.DisableKeepAlives = false
	front := httptest.NewTLSServer(&httputil.ReverseProxy{Transport: near,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, target.Host
		}})
	f.t.Cleanup(func() { front.Close(); near.CloseIdleConnections() })
	f.roots.AddCert(front.Certificate())
	return front.URL + target.Path
}

// transport is a new one, without connections, over the long way.
func (f *farAway) transport() *http.Transport {
	t := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: f.roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			time.Sleep(f.rtt) // SYN and SYN-ACK
			return slow(conn, f.rtt/2), nil
		},
	}
	f.t.Cleanup(t.CloseIdleConnections)
	return t
}

// slow delays both directions of a connection by d.
func slow(conn net.Conn, d time.Duration) net.Conn {
	near, far := net.Pipe()
	go delay(conn, far, d)
	go delay(far, conn, d)
	return near
}

// delay copies from src to dst; each piece leaves d after it came.
func delay(dst, src net.Conn, d time.Duration) {
	type piece struct {
		due  time.Time
		data []byte
	}
	way := make(chan piece, 1024)
	go func() {
		defer dst.Close()
		for p := range way {
			time.Sleep(time.Until(p.due))
			if _, err := dst.Write(p.data); err != nil {
				_ = src.Close()
			}
		}
	}()
	defer close(way)
	for {
		b := make([]byte, 16<<10)
		n, err := src.Read(b)
		if n > 0 {
			way <- piece{time.Now().Add(d), b[:n]}
		}
		if err != nil {
			return
		}
	}
}

// visit is a browser with a person who takes a second to sign in. It is near:
// what it costs is nobody's doing.
type visit struct {
	far    *farAway
	opened chan time.Time
	code   chan time.Time // when the code is brought
}

func (f *farAway) visit() *visit {
	return &visit{far: f, opened: make(chan time.Time, 1), code: make(chan time.Time, 1)}
}

func (v *visit) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/callback" {
		time.Sleep(time.Second)
		v.code <- time.Now()
	}
	return v.far.mock.HTTPClient().Transport.RoundTrip(r)
}

func (v *visit) open(_ context.Context, address string) error {
	v.opened <- time.Now()
	person := mocktest.NewPerson("ada")
	person.Transport = v
	ended := make(chan struct{})
	v.far.t.Cleanup(func() { <-ended })
	go func() {
		defer close(ended)
		_, _ = person.Open(v.far.t.Context(), address)
	}()
	return nil
}

// latchkey is a sign-in with cacheDir for the metadata, in a fresh program.
func (f *farAway) latchkey(cacheDir string) timing {
	v := f.visit()
	client, err := auth.New(auth.Config{Store: store.NewMemory(), OpenBrowser: v.open, CacheDir: cacheDir, Transport: f.transport()})
	if err != nil {
		f.t.Fatal(err)
	}
	var once, twice sync.Once
	identity, profile := make(chan time.Time, 1), make(chan time.Time, 1)
	p := presenter.New(presenter.Config{
		Auth: client, Resources: resources.New(resources.Config{}), Providers: []auth.Provider{f.provider}, Window: noWindow{},
		OnState: func(s presenter.State) {
			if s.Waiting.Person != nil {
				once.Do(func() { identity <- time.Now() })
			}
			if s.Screen == presenter.ScreenProfile && !s.Profile.Updated.IsZero() {
				twice.Do(func() { profile <- time.Now() })
			}
		},
	})
	p.Start()
	defer p.Close()
	click := time.Now()
	p.SignIn(f.provider.ID)
	opened, code := <-v.opened, <-v.code
	return timing{opened.Sub(click), (<-identity).Sub(code), (<-profile).Sub(code)}
}

func (f *farAway) latchkeyWarm() func() timing {
	var dir string
	return func() timing {
		if dir == "" {
			dir = f.t.TempDir()
			f.latchkey(dir)
		}
		return f.latchkey(dir)
	}
}

// noWindow has nothing to show.
type noWindow struct{}

func (noWindow) CopyText(string)   {}
func (noWindow) Raise()            {}
func (noWindow) OpenFolder(string) {}

// plain is what most Go programs do.
func (f *farAway) plain() timing {
	v := f.visit()
	ctx := oidc.ClientContext(f.t.Context(), &http.Client{Transport: f.transport()})
	click := time.Now()
	provider, err := oidc.NewProvider(ctx, f.provider.Issuer)
	if err != nil {
		f.t.Fatal(err)
	}
	config := oauth2.Config{ClientID: f.provider.ClientID, ClientSecret: f.provider.ClientSecret.Reveal(),
		Endpoint: provider.Endpoint(), Scopes: []string{"openid", "email", "profile"}}
	config.Endpoint.AuthStyle = oauth2.AuthStyleInParams // probing would send the code twice
	state, verifier, nonce := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	codes := make(chan string, 1)
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" && r.FormValue("state") == state {
			codes <- r.FormValue("code")
		}
		_, _ = io.WriteString(w, "done")
	}))
	defer callback.Close()
	config.RedirectURL = callback.URL + "/callback"
	if err := v.open(ctx, config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce), oauth2.AccessTypeOffline)); err != nil {
		f.t.Fatal(err)
	}
	opened, code := <-v.opened, <-v.code
	token, err := config.Exchange(ctx, <-codes, oauth2.VerifierOption(verifier))
	if err != nil {
		f.t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID, SupportedSigningAlgs: []string{oidc.ES256}}).Verify(ctx, raw)
	if err != nil || id.Nonce != nonce {
		f.t.Fatalf("ID token: %v", err)
	}
	identity := time.Now()
	if _, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token)); err != nil {
		f.t.Fatal(err)
	}
	return timing{opened.Sub(click), identity.Sub(code), time.Since(code)}
}
