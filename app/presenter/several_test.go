package presenter_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/auth/store"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/journal"
	"app.latchkey/mockprovider/persona"
)

// notes is what the program keeps between two starts.
type notes struct {
	mu  sync.Mutex
	key string
}

func (n *notes) ShownAccount() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.key
}

func (n *notes) SetShownAccount(key string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.key = key
	return nil
}

// two is the profile screen of Noa, with Ada signed in beside her.
func (s *stage) two() presenter.State {
	s.t.Helper()
	s.memory = &notes{}
	s.start()
	s.signIn()
	s.person.User = "noa"
	s.p.AddAccount()
	return s.until("Noa's profile", func(st presenter.State) bool { return loaded(st) && person("noa@example.com")(st) })
}

func emails(st presenter.State) (all []string, shown string) {
	for _, a := range st.Accounts {
		all = append(all, a.Person.Email)
		if a.Shown {
			shown = a.Person.Email
		}
	}
	return all, shown
}

func keyOf(st presenter.State, email string) string {
	for _, a := range st.Accounts {
		if a.Person.Email == email {
			return a.Key
		}
	}
	return ""
}

func TestAddAndShowAccounts(t *testing.T) {
	var prompts []string
	var mu sync.Mutex
	s := newStage(t, mockprovider.WithHook(mockprovider.StageTransport, func(e *mockprovider.Event) {
		if q := e.Request.URL.Query(); e.Endpoint == "authorize" && q.Has("state") {
			mu.Lock()
			prompts = append(prompts, q.Get("prompt"))
			mu.Unlock()
		}
	}))
	st := s.two()
	if all, shown := emails(st); !slices.Equal(all, []string{"ada@example.com", "noa@example.com"}) || shown != "noa@example.com" {
		t.Errorf("the side bar has %q and shows %q", all, shown)
	}
	mu.Lock()
	if len(prompts) != 2 || prompts[1] != "select_account" {
		t.Errorf("the second sign-in was asked for with the prompts %q, want select_account", prompts)
	}
	mu.Unlock()
	if n := s.server.Grants("ada"); n != 1 {
		t.Errorf("Ada has %d grants left, want hers", n)
	}

	s.p.ShowAccount(keyOf(st, "ada@example.com"))
	st = s.until("Ada's profile", func(st presenter.State) bool { return loaded(st) && person("ada@example.com")(st) })
	if all, shown := emails(st); !slices.Equal(all, []string{"ada@example.com", "noa@example.com"}) || shown != "ada@example.com" {
		t.Errorf("after the change the side bar has %q and shows %q", all, shown)
	}
	// Who was shown last is shown first, though Noa signed in later.
	if first := s.firstScreen(); first.Profile.Person.Email != "ada@example.com" || len(first.Accounts) != 2 {
		t.Errorf("the next start shows %+v", first.Profile.Person)
	}
}

func TestSameAccountTwiceIsOne(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.p.AddAccount()
	s.until("the wait", on(presenter.ScreenWaiting))
	st := s.until("the profile", loaded)
	if all, _ := emails(st); !slices.Equal(all, []string{"ada@example.com"}) {
		t.Errorf("the side bar has %q", all)
	}
}

// With several providers the person chooses, and can think better of it.
func TestAddAtOneOfSeveralProviders(t *testing.T) {
	s := newStage(t)
	other := s.provider
	other.ID, other.Name = "other", "Other"
	s.more = []auth.Provider{other}
	s.start()
	s.signIn()
	s.p.AddAccount()
	st := s.until("the sign-in screen", on(presenter.ScreenSignIn))
	if !st.SignIn.Adding || len(st.SignIn.Providers) != 2 {
		t.Errorf("the screen is %+v", st.SignIn)
	}
	s.p.Cancel()
	st = s.until("the profile", loaded)
	if st.SignIn.Adding || st.Profile.Person.Email != "ada@example.com" {
		t.Errorf("after going back: %+v", st)
	}
	s.p.AddAccount()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.person.User = "noa"
	s.p.SignIn("other")
	st = s.until("Noa's profile", func(st presenter.State) bool { return loaded(st) && person("noa@example.com")(st) })
	if all, _ := emails(st); !slices.Equal(all, []string{"ada@example.com", "noa@example.com"}) {
		t.Errorf("the side bar has %q", all)
	}
}

// Adding an account that is then cancelled leaves everything as it was.
func TestCancelAdding(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.person.StopAtLogin = true
	s.p.AddAccount()
	s.until("the wait", on(presenter.ScreenWaiting))
	s.p.Cancel()
	st := s.until("the profile", loaded)
	if all, shown := emails(st); !slices.Equal(all, []string{"ada@example.com"}) || shown != "ada@example.com" || st.Problem != nil {
		t.Errorf("side bar %q, shown %q, problem %+v", all, shown, st.Problem)
	}
}

