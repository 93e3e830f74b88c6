//go:build unix

package mockprovider_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
)

// TestSoak signs in very often and wants neither memory nor goroutines nor the
// time of a sign-in to grow: codes, grants, browsers, pages and the journal
// are bounded. LATCHKEY_SOAK is how often; without it the test is skipped.
//
// The first fifth fills what is bounded; growth is measured over the rest.
func TestSoak(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("LATCHKEY_SOAK"))
	if err != nil || n < 5*samples {
		t.Skip("runs in make soak")
	}
	srv := mocktest.Start(t, mockprovider.WithPersona(persona.Plain()))
	w := &walker{srv: srv, transport: &http.Transport{}}
	defer w.transport.CloseIdleConnections()
	var first, last figures
	for part := range 5 {
		last = figures{}
		// What is bounded is halved now and then, so the peak is what counts.
		for range samples {
			begin := processorTime(t)
			for range n / 5 / samples {
				if err := w.signIn(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			last.add(processorTime(t) - begin)
		}
		last.each = last.each / time.Duration(n/5/samples*samples)
		if part == 0 {
			first = last
		}
		t.Logf("after %6d sign-ins: %v of processor time each, client included, heap at most %.1f MB, %d goroutines, %d grants",
			(part+1)*n/5, last.each.Round(time.Microsecond), float64(last.heap)/1e6, last.goroutines, srv.Grants(""))
	}
	if last.heap > first.heap+first.heap/10+2e6 {
		t.Errorf("the heap grew from %d to %d bytes", first.heap, last.heap)
	}
	if last.goroutines > first.goroutines+3 {
		t.Errorf("goroutines grew from %d to %d", first.goroutines, last.goroutines)
	}
	if last.each > first.each*3/2 {
		t.Errorf("a sign-in took %v and takes %v", first.each, last.each)
	}
}

// processorTime is what this process has used. The clock would count what
// other programs do.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// figures are what must not grow.
type figures struct {
	each       time.Duration
	heap       uint64
	goroutines int
}

// samples is how often they are taken in a part.
const samples = 20

// add takes a sample after some sign-ins that took that long.
func (f *figures) add(took time.Duration) {
	runtime.GC()
	runtime.GC() // what finalizers freed
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f.each += took
	f.heap = max(f.heap, m.HeapAlloc)
	f.goroutines = max(f.goroutines, runtime.NumGoroutine())
}

// walker signs in without reading pages: as fast as it goes.
type walker struct {
	srv       *mocktest.Server
	transport *http.Transport
}

func (w *walker) signIn(ctx context.Context) error {
	q := url.Values{
		"client_id": {w.srv.ClientID()}, "redirect_uri": {"http://127.0.0.1:9/callback"}, "response_type": {"code"},
		"scope": {"openid email offline_access"}, "state": {rand.Text()}, "nonce": {rand.Text()},
		"code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"},
	}
	at, cookie, err := w.send(ctx, w.srv.Persona().Paths.Authorization+"?"+q.Encode(), "", nil)
	if err != nil {
		return err
	}
	path, id, _ := strings.Cut(at, "?i=")
	if at, cookie, err = w.send(ctx, path, cookie, url.Values{"i": {id}, "user": {"ada@example.com"}}); err != nil {
		return err
	}
	path, id, _ = strings.Cut(at, "?i=")
	if at, _, err = w.send(ctx, path, cookie, url.Values{"i": {id}, "action": {"allow"}, "scope": {"openid", "email", "offline_access"}}); err != nil {
		return err
	}
	back, err := url.Parse(at)
	if err != nil || back.Query().Get("code") == "" {
		return fmt.Errorf("no code at %q", at)
	}
	_, _, err = w.send(ctx, w.srv.Persona().Paths.Token, "", url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {"http://127.0.0.1:9/callback"},
		"code_verifier": {verifier}, "client_id": {w.srv.ClientID()},
	})
	return err
}

// send returns where the answer points and the cookie it set.
func (w *walker) send(ctx context.Context, path, cookie string, form url.Values) (location, set string, err error) {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(ctx, method, w.srv.Issuer()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	response, err := w.transport.RoundTrip(r)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", "", err
	}
	if response.StatusCode >= 400 {
		return "", "", fmt.Errorf("%s: %d %s", path, response.StatusCode, text)
	}
	set, _, _ = strings.Cut(response.Header.Get("Set-Cookie"), ";")
	if set == "" {
		set = cookie
	}
	return response.Header.Get("Location"), set, nil
}
