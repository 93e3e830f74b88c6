package auth_test

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/backchannel"
	"app.latchkey/mockprovider"
)

// No request of the back channel follows a redirect: what stands at its end
// hears nothing, and so gets neither code nor secret.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, c := range []struct {
		name, endpoint string
		do             func(*world) error
	}{
		{"discovery", "discovery", func(w *world) error { _, err := w.signIn(); return err }},
		{"keys", "jwks", func(w *world) error { _, err := w.signIn(); return err }},
		{"exchange", "token", func(w *world) error { _, err := w.signIn(); return err }},
		{"refresh", "token", func(w *world) error { _, err := w.again().Token(w.t.Context()); return err }},
		{"revocation", "revoke", func(w *world) error { return w.again().SignOut(w.t.Context()) }},
	} {
		for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			t.Run(c.name+" "+http.StatusText(status), func(t *testing.T) {
				var heard atomic.Int32
				thief := newRecorder(t, func(*http.Request) { heard.Add(1) })
				var b bender
				w := newWorld(t, func(c *auth.Config) { c.CacheDir = "" }, mockprovider.WithHook(transport, b.bend))
				if c.name == "refresh" || c.name == "revocation" {
					w.session()
				}
				var bent atomic.Int32
				b.set(func(e *mockprovider.Event) {
					if e.Endpoint == c.endpoint {
						bent.Add(1)
						e.Header.Set("Location", thief+"/take")
						e.Status, e.Body = status, []byte("{}")
					}
				})
				if err := c.do(w); err == nil {
					t.Error("a redirect was taken for an answer")
				}
				if bent.Load() == 0 {
					t.Error("nothing was bent: the test proves nothing")
				}
				if n := heard.Load(); n != 0 {
					t.Errorf("%d requests went to where the redirect leads", n)
				}
			})
		}
	}
}

func TestCertificateThatExpiredMeansAWrongClock(t *testing.T) {
	w := newWorld(t, func(c *auth.Config) {
		c.Transport = newSpy(func(*http.Request) (*http.Response, error) {
			return nil, x509.CertificateInvalidError{Reason: x509.Expired}
		})
	})
	_, err := w.signIn()
	wantCode(t, err, auth.CodeClockSkew)
}

// A computer whose clock is wrong can sign in and stay signed in: times in
// tokens are compared with the provider's clock.
func TestWrongClock(t *testing.T) {
	for _, c := range []struct {
		name string
		by   time.Duration
	}{{"two hours slow", -2 * time.Hour}, {"two hours fast", 2 * time.Hour}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(config *auth.Config) { config.Now = func() time.Time { return time.Now().Add(c.by) } })
			pending := w.pending()
			if off := pending.ClockSkew() + c.by; off.Abs() > time.Minute {
				t.Errorf("the sign-in tells a skew of %v, want %v", pending.ClockSkew(), -c.by)
			}
			pending.Discard(t.Context())
			session := w.resumed()
			mustToken(t, session)
			if off := session.ClockSkew() + c.by; off.Abs() > time.Minute || w.client.ClockSkew(w.provider) != session.ClockSkew() {
				t.Errorf("the session tells a skew of %v, want %v", session.ClockSkew(), -c.by)
			}
		})
	}
}

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	by time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.by)
}

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += by
}

// readBeforeBrowser signs in and tells how often the discovery document was
// read before the browser opened. (The journal can't tell: it may be read again
// in that very moment.)
func (w *world) readBeforeBrowser() int {
	w.t.Helper()
	pending := w.pending()
	defer pending.Discard(w.t.Context())
	for _, p := range pending.Flow().Steps[0].Params {
		if p.Name == "source" && p.Value == "cache" {
			return 0
		}
	}
	return 1
}

// Metadata from the cache open the browser at once and are read again while the
// person is there; those of a session, which nobody waits for, after a day.
func TestMetadataFromTheCache(t *testing.T) {
	for _, c := range []struct {
		name string
		by   time.Duration
		want int
	}{{"within the week", 6*24*time.Hour + 23*time.Hour, 0}, {"after it", 7*24*time.Hour + time.Hour, 1}} {
		t.Run(c.name, func(t *testing.T) {
			var k clock
			gate := newHold(t)
			gate.arm()
			var later bender
			w := newWorld(t, func(config *auth.Config) { config.Now = k.now }, mockprovider.WithHook(transport, later.bend))
			w.pending().Discard(t.Context())
			k.move(c.by)
			if c.want == 0 { // a revalidation that takes long holds nobody up
				later.set(gate.at(isEndpoint("discovery")))
			}
			if n := w.readBeforeBrowser(); n != c.want {
				t.Errorf("the discovery document was read %d times before the browser opened, want %d", n, c.want)
			}
			gate.release()
		})
	}
}

