package presenter_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/mockprovider"
)

// Whoever was expected still is after another try.
func TestRetryExpectsTheSameAccount(t *testing.T) {
	s := newStage(t)
	s.revoked()
	s.person.Deny = true
	s.p.Next()
	s.until("the refusal", hasProblem(auth.CodeAccessDenied))
	s.person.Deny, s.person.User = false, "noa"
	s.p.Next()
	st := s.until("a question or a profile", func(st presenter.State) bool { return asked(st) || person("noa@example.com")(st) })
	if st.Confirm == nil {
		t.Error("Noa replaced Ada without a question")
	}
}

// An account is issuer and subject: the same address may be somebody else.
func TestSameAddressOfAnotherIsAskedAbout(t *testing.T) {
	var other atomic.Bool
	s := newStage(t, mockprovider.WithHook(mockprovider.StageIDTokenClaims, func(e *mockprovider.Event) {
		if other.Load() {
			e.Object.Set("sub", "somebody-else")
		}
	}))
	s.revoked()
	other.Store(true)
	s.p.Next()
	st := s.until("a question or a profile", func(st presenter.State) bool { return asked(st) || s.signedInAgain(st) })
	if st.Confirm == nil || st.Confirm.Old != "ada@example.com" || st.Confirm.New != "ada@example.com" {
		t.Errorf("question %+v", st.Confirm)
	}
	s.p.Confirm(false)
	s.until("the profile again", func(st presenter.State) bool { return person("ada@example.com")(st) && !asked(st) })
}

// The same account is not asked about.
func TestSameAccountAgain(t *testing.T) {
	var hint atomic.Value
	s := newStage(t, mockprovider.WithHook(mockprovider.StageTransport, func(e *mockprovider.Event) {
		if q := e.Request.URL.Query(); e.Endpoint == "authorize" && q.Has("state") {
			hint.Store(q.Get("login_hint"))
		}
	}))
	s.revoked()
	s.p.Next()
	s.until("the profile", s.signedInAgain)
	for _, st := range s.all() {
		if asked(st) {
			t.Errorf("question %+v", st.Confirm)
		}
	}
	if hint.Load() != "ada@example.com" {
		t.Errorf("login_hint %q, want the account that signs in again", hint.Load())
	}
}

// Cancelling at the question leaves everything as it was.
func TestCancelAtTheQuestion(t *testing.T) {
	s := newStage(t)
	s.revoked()
	s.person.User = "noa"
	s.p.Next()
	s.until("the question", asked)
	s.p.Cancel()
	st := s.until("the profile again", on(presenter.ScreenProfile))
	if st.Profile.Person.Email != "ada@example.com" || asked(st) || st.Problem != nil {
		t.Errorf("after the cancellation: %+v", st)
	}
	s.p.Confirm(true) // an answer that comes too late
	if first := s.firstScreen(); first.Profile.Person.Email != "ada@example.com" {
		t.Errorf("the next start shows %+v", first.Profile.Person)
	}
	if n := s.server.Grants("noa"); n != 0 {
		t.Errorf("%d grants of Noa are left", n)
	}
}

// A question is answered after it was asked.
func TestAnswerBeforeTheQuestion(t *testing.T) {
	s := newStage(t)
	s.revoked()
	s.person.User, s.person.StopAtLogin = "noa", true
	s.p.Next()
	s.until("the wait", inTheBrowser)
	s.p.Confirm(true)
	s.person.StopAtLogin = false
	s.p.OpenAgain()
	s.until("the question", asked)
	s.p.Confirm(false)
	s.until("Ada's profile again", person("ada@example.com"))
}

// Whom the person chose to replace does not come back by itself.
func TestReplacedAccountStaysAway(t *testing.T) {
	s := newStage(t)
	s.revoked()
	s.person.User = "noa"
	s.p.Next()
	s.until("the question", asked)
	s.p.Confirm(true)
	s.until("Noa's profile", func(st presenter.State) bool { return loaded(st) && person("noa@example.com")(st) })
	s.p.SignOut()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	if first := s.firstScreen(); first.Screen != presenter.ScreenSignIn {
		t.Errorf("after the sign-out the next start shows %+v", first.Profile.Person)
	}
}

// An account that was made through another client can't be renewed with this one.
func TestAccountOfAnotherClientIsNotResumed(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*auth.Provider)
	}{
		{"client", func(p *auth.Provider) { p.ClientID = "somebody-else" }},
		{"issuer", func(p *auth.Provider) { p.Issuer += "/other" }},
		{"provider", func(p *auth.Provider) { p.ID = "other" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.start()
			s.signIn()
			s.stop()
			before := s.count("token")
			c.change(&s.provider)
			if first := s.firstScreen(); first.Screen != presenter.ScreenSignIn || first.Problem != nil {
				t.Errorf("shown: %s, problem %+v", first.Screen, first.Problem)
			}
			s.stop()
			if s.count("token") != before {
				t.Error("the provider was asked for tokens")
			}
		})
	}
}

// A cached profile is shown only for the account that it is of.
func TestCachedProfileOfAnother(t *testing.T) {
	for _, c := range []struct{ name, subject, want string }{
		{"its own", "108204268033311374519", "Mallory"},
		{"another's", "somebody-else", "Ada Lovelace"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.start()
			s.signIn()
			s.stop()
			files, _ := filepath.Glob(filepath.Join(s.dir, "cache", "profiles", "*.json"))
			if len(files) != 1 {
				t.Fatalf("cached profiles %v, want one", files)
			}
			b, _ := os.ReadFile(files[0])
			var file map[string]any
			if err := json.Unmarshal(b, &file); err != nil {
				t.Fatal(err)
			}
			profile := file["profile"].(map[string]any)
			profile["subject"], profile["name"] = c.subject, "Mallory"
			b, _ = json.Marshal(file)
			if err := os.WriteFile(files[0], b, 0o600); err != nil {
				t.Fatal(err)
			}
			if first := s.firstScreen(); first.Profile.Person.Name != c.want {
				t.Errorf("the first screen shows %q, want %q", first.Profile.Person.Name, c.want)
			}
		})
	}
}

func TestProvidersFileIsNotOverwritten(t *testing.T) {
	s := newStage(t)
	path := filepath.Join(s.dir, "providers.toml")
	const own = "[[provider]]\nbroken = \n"
	if err := os.WriteFile(path, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	s.problem = &auth.Problem{Phase: auth.PhaseConfiguration, Code: auth.CodeConfigInvalid, Next: auth.NextOpenConfig,
		Err: errors.New("providers.toml:2:10: expected a value")}
	s.start()
	s.until("the problem", hasProblem(auth.CodeConfigInvalid))
	s.p.Next()
	s.until("the folder", on("folder opened"))
	if b, err := os.ReadFile(path); err != nil || string(b) != own {
		t.Errorf("providers.toml = %q, %v; want it as it was", b, err)
	}
}
