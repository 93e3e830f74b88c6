package presenter_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
)

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

// wait is called by what is to be held.
func (h *hold) wait() {
	if h.armed.CompareAndSwap(true, false) {
		close(h.arrived)
		select {
		case <-h.gate:
		case <-h.end:
		}
	}
}

// at is the hook for requests that fit.
func (h *hold) at(fits func(*mockprovider.Event) bool) func(*mockprovider.Event) {
	return func(e *mockprovider.Event) {
		if fits(e) {
			h.wait()
		}
	}
}

func isRefresh(e *mockprovider.Event) bool { return e.GrantType == "refresh_token" }

func isEndpoint(name string) func(*mockprovider.Event) bool {
	return func(e *mockprovider.Event) bool { return e.Endpoint == name }
}

// scripted is a keychain that does something before it does what it is asked.
type scripted struct {
	keep
	mu     sync.Mutex
	before map[string]func() error // by operation; its error is the answer
	locked bool
}

func newScripted() *scripted { return scriptedOver(store.NewMemory()) }

func scriptedOver(m *store.Memory) *scripted {
	return &scripted{keep: keep{m}, before: map[string]func() error{}}
}

func (s *scripted) when(op string, f func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before[op] = f
}

func (s *scripted) run(op string) error {
	s.mu.Lock()
	f := s.before[op]
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	return f()
}

func unavailable() error {
	return &store.Error{Op: "test", Outcome: store.Unavailable, Reason: store.ReasonTimeout}
}

func (s *scripted) Status(ctx context.Context) store.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := s.keep.Status(ctx)
	if s.locked {
		status.Outcome = store.Locked
	}
	return status
}

func (s *scripted) Unlock(context.Context) error {
	if err := s.run("unlock"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked = false
	return nil
}

func (s *scripted) Get(ctx context.Context, name string, o store.Options) ([]byte, error) {
	if err := s.run("get"); err != nil {
		return nil, err
	}
	return s.keep.Get(ctx, name, o)
}

// Put succeeds also when nobody waits any more, as keychains do.
func (s *scripted) Put(ctx context.Context, name string, data []byte, o store.Options) error {
	if err := s.run("put"); err != nil {
		return err
	}
	return s.keep.Put(context.WithoutCancel(ctx), name, data, o)
}

func (s *scripted) Delete(ctx context.Context, name string, o store.Options) error {
	if err := s.run("delete"); err != nil {
		return err
	}
	return s.keep.Delete(ctx, name, o)
}

// begin starts the program and presses the button.
func (s *stage) begin() {
	s.t.Helper()
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.SignIn("google")
}

// revoked is the profile screen of Ada, whose session ended at the provider.
func (s *stage) revoked() {
	s.t.Helper()
	s.start()
	s.signIn()
	s.server.RevokeAll()
	s.stop()
	s.start()
	s.until("the problem", hasProblem(auth.CodeRefreshRevoked))
}

// firstScreen is what the next start of the program shows first.
func (s *stage) firstScreen() presenter.State {
	s.t.Helper()
	s.stop()
	s.start()
	s.until("the first screen", func(st presenter.State) bool { return st.Screen != presenter.ScreenStarting })
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[0]
}

// signedInAgain fits the profile that follows a waiting screen.
func (s *stage) signedInAgain(st presenter.State) bool {
	return loaded(st) && slices.ContainsFunc(s.states, on(presenter.ScreenWaiting))
}

// all are the States since the last start.
func (s *stage) all() []presenter.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]presenter.State(nil), s.states...)
}

func (s *stage) count(endpoint string) int {
	n := 0
	for _, e := range s.server.Journal().Entries() {
		if e.Endpoint == endpoint {
			n++
		}
	}
	return n
}

// files are the files below the program's folder.
func (s *stage) files() []string {
	var out []string
	_ = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return nil
	})
	return out
}

func person(email string) func(presenter.State) bool {
	return func(st presenter.State) bool {
		return st.Screen == presenter.ScreenProfile && st.Profile.Person.Email == email
	}
}

func picture(st presenter.State) bool { return loaded(st) && st.Profile.Person.Picture != "" }

func asked(st presenter.State) bool { return st.Confirm != nil }