// The cached document is no better than the network: it is checked again.
func TestCachedMetadata(t *testing.T) {
	document := func(name string, value any) func(map[string]any) {
		return func(file map[string]any) { file["document"].(map[string]any)[name] = value }
	}
	read := func(ago time.Duration) func(map[string]any) {
		return func(file map[string]any) { file["read"] = time.Now().Add(-ago) }
	}
	for _, c := range []struct {
		name   string
		change func(map[string]any)
		want   int // readings of the discovery document after the restart, before the browser opens
	}{
		{"as it was", func(map[string]any) {}, 0},
		{"another issuer", document("issuer", "https://evil.example"), 1},
		{"token endpoint over http", document("token_endpoint", "http://evil.example/token"), 1},
		{"plain only", document("code_challenge_methods_supported", []string{"plain"}), 1},
		{"no document", func(file map[string]any) { delete(file, "document") }, 1},
		{"two days old", read(48 * time.Hour), 0},
		{"eight days old", read(8 * 24 * time.Hour), 1},
		{"from tomorrow", read(-24 * time.Hour), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.pending().Discard(t.Context())
			files, err := filepath.Glob(filepath.Join(w.config.CacheDir, "metadata-*.json"))
			if err != nil || len(files) != 1 {
				t.Fatalf("cache files %v, %v", files, err)
			}
			var file map[string]any
			b, _ := os.ReadFile(files[0])
			if err := json.Unmarshal(b, &file); err != nil {
				t.Fatal(err)
			}
			c.change(file)
			b, _ = json.Marshal(file)
			if err := os.WriteFile(files[0], b, 0o600); err != nil {
				t.Fatal(err)
			}
			w.restart()
			if n := w.readBeforeBrowser(); n != c.want {
				t.Errorf("the discovery document was read %d times, want %d", n, c.want)
			}
		})
	}
}

// A token endpoint that answers nonsense may have moved.
func TestNonsenseFromTheTokenEndpointForgetsTheMetadata(t *testing.T) {
	var b bender
	w := newWorld(t, nil, mockprovider.WithHook(transport, b.bend))
	b.set(answer("token", http.StatusNotFound, "text/html", "<html>gone</html>"))
	_, err := w.signIn()
	wantCode(t, err, auth.CodeProviderHTML)
	b.set(nil)
	w.pending().Discard(t.Context())
	if n := w.count("discovery", ""); n != 2 {
		t.Errorf("the discovery document was read %d times, want twice", n)
	}
}

// Providers rotate keys just before they sign.
func TestKeyRotatedJustBeforeSigning(t *testing.T) {
	var before atomic.Bool // the rotation
	before.Store(true)
	old := func(e *mockprovider.Event) {
		if !before.Load() {
			return
		}
		if e.Stage == header {
			e.Object.Set("kid", "old")
			return
		}
		keys := listOf(e.Object.Get("keys"))
		keys[0].(map[string]any)["kid"] = "old"
		e.Object.Set("keys", keys)
	}
	w := newWorld(t, nil, mockprovider.WithHook(header, old), mockprovider.WithHook(jwks, old))
	w.pending().Discard(t.Context())
	before.Store(false)
	w.pending().Discard(t.Context())
	if n := w.count("jwks", ""); n != 2 {
		t.Errorf("the keys were read %d times, want twice", n)
	}
}

// RFC 9207: who says that it sends iss must send it.
func TestAdvertisedIssuerIsDemanded(t *testing.T) {
	for _, c := range []struct {
		name string
		send bool
	}{{"sent", true}, {"missing", false}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil,
				mockprovider.WithHook(discovery, set("authorization_response_iss_parameter_supported", true)),
				mockprovider.WithHook(redirect, func(e *mockprovider.Event) {
					if !c.send {
						e.Params.Delete("iss")
					}
				}))
			pending, err := w.signIn()
			if c.send {
				if err != nil {
					t.Fatal(err)
				}
				pending.Discard(t.Context())
				return
			}
			wantCode(t, err, auth.CodeIssMismatch)
			if n := w.count("token", ""); n != 0 {
				t.Error("the code was redeemed")
			}
		})
	}
}

