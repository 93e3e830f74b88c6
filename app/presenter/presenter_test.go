package presenter_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/resources"
)

// stage is a presenter over the real client, a mock of Google and a person.
type stage struct {
	configure func(*presenter.Config) // before each start; may be nil
	t         *testing.T
	server    *mocktest.Server
	dir       string
	store     store.Store
	person    mocktest.Person
	browser   error // what opening the browser returns
	visits    sync.WaitGroup
	p         *presenter.Presenter
	provider  auth.Provider
	problem   error
	more      []auth.Provider // besides provider
	memory    presenter.Memory
	late      func() bool
	restart   func()
	first     func()           // told of each State; may be nil
	now       func() time.Time // this computer's clock; nil: the right one
	client    *auth.Client
	vault     store.Store // auth.Config.Fallback
	fallback  presenter.Fallback
	trials    presenter.Trials
	exporter  presenter.Exporter
	// transport is the person's browser's, channel the program's; nil: the usual one.
	transport, channel http.RoundTripper

	mu     sync.Mutex
	states []presenter.State
	news   chan struct{}
	raised int
	copied []string
	opened []string
}

func newStage(t *testing.T, options ...mockprovider.Option) *stage {
	s := &stage{t: t, server: mocktest.Start(t, options...), dir: t.TempDir(), store: keep{store.NewMemory()},
		person: mocktest.Person{User: "ada"}, news: make(chan struct{}, 1)}
	s.provider = auth.GoogleAt(s.server.Issuer(), s.server.PeopleAPI(), s.server.ClientID(), s.server.ClientSecret())
	s.provider.Quirks.RevocationEndsGrant = false // so that a sign-out shows in the journal
	t.Cleanup(func() { s.stop(); s.visits.Wait() })
	return s
}

// keep is a memory that says it is a keychain.
type keep struct{ *store.Memory }

func (keep) Status(context.Context) store.Status {
	return store.Status{Kind: "test", Name: "Test Keyring", Persistent: true, Outcome: store.Found}
}

// start is a start of the program.
func (s *stage) start() {
	s.t.Helper()
	client, err := auth.New(auth.Config{Store: s.store, Fallback: s.vault, Dir: s.dir, OpenBrowser: s.open, Now: s.now, Transport: s.channel})
	if err != nil {
		s.t.Fatal(err)
	}
	s.client = client
	if err := os.MkdirAll(s.downloads(), 0o700); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	s.states = nil
	s.mu.Unlock()
	config := presenter.Config{Auth: client, Resources: resources.New(resources.Config{CacheDir: filepath.Join(s.dir, "cache")}),
		Providers: append([]auth.Provider{s.provider}, s.more...), Memory: s.memory, Fallback: s.fallback, BusLate: s.late, Restart: s.restart, Problem: s.problem, ConfigDir: s.dir, Trials: s.trials, Exporter: s.exporter, SaveDir: func() (string, error) { return s.downloads(), nil }, Window: window{s}, OnState: s.onState}
	if s.configure != nil {
		s.configure(&config)
	}
	s.p = presenter.New(config)
	s.p.Start()
}

// downloads is where files are saved.
func (s *stage) downloads() string { return filepath.Join(s.dir, "downloads") }

func (s *stage) stop() {
	if s.p != nil {
		s.p.Close()
		s.p = nil
	}
}

func (s *stage) open(_ context.Context, address string) error {
	s.mu.Lock()
	s.opened = append(s.opened, address)
	s.mu.Unlock()
	if s.browser != nil {
		return s.browser
	}
	s.visit(address)
	return nil
}

// visit is the person at a fresh browser.
func (s *stage) visit(address string) {
	person := mocktest.NewPerson(s.person.User)
	person.Untick, person.Deny, person.StopAtLogin = s.person.Untick, s.person.Deny, s.person.StopAtLogin
	person.Transport = s.transport
	s.visits.Go(func() { _, _ = person.Open(s.t.Context(), address) })
}

