package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
)

// world is a provider, a client and a person at a browser.
type world struct {
	t        *testing.T
	server   *mocktest.Server
	provider auth.Provider
	store    *flaky
	dir      string
	person   mocktest.Person
	config   auth.Config
	client   *auth.Client
	pages    chan string // the last page of each visit of the browser

	mu    sync.Mutex
	steps []flow.Step // what the observer was told
}

// newWorld starts a mock of Google. change may be nil.
func newWorld(t *testing.T, change func(*auth.Config), options ...mockprovider.Option) *world {
	t.Helper()
	server := mocktest.Start(t, options...)
	w := &world{t: t, server: server, store: &flaky{Memory: store.NewMemory()}, dir: t.TempDir(),
		person: mocktest.Person{User: "ada"}, pages: make(chan string, 16),
		provider: auth.GoogleAt(server.Issuer(), server.PeopleAPI(), server.ClientID(), server.ClientSecret())}
	// As most providers do it, the tests' revokes one token only; Google's way
	// has tests of its own.
	w.provider.Quirks.RevocationEndsGrant = false
	w.config = auth.Config{Store: w.store, Dir: w.dir, CacheDir: filepath.Join(w.dir, "cache"), OpenBrowser: w.browse}
	if change != nil {
		change(&w.config)
	}
	w.restart()
	return w
}

// restart makes a new Client over the same files and store, as a new start of
// the program does.
func (w *world) restart() {
	w.t.Helper()
	client, err := auth.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	w.client = client
}

// browse opens an address as the system's browser: in the background.
func (w *world) browse(_ context.Context, address string) error {
	person := mocktest.NewPerson(w.person.User) // a fresh browser each time
	person.Untick, person.Deny = w.person.Untick, w.person.Deny
	done := make(chan struct{})
	w.t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		page, err := person.Open(w.t.Context(), address)
		if err != nil {
			w.pages <- "error: " + err.Error()
			return
		}
		w.pages <- page.Body
	}()
	return nil
}

func (w *world) observe(s flow.Step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = append(w.steps, s)
}

// signIn signs in, up to Pending.
func (w *world) signIn() (*auth.Pending, error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	return w.client.SignIn(ctx, w.provider, auth.SignInOptions{Observer: w.observe})
}

// session signs in and commits, and fails the test if that does not work.
func (w *world) session() *auth.Session {
	w.t.Helper()
	pending, err := w.signIn()
	if err != nil {
		w.t.Fatalf("signing in: %v", err)
	}
	session, err := pending.Commit(w.t.Context())
	if err != nil {
		w.t.Fatalf("Commit: %v", err)
	}
	return session
}

// userinfo asks the resource server with the session's token and returns the status.
func (w *world) userinfo(token auth.Token) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.Issuer()+"/v1/userinfo", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	token.Authorize(req)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// count counts requests in the provider's journal.
func (w *world) count(endpoint, grantType string) int {
	n := 0
	for _, e := range w.server.Journal().Entries() {
		if e.Endpoint == endpoint && (grantType == "" || e.GrantType == grantType) {
			n++
		}
	}
	return n
}

func wantCode(t *testing.T, err error, want auth.Code) {
	t.Helper()
	var p *auth.Problem
	if !errors.As(err, &p) || p.Code != want {
		t.Fatalf("error = %v, want the Problem %s", err, want)
	}
	if p.Next == "" {
		t.Errorf("%s names no next step", want)
	}
}

// flaky is a store that can be made to fail.
type flaky struct {
	*store.Memory
	mu       sync.Mutex
	status   store.Status
	failures map[string]error                // by operation
	calls    map[string][]store.Options      // by operation, in order
	onUnlock func(ctx context.Context) error // nil: Unlock answers at once
	onPut    func()                          // nil: Put answers at once
	unlocks  int
}

// asked notes a call.
func (f *flaky) asked(op string, o store.Options) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[string][]store.Options{}
	}
	f.calls[op] = append(f.calls[op], o)
}

// options returns with what options an operation was asked for so far.
func (f *flaky) options(op string) []store.Options {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls[op])
}

func (f *flaky) fail(op string, outcome store.Outcome, reason store.Reason) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failures == nil {
		f.failures = map[string]error{}
	}
	f.failures[op] = &store.Error{Op: op, Outcome: outcome, Reason: reason}
	f.status = store.Status{}
	if op == "status" {
		f.status = store.Status{Kind: "test", Name: "Test Keyring", Persistent: true, Outcome: outcome, Reason: reason}
	}
}

func (f *flaky) mend() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures, f.status = nil, store.Status{}
}

func (f *flaky) err(op string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failures[op]
}

func (f *flaky) Status(context.Context) store.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.status.Kind != "" {
		return f.status
	}
	return store.Status{Kind: "test", Name: "Test Keyring", Persistent: true, Outcome: store.Found}
}

func (f *flaky) Unlock(ctx context.Context) error {
	f.mu.Lock()
	f.unlocks++
	wait := f.onUnlock
	f.mu.Unlock()
	if wait != nil {
		if err := wait(ctx); err != nil {
			return err
		}
	}
	if err := f.err("unlock"); err != nil {
		return err
	}
	f.mend()
	return f.Memory.Unlock(ctx)
}

func (f *flaky) Get(ctx context.Context, name string, o store.Options) ([]byte, error) {
	f.asked("get", o)
	if err := f.err("get"); err != nil {
		return nil, err
	}
	return f.Memory.Get(ctx, name, o)
}

func (f *flaky) Put(ctx context.Context, name string, data []byte, o store.Options) error {
	f.asked("put", o)
	f.mu.Lock()
	wait := f.onPut
	f.mu.Unlock()
	if wait != nil {
		wait()
	}
	if err := f.err("put"); err != nil {
		return err
	}
	return f.Memory.Put(ctx, name, data, o)
}

func (f *flaky) Delete(ctx context.Context, name string, o store.Options) error {
	f.asked("delete", o)
	if err := f.err("delete"); err != nil {
		return err
	}
	return f.Memory.Delete(ctx, name, o)
}

func contains(t *testing.T, what, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%s = %q, want it to contain %q", what, text, part)
	}
}

// newRecorder is a server that shows each request to see.
func newRecorder(t *testing.T, see func(*http.Request)) string {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { see(r) }))
	t.Cleanup(s.Close)
	return s.URL
}

// newRedirect is a server that sends everybody to target.
func newRedirect(t *testing.T, target string) string {
	s := httptest.NewServer(http.RedirectHandler(target, http.StatusFound))
	t.Cleanup(s.Close)
	return s.URL
}

// listOf turns the mock's key list, of whatever type, into a list of anything.
func listOf(v any) []any {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out []any
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}
