package presenter_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"app.latchkey/app/flowpage"
	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/loopback"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/thief"
)

// attacks are the demonstrations at the stage's own mock, as main makes them.
type attacks struct{ server *mocktest.Server }

func (a attacks) StolenCode(ctx context.Context, report func(presenter.Try)) error {
	paths := a.server.Persona().Paths
	return thief.StolenCode(ctx, thief.Server{
		AuthorizationEndpoint: a.server.Issuer() + paths.Authorization, TokenEndpoint: a.server.Issuer() + paths.Token,
		ClientID: a.server.ClientID(), ClientSecret: a.server.ClientSecret(),
		Allow: func(ctx context.Context, request string) (*url.URL, error) {
			person := mocktest.NewPerson("sam")
			person.Stop = func(next *http.Request) bool { return !strings.HasPrefix(next.URL.String(), a.server.Issuer()) }
			visit, err := person.Open(ctx, request)
			if err != nil {
				return nil, err
			}
			return visit.Next.URL, nil
		},
	}, nil, func(t thief.Try) { report(presenter.Try(t)) })
}

func (a attacks) ForgeCallback(ctx context.Context, report func(presenter.Try)) error {
	receiver, err := loopback.Listen(ctx, loopback.Config{})
	if err != nil {
		return err
	}
	return thief.ForgeCallback(ctx, receiver, func(t thief.Try) { report(presenter.Try(t)) })
}

// flowStage is Ada's tab "How you signed in".
func flowStage(t *testing.T, trials presenter.Trials, options ...mockprovider.Option) *stage {
	s := newStage(t, options...)
	s.trials, s.exporter = trials, flowpage.Exporter{Product: "Latchkey", Version: "1.2.3"}
	if trials == nil {
		s.trials = attacks{s.server}
	}
	s.start()
	s.signIn()
	s.p.ShowTab(presenter.TabFlow)
	s.until("the record", func(st presenter.State) bool { return st.Profile.Flow != nil })
	return s
}

func ended(st presenter.State) bool {
	f := st.Profile.Flow
	return f != nil && f.Trial != nil && !f.Trial.Running
}

func triesOf(st presenter.State) string {
	var out []string
	for _, t := range st.Profile.Flow.Trial.Tries {
		out = append(out, t.ID+" "+t.Outcome)
	}
	return strings.Join(out, ", ")
}

// TestAttacks: what the window shows is what the provider and the receiver did,
// and the person's session is as it was.
func TestAttacks(t *testing.T) {
	s := flowStage(t, nil)
	s.until("the record", func(st presenter.State) bool { return st.Profile.Flow.CanTry })
	s.p.StartTrial(presenter.TrialCode)
	st := s.until("the stolen code", ended)
	if got, want := triesOf(st), "code_read ready, no_verifier refused, wrong_verifier refused, challenge refused"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	v := st.Profile.Flow.Trial
	if v.Failed || v.GotIn() != 0 || v.Selected != "challenge" || v.Tries[1].Answer() != "400 invalid_grant" {
		t.Errorf("%+v", v)
	}
	s.p.ShowTry("no_verifier")
	s.until("another try", func(st presenter.State) bool { return ended(st) && st.Profile.Flow.Trial.Selected == "no_verifier" })
	s.p.ShowTry("there is none")
	s.p.StartTrial(presenter.TrialCallback)
	st = s.until("the forgeries", func(st presenter.State) bool {
		return ended(st) && st.Profile.Flow.Trial.Kind == presenter.TrialCallback
	})
	if got, want := triesOf(st), "waiting ready, made_up refused, error refused, wrong_state refused, no_cookie refused, wrong_host refused, rightful taken"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	s.p.CloseTrial()
	st = s.until("the steps again", func(st presenter.State) bool { return st.Profile.Flow.Trial == nil })
	if len(st.Profile.Flow.Steps) != 6 {
		t.Errorf("%+v", st.Profile.Flow)
	}
	s.p.Refresh()
	st = s.until("the profile loaded again", loaded)
	if st.Problem != nil || st.Profile.Person.Email != "ada@example.com" {
		t.Errorf("after the attacks: %+v", st)
	}
}

// TestAttackThatGetsIn: nothing is said that did not happen.
func TestAttackThatGetsIn(t *testing.T) {
	s := flowStage(t, nil, mockprovider.WithFault(fault.Spec{Name: "pkce-ignored"}))
	s.p.StartTrial(presenter.TrialCode)
	st := s.until("the stolen code", ended)
	if v := st.Profile.Flow.Trial; triesOf(st) != "code_read ready, no_verifier taken" || v.GotIn() != 1 || v.Failed {
		t.Errorf("%s: %+v", triesOf(st), v)
	}
}