func (s *stage) onState(state presenter.State) {
	if s.first != nil {
		s.first()
	}
	s.mu.Lock()
	s.states = append(s.states, state)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// until waits for a State that fits, among those since the last start.
func (s *stage) until(what string, fits func(presenter.State) bool) presenter.State {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		if n := len(s.states); n > 0 && fits(s.states[n-1]) {
			state := s.states[n-1]
			s.mu.Unlock()
			return state
		}
		s.mu.Unlock()
		select {
		case <-s.news:
		case <-deadline:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.t.Fatalf("waited in vain for %s; the last of %d states: %+v", what, len(s.states), s.states[max(0, len(s.states)-1):])
		}
	}
}

// look reads what was recorded.
func (s *stage) look(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func on(screen presenter.Screen) func(presenter.State) bool {
	return func(st presenter.State) bool { return st.Screen == screen }
}

func loaded(st presenter.State) bool {
	return st.Screen == presenter.ScreenProfile && !st.Profile.Updated.IsZero() && !st.Profile.Refreshing
}

// inTheBrowser: the person is there, and the window waits.
func inTheBrowser(st presenter.State) bool {
	return st.Waiting.Steps[1].State == presenter.StepActive
}

func hasProblem(code auth.Code) func(presenter.State) bool {
	return func(st presenter.State) bool { return st.Problem != nil && st.Problem.Code == string(code) }
}

func (s *stage) signIn() presenter.State {
	s.t.Helper()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.SignIn("google")
	return s.until("the profile", loaded)
}

type window struct{ s *stage }

func (w window) Raise() { w.s.mu.Lock(); w.s.raised++; w.s.mu.Unlock() }
func (w window) CopyText(t string) {
	w.s.mu.Lock()
	w.s.copied = append(w.s.copied, t)
	w.s.mu.Unlock()
}
func (w window) OpenFolder(p string) {
	w.s.mu.Lock()
	w.s.opened = append(w.s.opened, p)
	w.s.mu.Unlock()
	w.s.onState(presenter.State{Screen: "folder opened"})
}

func TestSignInShowsEachStep(t *testing.T) {
	s := newStage(t)
	s.start()
	state := s.signIn()
	if state.Profile.Person.Name != "Ada Lovelace" || !state.Profile.Person.Verified || state.Profile.Person.Initials != "AL" || state.Profile.Until != "" {
		t.Errorf("profile %+v", state.Profile)
	}
	want := map[presenter.FieldID]string{presenter.FieldName: "Ada Lovelace", presenter.FieldGivenName: "Ada", presenter.FieldFamilyName: "Lovelace",
		presenter.FieldLanguage: "en-GB", presenter.FieldSubject: "108204268033311374519"}
	for _, f := range state.Profile.Fields {
		if v, ok := want[f.ID]; ok && v != f.Value {
			t.Errorf("field %s = %q, want %q", f.ID, f.Value, v)
		}
		delete(want, f.ID)
	}
	if len(want) > 0 {
		t.Errorf("fields missing: %v", want)
	}
	s.until("the picture", func(st presenter.State) bool { return st.Profile.Person.Picture != "" })
	var states []presenter.State
	s.look(func() {
		states = append(states, s.states...)
		if s.raised == 0 {
			t.Error("the window was not raised when the browser came back")
		}
	})
	// The waiting screen went through its lines in order.
	var seen []string
	person := false
	for _, st := range states {
		if st.Screen != presenter.ScreenWaiting {
			continue
		}
		person = person || st.Waiting.Person != nil && st.Waiting.Person.Name == "Ada Lovelace"
		for _, line := range st.Waiting.Steps {
			if line.State == presenter.StepActive && (len(seen) == 0 || seen[len(seen)-1] != string(line.ID)) {
				seen = append(seen, string(line.ID))
			}
		}
	}
	if got := strings.Join(seen, " "); got != "browser signin check load" {
		t.Errorf("active lines in turn: %s", got)
	}
	if !person {
		t.Error("the name from the ID token was not shown while the rest was coming")
	}
}

func TestSecondStartNeedsNoBrowser(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.until("the picture", func(st presenter.State) bool { return st.Profile.Person.Picture != "" })
	s.stop()
	s.look(func() { s.opened = nil })
	s.start()
	s.until("the profile again", loaded)
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.states[0]; first.Screen != presenter.ScreenProfile || first.Profile.Person.Name != "Ada Lovelace" || first.Profile.Updated.IsZero() || first.Profile.Person.Picture == "" {
		t.Errorf("the first state is %+v, want the cached profile", first)
	}
	if len(s.opened) != 0 {
		t.Errorf("the browser was opened: %v", s.opened)
	}
}

func TestOfflineStartKeepsTheProfile(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.stop()
	_ = s.server.Close()
	s.start()
	state := s.until("the offline notice", func(st presenter.State) bool { return st.Profile.Offline })
	if state.Screen != presenter.ScreenProfile || state.Profile.Person.Name != "Ada Lovelace" || state.Problem != nil {
		t.Errorf("offline: %+v", state)
	}
}

func TestDenied(t *testing.T) {
	s := newStage(t)
	s.person.Deny = true
	s.begin()
	state := s.until("the problem", hasProblem(auth.CodeAccessDenied))
	if state.Screen != presenter.ScreenSignIn || state.Problem.Next != presenter.NextRetry {
		t.Errorf("after a refusal: %+v", state)
	}
	s.person.Deny = false
	s.p.Next()
	s.until("the profile after another try", loaded)
}

func TestCancelWhileWaiting(t *testing.T) {
	s := newStage(t)
	s.person.StopAtLogin = true
	s.begin()
	s.until("the wait", inTheBrowser)
	s.p.Cancel()
	state := s.until("the sign-in screen again", on(presenter.ScreenSignIn))
	if state.Problem != nil {
		t.Errorf("a cancellation is shown as a problem: %+v", state.Problem)
	}
	s.person.StopAtLogin = false
	s.signIn()
}

func TestBrowserFailedThenCopiedLink(t *testing.T) {
	s := newStage(t)
	s.browser = errors.New("no browser")
	s.begin()
	state := s.until("the problem", hasProblem(auth.CodeBrowserFailed))
	if state.Screen != presenter.ScreenWaiting || state.Waiting.Browser != presenter.BrowserFailed || state.Problem.Next != presenter.NextCopyLink {
		t.Errorf("state %+v", state)
	}
	s.p.Next()
	s.until("the copied link", func(st presenter.State) bool { return st.Waiting.Copied && st.Problem == nil })
	var link string
	s.look(func() { link = s.copied[0] })
	s.visit(link)
	s.until("the profile", loaded)
}

func TestOpenAgainUsesAnotherLink(t *testing.T) {
	s := newStage(t)
	s.person.StopAtLogin = true
	s.begin()
	s.until("the wait", inTheBrowser)
	s.person.StopAtLogin = false
	s.p.SignIn("google") // the same as OpenAgain: one attempt, however often the button is pressed
	s.until("the profile", loaded)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.opened) != 2 || s.opened[0] == s.opened[1] {
		t.Errorf("opened %v, want two different links", s.opened)
	}
}

