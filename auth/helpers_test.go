package auth_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

// bender is a hook whose misbehaviour can be changed while the provider runs.
type bender struct {
	mu sync.Mutex
	f  func(*mockprovider.Event)
}

func (b *bender) set(f func(*mockprovider.Event)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.f = f
}

func (b *bender) bend(e *mockprovider.Event) {
	b.mu.Lock()
	f := b.f
	b.mu.Unlock()
	if f != nil {
		f(e)
	}
}

// hold keeps the first request that fits, once it is armed, until release or
// the end of the test.
type hold struct {
	arrived, gate chan struct{}
	armed         atomic.Bool
	open          sync.Once
	end           <-chan struct{}
}

func newHold(t *testing.T) *hold {
	return &hold{arrived: make(chan struct{}), gate: make(chan struct{}), end: t.Context().Done()}
}

func (h *hold) arm()     { h.armed.Store(true) }
func (h *hold) release() { h.open.Do(func() { close(h.gate) }) }

// at returns the hook.
func (h *hold) at(fits func(*mockprovider.Event) bool) func(*mockprovider.Event) {
	return func(e *mockprovider.Event) {
		if fits(e) && h.armed.CompareAndSwap(true, false) {
			close(h.arrived)
			select {
			case <-h.gate:
			case <-h.end:
			}
		}
	}
}

func isRefresh(e *mockprovider.Event) bool { return e.GrantType == "refresh_token" }

func isEndpoint(name string) func(*mockprovider.Event) bool {
	return func(e *mockprovider.Event) bool { return e.Endpoint == name }
}

// eventually waits for what nobody announces.
func eventually(t *testing.T, what string, fits func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !fits() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// spy is a Transport that sees each request of the back channel. see may answer
// it; with nil, nil it goes on to the provider.
type spy struct {
	see  func(*http.Request) (*http.Response, error)
	next http.Transport
}

func newSpy(see func(*http.Request) (*http.Response, error)) *spy {
	return &spy{see: see, next: http.Transport{DisableKeepAlives: true}}
}

func (s *spy) RoundTrip(req *http.Request) (*http.Response, error) {
	if resp, err := s.see(req); resp != nil || err != nil {
		return resp, err
	}
	return s.next.RoundTrip(req)
}

// formOf reads a request's form and leaves the body as it was.
func formOf(req *http.Request) url.Values {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(err)
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	if err != nil {
		panic(err)
	}
	return form
}

func response(req *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader([]byte(body)))}
}

// rows is a log that several goroutines write to.
type rows[T any] struct {
	mu   sync.Mutex
	list []T
}

func (r *rows[T]) add(v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, v)
}

func (r *rows[T]) all() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]T(nil), r.list...)
}

// storedToken is the refresh token in the store, "" if there is none.
func (w *world) storedToken(item string) string {
	w.t.Helper()
	data, err := w.store.Memory.Get(w.t.Context(), item, store.Options{})
	if err != nil {
		return ""
	}
	var r struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		w.t.Fatalf("the stored record: %v", err)
	}
	return r.RefreshToken
}

// elsewhere is the only account's session in another process: another Client
// over the same files and store.
func (w *world) elsewhere() *auth.Session {
	w.t.Helper()
	client, err := auth.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	return resumeOnly(w.t, client, w.provider)
}

// withoutLocks is the only account's session in a process that does not lock:
// an older version of the program, say.
func (w *world) withoutLocks() *auth.Session {
	w.t.Helper()
	c := w.config
	c.Dir = w.t.TempDir()
	index, err := os.ReadFile(filepath.Join(w.dir, "accounts.json"))
	if err == nil {
		err = os.WriteFile(filepath.Join(c.Dir, "accounts.json"), index, 0o600)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	client, err := auth.New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return resumeOnly(w.t, client, w.provider)
}

// again is the only account's session after another start of the program.
func (w *world) again() *auth.Session {
	w.t.Helper()
	w.restart()
	return resumeOnly(w.t, w.client, w.provider)
}

func resumeOnly(t *testing.T, client *auth.Client, p auth.Provider) *auth.Session {
	t.Helper()
	list, err := client.Accounts()
	if err != nil || len(list) != 1 {
		t.Fatalf("accounts: %v, %v; want one", list, err)
	}
	session, err := client.Resume(list[0], p)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// fake is a provider on the public internet that needs no network, so that
// tests may run in a bubble of package synctest and see https issuers. Its one
// account is in store.
type fake struct {
	mu      sync.Mutex       // guards answers
	dir     string           // "": no files
	now     func() time.Time // nil: the bubble's
	store   *flaky
	answers map[string]func(*http.Request) (*http.Response, error) // by URL without query; over the defaults
	seen    rows[*http.Request]
}

const fakeIssuer = "https://id.example"

func newFake() *fake {
	return &fake{store: &flaky{Memory: store.NewMemory()}, answers: map[string]func(*http.Request) (*http.Response, error){}}
}

// answer changes what an address answers, also while requests are on their
// way; nil is the default again.
func (f *fake) answer(path string, how func(*http.Request) (*http.Response, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if how == nil {
		delete(f.answers, fakeIssuer+path)
		return
	}
	f.answers[fakeIssuer+path] = how
}

func (f *fake) RoundTrip(req *http.Request) (*http.Response, error) {
	f.seen.add(req)
	address := req.URL.Scheme + "://" + req.URL.Host + req.URL.Path
	f.mu.Lock()
	answer, ok := f.answers[address]
	f.mu.Unlock()
	if ok {
		return answer(req)
	}
	switch address {
	case fakeIssuer + "/.well-known/openid-configuration":
		return response(req, 200, `{"issuer":"https://id.example","authorization_endpoint":"https://id.example/authorize",
			"token_endpoint":"https://id.example/token","jwks_uri":"https://id.example/keys","revocation_endpoint":"https://id.example/revoke"}`), nil
	case fakeIssuer + "/token":
		return response(req, 200, `{"access_token":"access","token_type":"Bearer","expires_in":3600,"refresh_token":"rotated"}`), nil
	}
	return response(req, 200, `{}`), nil
}

// session resumes the account.
func (f *fake) session(t testing.TB) *auth.Session {
	t.Helper()
	provider := auth.Provider{ID: "fake", Name: "Fake", Issuer: fakeIssuer, ClientID: "client"}
	account := auth.Account{Issuer: fakeIssuer, Subject: "1", ClientID: "client", Key: "key", Item: "item"}
	record := `{"v":1,"issuer":"https://id.example","subject":"1","client_id":"client","refresh_token":"first","scopes":["openid"]}`
	if err := f.store.Memory.Put(t.Context(), account.Item, []byte(record), store.Options{}); err != nil {
		t.Fatal(err)
	}
	client, err := auth.New(auth.Config{Store: f.store, Dir: f.dir, Transport: f, Now: f.now})
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.Resume(account, provider)
	if err != nil {
		t.Fatal(err)
	}
	return session
}