// scriptedTrial makes its tries when it is told to.
type scriptedTrial struct {
	steps chan presenter.Try
	gone  chan error // why it ended before its time
	err   error
}

func (a scriptedTrial) StolenCode(ctx context.Context, report func(presenter.Try)) error {
	for {
		select {
		case t, more := <-a.steps:
			if !more {
				return a.err
			}
			report(t)
		case <-ctx.Done():
			a.gone <- ctx.Err()
			return ctx.Err()
		}
	}
}

func (a scriptedTrial) ForgeCallback(context.Context, func(presenter.Try)) error { return nil }

func newScriptedTrial(err error) scriptedTrial {
	return scriptedTrial{steps: make(chan presenter.Try), gone: make(chan error, 1), err: err}
}

// TestTriesComeOneByOne: each is shown as it ends; a person's choice stays.
func TestTriesComeOneByOne(t *testing.T) {
	a := newScriptedTrial(errors.New("no network"))
	s := flowStage(t, a)
	s.p.StartTrial(presenter.TrialCode)
	at := func(n int, selected string) func(presenter.State) bool {
		return func(st presenter.State) bool {
			v := st.Profile.Flow.Trial
			return v != nil && v.Running && len(v.Tries) == n && v.Selected == selected
		}
	}
	s.until("the beginning", at(0, ""))
	a.steps <- presenter.Try{ID: "a"}
	s.until("the first", at(1, "a"))
	s.p.StartTrial(presenter.TrialCallback) // one at a time
	a.steps <- presenter.Try{ID: "b"}
	s.until("the second", at(2, "b"))
	s.p.ShowTry("a")
	s.until("the choice", at(2, "a"))
	a.steps <- presenter.Try{ID: "c"}
	s.until("the third", at(3, "a"))
	close(a.steps)
	st := s.until("the end", ended)
	if v := st.Profile.Flow.Trial; !v.Failed || v.Kind != presenter.TrialCode {
		t.Errorf("%+v", v)
	}
}

// TestAnotherAccountsTab: what was tried and saved in one account's tab is not in
// another's.
func TestAnotherAccountsTab(t *testing.T) {
	a := newScriptedTrial(nil)
	s := newStage(t)
	s.trials, s.exporter = a, flowpage.Exporter{Product: "Latchkey", Version: "1.2.3"}
	ada := keyOf(s.two(), "ada@example.com")
	s.p.ShowTab(presenter.TabFlow)
	s.until("Noa's record", func(st presenter.State) bool { return st.Profile.Flow != nil })
	s.p.SaveFlow(presenter.FormatData, "en")
	s.until("the file", func(st presenter.State) bool { return st.Profile.Flow != nil && st.Profile.Flow.Saved != nil })
	s.p.StartTrial(presenter.TrialCode)
	a.steps <- presenter.Try{ID: "a"}
	s.until("a try", func(st presenter.State) bool {
		f := st.Profile.Flow
		return f != nil && f.Trial != nil && len(f.Trial.Tries) == 1
	})
	s.p.ShowAccount(ada)
	st := s.until("Ada's record", func(st presenter.State) bool { return person("ada@example.com")(st) && st.Profile.Flow != nil })
	if f := st.Profile.Flow; f.Trial != nil || f.Saved != nil {
		t.Errorf("Ada's tab shows the trial %+v and the file %+v of Noa's", f.Trial, f.Saved)
	}
	if err := <-a.gone; !errors.Is(err, context.Canceled) {
		t.Errorf("the trial went on until: %v", err)
	}
}

// TestTrialEnds: leaving it, or signing out, ends what is under way.
func TestTrialEnds(t *testing.T) {
	for name, leave := range map[string]func(*stage){
		"closed":     func(s *stage) { s.p.CloseTrial() },
		"signed out": func(s *stage) { s.p.SignOut() },
		"quit":       func(s *stage) { s.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			a := newScriptedTrial(nil)
			s := flowStage(t, a)
			s.p.StartTrial(presenter.TrialCode)
			a.steps <- presenter.Try{ID: "a"}
			leave(s)
			if err := <-a.gone; !errors.Is(err, context.Canceled) {
				t.Errorf("it went on until: %v", err)
			}
		})
	}
}