// The token travels over https, or to this computer where the issuer is on it.
func TestWhereTheAccessTokenMayGo(t *testing.T) {
	to := func(target string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			resp := response(r, http.StatusFound, "")
			resp.Header.Set("Location", target)
			return resp, nil
		}
	}
	for _, c := range []struct {
		name, address string
		hops          map[string]string
		want          string // the last address, with a token; "" if none may have it there
	}{
		{"https", "https://api.example/me", nil, "https://api.example/me"},
		{"http", "http://api.example/me", nil, ""},
		{"http on this computer, issuer elsewhere", "http://127.0.0.1/me", nil, ""},
		{"redirect on the same host", "https://api.example/me", map[string]string{"https://api.example/me": "https://api.example/you"}, "https://api.example/you"},
		{"redirect to another host", "https://api.example/me", map[string]string{"https://api.example/me": "https://evil.example/me"}, ""},
		{"redirect to http", "https://api.example/me", map[string]string{"https://api.example/me": "http://api.example/me"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake()
			for from, target := range c.hops {
				f.answers[from] = to(target)
			}
			resp, err := f.session(t).HTTPClient().Get(c.address)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			seen := f.seen.all()
			sent := seen[len(seen)-1]
			if got := sent.Header.Get("Authorization"); (got != "") != (c.want != "") {
				t.Errorf("%s was sent the header %q", sent.URL, got)
			}
			if c.want != "" && sent.URL.String() != c.want {
				t.Errorf("ended at %s, want %s", sent.URL, c.want)
			}
		})
	}
	t.Run("from https to http on this computer", func(t *testing.T) {
		var header string
		w := newWorld(t, nil)
		w.config.Transport = newSpy(func(r *http.Request) (*http.Response, error) {
			switch {
			case r.URL.Port() != "1":
				return nil, nil
			case r.URL.Scheme == "https":
				return to("http://127.0.0.1:1/me")(r)
			}
			header = r.Header.Get("Authorization")
			return response(r, http.StatusOK, "{}"), nil
		})
		w.restart()
		resp, err := w.session().HTTPClient().Get("https://127.0.0.1:1/me")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if header != "" {
			t.Error("the token went on over http")
		}
	})
}

// Plain http to this computer is for providers on this computer.
func TestHTTPToThisComputerIsForIssuersOnIt(t *testing.T) {
	reached := atomic.Int32{}
	here := newRecorder(t, func(*http.Request) { reached.Add(1) })
	t.Run("back channel", func(t *testing.T) {
		f := newFake()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, here, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.session(t).Backchannel().Do(t.Context(), req, 0); !errors.Is(err, backchannel.ErrInsecure) {
			t.Errorf("error %v, want ErrInsecure", err)
		}
		if n := len(f.seen.all()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
	t.Run("discovery", func(t *testing.T) {
		f := newFake()
		f.answers[fakeIssuer+"/.well-known/openid-configuration"] = func(r *http.Request) (*http.Response, error) {
			return response(r, http.StatusOK, `{"issuer":"https://id.example","authorization_endpoint":"https://id.example/authorize",
				"token_endpoint":"`+here+`","jwks_uri":"https://id.example/keys"}`), nil
		}
		_, err := f.session(t).Token(t.Context())
		wantCode(t, err, auth.CodeMetadataInsecureEndpoint)
	})
	if n := reached.Load(); n != 0 {
		t.Errorf("%d requests went to this computer", n)
	}
}

// A request with a body is sent once: it cannot be read again.
func TestRequestsWithABodyAreNotRepeated(t *testing.T) {
	var bodies rows[string]
	api := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		bodies.add(r.PostForm.Encode())
		rw.WriteHeader(http.StatusUnauthorized)
	}))
	defer api.Close()
	w := newWorld(t, nil)
	resp, err := w.session().HTTPClient().Post(api.URL, "application/x-www-form-urlencoded", strings.NewReader("a=b"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := bodies.all(); resp.StatusCode != http.StatusUnauthorized || len(got) != 1 || got[0] != "a=b" {
		t.Errorf("status %d, sent %q", resp.StatusCode, got)
	}
}