func TestSignOutShowsTheNextAccount(t *testing.T) {
	s := newStage(t)
	s.two()
	s.p.SignOut()
	st := s.until("Ada's profile", func(st presenter.State) bool { return loaded(st) && person("ada@example.com")(st) })
	if all, _ := emails(st); !slices.Equal(all, []string{"ada@example.com"}) {
		t.Errorf("the side bar has %q", all)
	}
	s.p.SignOut()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	if first := s.firstScreen(); first.Screen != presenter.ScreenSignIn {
		t.Errorf("the next start shows %+v", first.Profile.Person)
	}
}

func TestRemoveAccessAsksFirst(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.p.RemoveAccess()
	st := s.until("the question", asked)
	if st.Confirm.Kind != presenter.ConfirmRemoveAccess || st.Confirm.Old != "ada@example.com" || st.Confirm.Provider != "Google ("+s.provider.Host()+")" || !st.Confirm.Google {
		t.Errorf("the question is %+v", st.Confirm)
	}
	s.p.OpenPage(presenter.PageSettings) // by its key: what is asked comes first
	s.p.Confirm(false)
	st = s.until("the profile", func(st presenter.State) bool { return loaded(st) && !asked(st) })
	if st.Page != presenter.PageNone {
		t.Errorf("below the question the page %q was opened", st.Page)
	}
	if n := s.server.Grants("ada"); n != 1 {
		t.Fatalf("%d grants after a no, want 1", n)
	}
	s.p.Confirm(true) // an answer to no question
	s.p.RemoveAccess()
	s.until("the question", asked)
	s.p.Cancel()
	s.until("the profile", func(st presenter.State) bool { return loaded(st) && !asked(st) })
	s.p.Confirm(true)
	s.p.RemoveAccess()
	s.until("the question", asked)
	s.p.Confirm(true)
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	if n := s.server.Grants("ada"); n != 0 {
		t.Errorf("%d grants after a yes", n)
	}
}

func TestSessionTab(t *testing.T) {
	s := newStage(t)
	s.person.Untick = []string{"email"}
	s.start()
	s.signIn()
	s.p.ShowTab(presenter.TabSession)
	st := s.until("the session", func(st presenter.State) bool {
		return st.Profile.Tab == presenter.TabSession && st.Profile.Session != nil
	})
	v := st.Profile.Session
	if v.Access != presenter.AccessValid || v.Expires.IsZero() || v.Store != "Test Keyring" || v.SignedIn.IsZero() {
		t.Errorf("the session is %+v", v)
	}
	if !slices.Equal(v.Granted, []string{"openid", "profile"}) || !slices.Equal(v.Declined, []string{"email"}) {
		t.Errorf("granted %q, declined %q", v.Granted, v.Declined)
	}
	s.p.Refresh()
	st = s.until("the profile loaded again", func(st presenter.State) bool { return loaded(st) && st.Profile.Updated.After(v.SignedIn) })
	if st.Profile.Tab != presenter.TabSession {
		t.Error("loading the profile again leaves the tab")
	}
	s.p.ShowTab("no such tab")
	s.p.ShowTab(presenter.TabProfile)
	s.until("the profile's tab", func(st presenter.State) bool { return st.Profile.Tab == presenter.TabProfile })
}

// The record is shown at once, and again after a restart; no secret is in it.
func TestHowYouSignedIn(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	shown := func(st presenter.State) bool { return st.Profile.Flow != nil && len(st.Profile.Flow.Steps) == 6 }
	check := func(when string) {
		t.Helper()
		s.p.ShowTab(presenter.TabFlow)
		st := s.until("the record "+when, shown)
		f := st.Profile.Flow
		if f.Selected != presenter.FlowExchange || f.Provider != "Google" || f.When.IsZero() {
			t.Errorf("%s: %+v", when, f)
		}
		for _, step := range f.Steps {
			if !step.Known || step.Failed || step.ID != presenter.FlowIdentity && !strings.HasPrefix(step.Host, "127.0.0.1:") {
				t.Errorf("%s: step %q: %+v", when, step.ID, step)
			}
			switch step.ID {
			case presenter.FlowRequest, presenter.FlowResponse, presenter.FlowExchange, presenter.FlowIdentity, presenter.FlowProfile:
				if len(step.Sent)+len(step.Got) == 0 || len(step.Checks) == 0 {
					t.Errorf("%s: step %q has %d+%d parameters and %d checks", when, step.ID, len(step.Sent), len(step.Got), len(step.Checks))
				}
			}
			names := func(params []flow.Param) (out string) {
				for _, p := range params {
					out += p.Name + " "
				}
				return out
			}
			if step.ID == presenter.FlowExchange && (!strings.Contains(names(step.Sent), "code_verifier ") || strings.Contains(names(step.Got), "code") ||
				!strings.HasPrefix(names(step.Got), "access_token ")) {
				t.Errorf("%s: sent %s; came back %s", when, names(step.Sent), names(step.Got))
			}
		}
		if p := f.PKCE; p == nil || !p.Match || p.Hash != p.Sent || p.Code == "" || p.Verifier == "" || p.Verifier == p.Hash {
			t.Errorf("%s: PKCE %+v", when, p)
		}
	}
	check("of this start")
	s.p.ShowStep(presenter.FlowResponse)
	s.until("the other step", func(st presenter.State) bool { return shown(st) && st.Profile.Flow.Selected == presenter.FlowResponse })
	s.p.Refresh()
	s.until("the profile loaded again", func(st presenter.State) bool {
		return loaded(st) && shown(st) && st.Profile.Flow.Selected == presenter.FlowResponse
	})
	s.stop()
	s.start()
	s.until("the profile", loaded)
	check("after a restart")
}