// TestNoTrialOutsideTheDemo: the buttons are not offered and do nothing.
func TestNoTrialOutsideTheDemo(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.p.ShowTab(presenter.TabFlow)
	st := s.until("the record", func(st presenter.State) bool { return st.Profile.Flow != nil })
	if st.Profile.Flow.CanTry || st.Profile.Flow.CanSave {
		t.Errorf("%+v", st.Profile.Flow)
	}
	s.p.StartTrial(presenter.TrialCode)
	s.p.SaveFlow(presenter.FormatPage, "en")
	s.p.ShowStep(presenter.FlowRequest)
	st = s.until("the step", func(st presenter.State) bool { return st.Profile.Flow.Selected == presenter.FlowRequest })
	if st.Profile.Flow.Trial != nil || st.Profile.Flow.Saved != nil {
		t.Errorf("%+v", st.Profile.Flow)
	}
}

// caught are all secrets of a sign-in, as they pass by on the wire.
type caught struct {
	mu     sync.Mutex
	values map[string]string // what by value
}

func (c *caught) add(what string, values ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range values {
		if len(v) >= 8 {
			c.values[v] = what
		}
	}
}

// watch are hooks that catch them at the mock.
func (c *caught) watch() []mockprovider.Option {
	params := func(names ...string) func(*mockprovider.Event) {
		return func(e *mockprovider.Event) {
			for _, name := range names {
				c.add(name, e.Params.Get(name))
			}
		}
	}
	return []mockprovider.Option{
		mockprovider.WithHook(mockprovider.StageAuthorizeRequest, params("state", "nonce", "code_challenge")),
		mockprovider.WithHook(mockprovider.StageTokenRequest, params("code", "code_verifier", "client_secret", "refresh_token")),
		mockprovider.WithHook(mockprovider.StageToken, func(e *mockprovider.Event) {
			for _, name := range []string{"access_token", "refresh_token", "id_token"} {
				if s, ok := e.Object.Get(name).(string); ok {
					c.add(name, s)
				}
			}
		}),
	}
}

// RoundTrip is the browser's: it sees the receiver's cookies and ticket.
func (c *caught) RoundTrip(r *http.Request) (*http.Response, error) {
	if ticket, ok := strings.CutPrefix(r.URL.Path, "/start/"); ok {
		c.add("ticket", ticket)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err == nil {
		for _, k := range resp.Cookies() {
			c.add("cookie", k.Value)
		}
	}
	return resp, err
}

// TestSavedRecordHoldsNoSecret: of a whole sign-in nothing that could be used,
// and nothing of who signed in, is in what is saved.
func TestSavedRecordHoldsNoSecret(t *testing.T) {
	c := &caught{values: map[string]string{}}
	s := newStage(t, c.watch()...)
	s.exporter, s.transport = flowpage.Exporter{Product: "Latchkey", Version: "1.2.3"}, c
	s.start()
	s.signIn()
	s.p.ShowTab(presenter.TabFlow)
	s.until("the record", func(st presenter.State) bool { return st.Profile.Flow != nil && st.Profile.Person.Picture != "" })
	kinds := map[string]bool{}
	for _, what := range c.values {
		kinds[what] = true
	}
	if len(kinds) != 11 {
		t.Fatalf("caught %v", kinds)
	}
	c.add("subject", "108204268033311374519")
	c.add("address", "ada@example.com")
	c.add("name", "Ada Lovelace")
	for _, f := range []presenter.Format{presenter.FormatPage, presenter.FormatData} {
		s.p.SaveFlow(f, "en")
		st := s.until("the file", func(st presenter.State) bool {
			v := st.Profile.Flow.Saved
			return v != nil && (v.Failed || filepath.Ext(v.Path) == "."+string(f))
		})
		b, err := os.ReadFile(st.Profile.Flow.Saved.Path)
		if err != nil {
			t.Fatal(err)
		}
		for value, what := range c.values {
			if strings.Contains(string(b), value) || strings.Contains(string(b), value[:8]) {
				t.Errorf("%s holds the %s %s", f, what, value)
			}
		}
		for _, want := range []string{"RFC 7636", "RFC 9207", "code_verifier", s.server.Issuer(), "nonce"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("%s lacks %q", f, want)
			}
		}
	}
}