func TestAnotherAccountIsAskedAbout(t *testing.T) {
	for _, yes := range []bool{true, false} {
		s := newStage(t)
		s.start()
		s.signIn()
		s.server.RevokeAll()
		s.stop()
		s.start()
		state := s.until("the problem", hasProblem(auth.CodeRefreshRevoked))
		if state.Screen != presenter.ScreenProfile || state.Problem.Next != presenter.NextSignIn {
			t.Fatalf("after a revocation: %+v", state)
		}
		s.person.User = "noa"
		s.p.Next()
		state = s.until("the question", func(st presenter.State) bool { return st.Confirm != nil })
		if state.Confirm.Old != "ada@example.com" || state.Confirm.New != "noa@example.com" {
			t.Errorf("question %+v", state.Confirm)
		}
		s.p.Confirm(yes)
		want := "ada@example.com"
		if yes {
			want = "noa@example.com"
		}
		s.until("the profile of "+want, func(st presenter.State) bool {
			return st.Screen == presenter.ScreenProfile && st.Profile.Person.Email == want && st.Confirm == nil
		})
	}
}

func TestSignOutLeavesNothing(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.until("the picture", func(st presenter.State) bool { return st.Profile.Person.Picture != "" })
	s.p.SignOut()
	state := s.until("the sign-in screen", on(presenter.ScreenSignIn))
	if state.Problem != nil {
		t.Errorf("problem %+v", state.Problem)
	}
	_ = filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if b, _ := os.ReadFile(path); strings.Contains(string(b), "Ada") || strings.HasSuffix(path, ".png") {
				t.Errorf("%s is left", d.Name())
			}
		}
		return nil
	})
	s.stop()
	s.start()
	s.until("the sign-in screen after a restart", on(presenter.ScreenSignIn))
}