// A session that the provider has ended does not say that it renews itself.
func TestEndedSessionSaysSo(t *testing.T) {
	s := newStage(t)
	s.revoked()
	s.p.ShowTab(presenter.TabSession)
	s.until("the ended session", func(st presenter.State) bool {
		return st.Profile.Session != nil && st.Profile.Session.Access == presenter.AccessEnded
	})
	s.p.Next()
	s.until("the session anew", func(st presenter.State) bool {
		return s.signedInAgain(st) && st.Profile.Session != nil && st.Profile.Session.Access == presenter.AccessValid
	})
}

func TestSessionInMemoryIsNotKept(t *testing.T) {
	s := newStage(t)
	s.store = store.NewMemory()
	s.start()
	s.signIn()
	s.until("the session", func(st presenter.State) bool { return st.Profile.Session != nil && st.Profile.Session.Store == "" })
}

// A provider that can end its own session in the browser is asked to, and the
// person is signed out here at once.
func TestLogoutInTheBrowserToo(t *testing.T) {
	s := newStage(t, mockprovider.WithPersona(persona.Plain()))
	s.provider = auth.Provider{ID: "google", Name: "Plain", Issuer: s.server.Issuer(), ClientID: s.server.ClientID()}
	s.start()
	s.signIn()
	s.p.ShowTab(presenter.TabSession)
	s.until("the offer", func(st presenter.State) bool { return st.Profile.Session != nil && st.Profile.Session.Logout })
	s.p.Logout()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	if _, err := s.server.Journal().WaitFor(t.Context(), func(e journal.Entry) bool { return e.Endpoint == "end_session" }); err != nil {
		t.Error(err)
	}
}

// Google offers no such thing.
func TestNoLogoutInTheBrowser(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	s.p.ShowTab(presenter.TabSession)
	st := s.until("the session", func(st presenter.State) bool {
		return st.Profile.Tab == presenter.TabSession && st.Profile.Session != nil
	})
	if st.Profile.Session.Logout || st.Profile.Session.Better != "" {
		t.Errorf("offered: %+v", st.Profile.Session)
	}
}

// A session that is kept until the program ends moves to the vault that the
// person chose afterwards.
func TestKeepInABetterPlace(t *testing.T) {
	s, c := newVaultStage(t)
	s.begin()
	s.until("the question", asksFor(presenter.ConfirmVault))
	s.p.Confirm(false)
	s.until("the profile", func(st presenter.State) bool { return loaded(st) && st.Profile.Until == presenter.UntilNoPlace })
	if err := c.vault.Create("correct horse"); err != nil {
		t.Fatal(err)
	}
	s.client.SetFallback(c.vault)
	s.p.ShowTab(presenter.TabSession)
	s.until("the better place", func(st presenter.State) bool { return st.Profile.Session != nil && st.Profile.Session.Better != "" })
	s.p.Keep()
	s.until("the session kept", func(st presenter.State) bool {
		return st.Profile.Until == "" && st.Profile.Session != nil && st.Profile.Session.Store != "" && st.Profile.Session.Better == ""
	})
}

// A profile that arrives while the person is in the browser again does not
// take the waiting screen away.
func TestLateProfileLeavesTheWait(t *testing.T) {
	h := newHold(t)
	s := newStage(t, mockprovider.WithHook(mockprovider.StageTransport, h.at(isEndpoint("people"))))
	h.arm()
	s.begin()
	<-h.arrived
	s.until("the profile", on(presenter.ScreenProfile))
	s.person.StopAtLogin = true
	s.p.AddAccount()
	s.until("the browser", func(st presenter.State) bool {
		return st.Screen == presenter.ScreenWaiting && st.Waiting.Browser == presenter.BrowserOpened
	})
	h.release()
	// The picture is asked for once the presenter has been told of the profile.
	if _, err := s.server.Journal().WaitFor(t.Context(), func(e journal.Entry) bool { return e.Endpoint == "picture" }); err != nil {
		t.Fatal(err)
	}
	s.p.CopyLink()
	st := s.until("the copied link", func(st presenter.State) bool { return st.Waiting.Copied || st.Screen != presenter.ScreenWaiting })
	if st.Screen != presenter.ScreenWaiting {
		t.Errorf("the profile took over: %s", st.Screen)
	}
	s.p.Cancel()
	s.until("the profile that was loaded", loaded)
}