// TestSave: a file of one's own, under a name that was free; and what is said
// where it can't be written.
func TestSave(t *testing.T) {
	s := flowStage(t, nil)
	var paths []string
	for range 3 {
		s.p.SaveFlow(presenter.FormatPage, "de")
		st := s.until("the file", func(st presenter.State) bool {
			v := st.Profile.Flow.Saved
			return v != nil && !slices.Contains(paths, v.Path)
		})
		paths = append(paths, st.Profile.Flow.Saved.Path)
	}
	name := regexp.MustCompile(`^Latchkey sign-in \d{4}-\d\d-\d\d \d\d\.\d\d( \(\d\))?\.html$`)
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || info.Size() < 1000 || !name.MatchString(filepath.Base(path)) || filepath.Dir(path) != s.downloads() {
			t.Errorf("%s: %v, %v", path, info, err)
		}
		if runtime.GOOS != "windows" && err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the rights %v", path, info.Mode())
		}
	}
	if left, _ := os.ReadDir(s.downloads()); len(left) != 3 {
		t.Errorf("there is more than was saved: %v", left)
	}
	s.p.OpenSaved()
	s.until("the folder", func(st presenter.State) bool { return st.Screen == "folder opened" })
	s.look(func() {
		if s.opened[len(s.opened)-1] != s.downloads() {
			t.Errorf("opened %q", s.opened)
		}
	})
	if err := os.RemoveAll(s.downloads()); err != nil {
		t.Fatal(err)
	}
	s.p.SaveFlow(presenter.FormatData, "en")
	s.until("that it failed", func(st presenter.State) bool {
		return st.Profile.Flow != nil && st.Profile.Flow.Saved != nil && st.Profile.Flow.Saved.Failed && st.Profile.Flow.Saved.Path == ""
	})
}

// anything exports whatever it is asked for.
type anything struct{}

func (anything) Export(presenter.Export, presenter.Format) ([]byte, error) {
	return []byte("x"), nil
}

// TestFailedSaveLeavesNothing: of a file that has its name and can't be written,
// the name goes again. This one's is as long as a name may be, so that there can
// be none for what is written beside it first.
func TestFailedSaveLeavesNothing(t *testing.T) {
	s := newStage(t)
	s.exporter = anything{}
	s.start()
	s.signIn()
	s.p.ShowTab(presenter.TabFlow)
	s.until("the record", func(st presenter.State) bool { return st.Profile.Flow != nil })
	s.p.SaveFlow(presenter.Format(strings.Repeat("x", 255-len("Latchkey sign-in 2026-11-22 15.04."))), "en")
	s.until("that it failed", func(st presenter.State) bool {
		return st.Profile.Flow != nil && st.Profile.Flow.Saved != nil && st.Profile.Flow.Saved.Failed
	})
	if left, err := os.ReadDir(s.downloads()); err != nil || len(left) != 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// notThere bends one endpoint: it answers 404.
func notThere(t *testing.T, endpoint string) mockprovider.Option {
	t.Helper()
	spec, err := fault.ParseFlag("http-404:endpoint=" + endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return mockprovider.WithFault(spec)
}

// TestTheFailedStepIsLookedAt: it is what a person wants to know of.
func TestTheFailedStepIsLookedAt(t *testing.T) {
	s := newStage(t, notThere(t, "userinfo"), notThere(t, "people"))
	s.begin()
	s.until("the problem", hasProblem(auth.CodeProfileUnavailable))
	s.p.ShowTab(presenter.TabFlow)
	st := s.until("the record", func(st presenter.State) bool {
		f := st.Profile.Flow
		return f != nil && len(f.Steps) == 6 && f.Steps[5].Failed
	})
	if f := st.Profile.Flow; f.Selected != presenter.FlowProfile || f.Steps[5].Problem != string(auth.CodeProfileUnavailable) {
		t.Errorf("looked at is %q; %+v", f.Selected, f.Steps[5])
	}
}

// TestRecordThatSomebodyChanged: a record is a file, and what stands in it is
// made fit to be shown.
func TestRecordThatSomebodyChanged(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.until("the picture", picture) // the record is whole
	s.stop()
	files, err := filepath.Glob(filepath.Join(s.dir, "flows", "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%q, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	const bad = `\u001b[31m\u202e\n` + "x"
	text := strings.NewReplacer(`"Google"`, `"Google`+bad+`"`, `"grant_type"`, `"grant_type`+bad+`"`, `"RFC 6749`, `"`+bad+`RFC 6749`,
		`"authorization_code"`, `"`+strings.Repeat("y", 5000)+bad+`"`, `"code_challenge",`, `"code_challenge`+bad+`",`).Replace(string(b))
	if err := os.WriteFile(files[0], []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.until("the profile", loaded)
	s.p.ShowTab(presenter.TabFlow)
	st := s.until("the record", func(st presenter.State) bool { return st.Profile.Flow != nil })
	shown, err := json.Marshal(st.Profile.Flow)
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Profile.Flow.Steps) != 6 || !strings.Contains(string(shown), "Google[31mx") {
		t.Fatalf("the changed record is not what is shown: %s", shown)
	}
	if strings.Contains(string(shown), `\u001b`) || strings.ContainsAny(string(shown), "\u202e") || strings.Contains(string(shown), `\n`) || strings.Contains(string(shown), strings.Repeat("y", 300)) {
		t.Errorf("what is shown: %s", shown)
	}
}
