package resources_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/backchannel"
	"app.latchkey/auth/flow"
	"app.latchkey/resources"
)

// TestMain keeps a proxy of the developer's, and a D-Bus of theirs, out.
func TestMain(m *testing.M) {
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		_ = os.Unsetenv(v)
	}
	_ = os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	os.Exit(m.Run())
}

const (
	sub = "108204268033311374519"
	key = "0123abcd"
)

// fakeSession is a signed-in account at a provider on this computer. Each
// refresh gives the next token: token-1, token-2, …
type fakeSession struct {
	provider auth.Provider
	identity auth.Identity
	scopes   []string
	userinfo string
	metaErr  error
	channel  *backchannel.Client

	mu       sync.Mutex
	token    int
	expired  int
	tokenErr error
}

func (s *fakeSession) Account() auth.Account {
	return auth.Account{Issuer: s.provider.Issuer, Subject: s.identity.Subject, Key: key}
}
func (s *fakeSession) Provider() auth.Provider          { return s.provider }
func (s *fakeSession) Identity() auth.Identity          { return s.identity }
func (s *fakeSession) Scopes() []string                 { return s.scopes }
func (s *fakeSession) Backchannel() *backchannel.Client { return s.channel }
func (s *fakeSession) UserinfoEndpoint(context.Context) (string, error) {
	return s.userinfo, s.metaErr
}

func (s *fakeSession) Token(context.Context) (auth.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return newToken(fmt.Sprintf("token-%d", s.token+1)), s.tokenErr
}

func (s *fakeSession) Expire(auth.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.expired = s.token+1, s.expired+1
}

func newToken(value string) auth.Token { return auth.NewToken(auth.NewSecret(value), time.Time{}) }

// bench is a provider, a session there and a client with a clock of its own.
type bench struct {
	*fakeSession
	server *httptest.Server
	client *resources.Client
	dir    string
	now    time.Time
	slept  []time.Duration
	record *flow.Recorder

	mu       sync.Mutex
	requests []*http.Request
}

// newBench serves /userinfo and /people with the given handlers; a nil one
// means that the provider has no such endpoint.
func newBench(t *testing.T, userinfo, people http.HandlerFunc) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.requests = append(b.requests, r)
		b.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(b.server.Close)
	b.fakeSession = &fakeSession{
		provider: auth.Provider{ID: "mock", Name: "Mock", Issuer: b.server.URL},
		identity: auth.Identity{Issuer: b.server.URL, Subject: sub, Name: "Ada (token)", Email: "ada@example.com", EmailVerified: true},
		scopes:   []string{"email", "openid", "profile"},
		channel:  backchannel.New(backchannel.Options{AllowLoopbackHTTP: true, Timeout: 5 * time.Second}),
	}
	if userinfo != nil {
		mux.HandleFunc("/userinfo", userinfo)
		b.userinfo = b.server.URL + "/userinfo"
	}
	if people != nil {
		mux.HandleFunc("/people/me", people)
		b.provider.ProfileAPI = b.server.URL + "/people/me"
	}
	b.client = resources.New(resources.Config{CacheDir: b.dir, Now: func() time.Time { return b.now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			b.mu.Lock()
			b.slept = append(b.slept, d)
			b.mu.Unlock()
			return ctx.Err()
		}})
	b.record = flow.NewRecorder("Mock", b.server.URL, nil, nil)
	return b
}

func (b *bench) profile() (resources.Profile, error) {
	return b.client.Profile(context.Background(), b.fakeSession, b.record)
}

// step is the one step that was recorded.
func (b *bench) step(t *testing.T) flow.Step {
	t.Helper()
	steps := b.record.Flow().Steps
	if len(steps) != 1 {
		t.Fatalf("got %d steps, want 1", len(steps))
	}
	return steps[0]
}

func (b *bench) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var paths []string
	for _, r := range b.requests {
		paths = append(paths, r.URL.Path)
	}
	return paths
}

// answer is a handler that always says the same.
func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn answers each request with the next handler, the last one for ever.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handlers[0]
		if len(handlers) > 1 {
			handlers = handlers[1:]
		}
		mu.Unlock()
		h(w, r)
	}
}

func wantCode(t *testing.T, err error, code auth.Code, next auth.Next) *auth.Problem {
	t.Helper()
	p := auth.AsProblem(err)
	if p == nil {
		t.Fatalf("no error, want %s", code)
	}
	if p.Phase != auth.PhaseProfile || p.Code != code || p.Next != next {
		t.Errorf("got %s/%s/%s (%v), want profile/%s/%s", p.Phase, p.Code, p.Next, p.Err, code, next)
	}
	return p
}