func TestUntilYouQuit(t *testing.T) {
	s := newStage(t)
	s.store = store.NewMemory()
	s.start()
	state := s.until("where it is kept", func(st presenter.State) bool { return st.SignIn.Keep.Known })
	if state.SignIn.Keep.Persistent {
		t.Errorf("Keep = %+v", state.SignIn.Keep)
	}
	s.signIn()
	s.until("the notice", func(st presenter.State) bool { return st.Profile.Until == presenter.UntilNoPlace })
}

// TestWhyUntilYouQuit: with a keychain at hand it is not the computer's fault.
func TestWhyUntilYouQuit(t *testing.T) {
	t.Run("nothing to keep", func(t *testing.T) {
		s := newStage(t, mockprovider.WithHook(mockprovider.StageToken, func(e *mockprovider.Event) { e.Object.Delete("refresh_token") }))
		s.start()
		s.signIn()
		s.until("the notice", func(st presenter.State) bool { return st.Profile.Until == presenter.UntilNothing && st.Problem == nil })
	})
	t.Run("the list of accounts can't be written", func(t *testing.T) {
		s := newStage(t)
		if err := os.MkdirAll(filepath.Join(s.dir, "accounts.json", "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		s.start()
		s.signIn()
		s.until("the notice", func(st presenter.State) bool {
			return st.Profile.Until == presenter.UntilFailed && hasProblem(auth.CodeIndexWriteFailed)(st)
		})
		s.p.Dismiss()
		s.until("the reason stays", func(st presenter.State) bool { return st.Profile.Until == presenter.UntilFailed && st.Problem == nil })
	})
}

// TestUnreadableAccountsAreTold: whoever finds the sign-in screen is told that it
// was not a sign-out.
func TestUnreadableAccountsAreTold(t *testing.T) {
	for content, code := range map[string]auth.Code{"{": auth.CodeIndexUnreadable, `{"v":9}`: auth.CodeIndexNewer} {
		t.Run(string(code), func(t *testing.T) {
			s := newStage(t)
			s.start()
			s.signIn()
			s.stop()
			if err := os.WriteFile(filepath.Join(s.dir, "accounts.json"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			s.start()
			st := s.until("the problem", hasProblem(code))
			if st.Screen != presenter.ScreenSignIn || st.Problem.Next != presenter.NextDismiss || !strings.Contains(st.Problem.Detail, "index of accounts") {
				t.Errorf("%s: %+v", st.Screen, st.Problem)
			}
		})
	}
}

func TestBrokenConfigurationIsShown(t *testing.T) {
	s := newStage(t)
	s.problem = &auth.Problem{Phase: auth.PhaseConfiguration, Code: auth.CodeConfigInvalid, Next: auth.NextOpenConfig,
		Err: errors.New("providers.toml:3:1: expected a value")}
	s.start()
	state := s.until("the problem", hasProblem(auth.CodeConfigInvalid))
	if !strings.Contains(state.Problem.Detail, "providers.toml:3:1") {
		t.Errorf("detail %q", state.Problem.Detail)
	}
	s.p.Next()
	s.until("the folder", on("folder opened"))
	b, err := os.ReadFile(filepath.Join(s.dir, "providers.toml"))
	if err != nil || string(b) != presenter.ProvidersTemplate {
		t.Errorf("providers.toml = %q, %v", b, err)
	}
}
