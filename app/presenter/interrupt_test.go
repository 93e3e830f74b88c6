package presenter_test

import (
	"net/url"
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
)

// A sign-in that is cancelled while the keychain writes is undone, and so is
// not there at the next start.
func TestCancelWhileTheKeychainWrites(t *testing.T) {
	for _, c := range []struct {
		name string
		quit bool
	}{{"then go on", false}, {"then quit at once", true}} {
		t.Run(c.name, func(t *testing.T) {
			h := newHold(t)
			deleted := make(chan struct{})
			var once sync.Once
			s, chain := newStage(t), newScripted()
			s.store = chain
			chain.when("put", func() error { h.wait(); return nil })
			chain.when("delete", func() error { once.Do(func() { close(deleted) }); return nil })
			h.arm()
			s.begin()
			<-h.arrived
			s.p.Cancel()
			s.until("the sign-in screen again", on(presenter.ScreenSignIn))
			if c.quit {
				time.AfterFunc(20*time.Millisecond, h.release)
			} else {
				h.release()
				<-deleted
			}
			if first := s.firstScreen(); first.Screen != presenter.ScreenSignIn {
				t.Errorf("the next start shows %s", first.Screen)
			}
			if n := s.server.Grants("ada"); n != 0 {
				t.Errorf("%d grants are left at the provider", n)
			}
		})
	}
}

// What arrives for a sign-in that was cancelled changes no screen, least of all
// that of the next one.
func TestNothingComesOfACancelledSignIn(t *testing.T) {
	h := newHold(t)
	s := newStage(t, mockprovider.WithHook(mockprovider.StageToken, h.at(isEndpoint("token"))))
	h.arm()
	s.begin()
	<-h.arrived
	s.p.Cancel()
	s.until("the sign-in screen again", on(presenter.ScreenSignIn))
	s.p.SignIn("google")
	s.until("the profile", loaded)
	h.release()
	seen := 0
	for _, st := range s.all() {
		if st.Screen == presenter.ScreenWaiting && seen%2 == 0 || st.Screen != presenter.ScreenWaiting && seen%2 == 1 {
			seen++
		}
		if st.Screen == presenter.ScreenSignIn && (st.Waiting != presenter.WaitingView{} || st.Problem != nil) {
			t.Errorf("the sign-in screen has %+v, problem %+v", st.Waiting, st.Problem)
		}
	}
	if seen != 4 {
		t.Errorf("the waiting screen came and went %d times, want 4", seen)
	}
}

// The end of a cancelled sign-in is not the end of the next one.
func TestCancelledSignInThatEndsLate(t *testing.T) {
	h := newHold(t)
	s, chain := newStage(t), newScripted()
	s.store, chain.locked = chain, true
	chain.when("unlock", func() error { h.wait(); return nil }) // heeds no context
	h.arm()
	s.begin()
	<-h.arrived
	s.p.Cancel()
	s.until("the sign-in screen again", on(presenter.ScreenSignIn))
	s.person.StopAtLogin = true
	s.p.SignIn("google")
	s.until("the wait", inTheBrowser)
	s.look(func() { s.states = s.states[len(s.states)-1:] })
	h.release()
	s.person.StopAtLogin = false
	s.p.OpenAgain()
	s.until("the profile", loaded)
	for _, st := range s.all() {
		if st.Screen == presenter.ScreenSignIn {
			t.Error("the sign-in screen came back in the middle of the second sign-in")
		}
	}
}

func TestCancelDoesNotRaiseTheWindow(t *testing.T) {
	s := newStage(t)
	s.person.StopAtLogin = true
	s.begin()
	s.until("the wait", inTheBrowser)
	s.p.Cancel()
	s.until("the sign-in screen again", on(presenter.ScreenSignIn))
	s.stop()
	s.look(func() {
		if s.raised != 0 {
			t.Error("a person who cancels is in the window already")
		}
	})
}

// One attempt, however often the button is pressed.
func TestOneAttemptAtATime(t *testing.T) {
	s := newStage(t)
	s.person.StopAtLogin = true
	s.begin()
	s.until("the wait", inTheBrowser)
	s.person.StopAtLogin = false
	s.p.SignIn("google")
	s.until("the profile", loaded)
	s.look(func() {
		if len(s.opened) != 2 {
			t.Fatalf("opened %v, want two links", s.opened)
		}
		first, _ := url.Parse(s.opened[0])
		second, _ := url.Parse(s.opened[1])
		if first.Host != second.Host {
			t.Errorf("two receivers were listening: %s and %s", first.Host, second.Host)
		}
	})
}

// "Open again" while the answer is being checked comes too late, and is no problem.
func TestOpenAgainWhileChecking(t *testing.T) {
	h := newHold(t)
	s := newStage(t, mockprovider.WithHook(mockprovider.StageToken, h.at(isEndpoint("token"))))
	h.arm()
	s.begin()
	<-h.arrived
	s.until("the check", func(st presenter.State) bool { return st.Waiting.Steps[2].State == presenter.StepActive })
	s.p.OpenAgain()
	s.p.CopyLink()
	s.until("the press", func(st presenter.State) bool { return st.Waiting.Browser == presenter.BrowserOpening })
	h.release()
	s.until("the profile", loaded)
	for _, st := range s.all() {
		if st.Problem != nil {
			t.Errorf("problem %+v", st.Problem)
		}
	}
}

// The profile that a request brings after the sign-out is not kept.
func TestSignOutWhileTheProfileLoads(t *testing.T) {
	h := newHold(t)
	s := newStage(t, mockprovider.WithHook(mockprovider.StageUserinfo, h.at(isEndpoint("userinfo"))))
	s.provider.ProfileAPI = ""
	s.start()
	s.signIn()
	s.until("the picture", picture)
	cached, _ := filepath.Glob(filepath.Join(s.dir, "cache", "profiles", "*.json"))
	if len(cached) != 1 {
		t.Fatalf("cached profiles %v, want one", cached)
	}
	key := strings.TrimSuffix(filepath.Base(cached[0]), ".json")
	h.arm()
	s.p.Refresh()
	<-h.arrived
	s.p.SignOut()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	h.release()
	s.person.User = "noa" // by the time she is signed in, what was held has come
	s.signIn()
	s.stop()
	for _, path := range s.files() {
		b, _ := os.ReadFile(path)
		if strings.Contains(string(b), "Ada") || strings.Contains(path, key) {
			t.Errorf("%s is left after the sign-out", filepath.Base(path))
		}
	}
}

// Quitting waits for a refresh under way: a spent token must not stay in the
// keychain, which is gone once the program quits.
func TestQuitDuringARefresh(t *testing.T) {
	h := newHold(t)
	s, chain := newStage(t, mockprovider.WithHook(mockprovider.StageToken, h.at(isRefresh))), newScripted()
	s.store = chain
	s.start()
	s.signIn()
	s.stop()
	h.arm()
	s.start()
	<-h.arrived
	time.AfterFunc(50*time.Millisecond, h.release) // while Close waits
	s.stop()
	chain.when("put", unavailable) // main closes the keychain next
	h.release()
	s.store = scriptedOver(chain.Memory)
	s.start()
	if st := s.until("the profile or a problem", func(st presenter.State) bool { return loaded(st) || st.Problem != nil }); st.Problem != nil {
		t.Errorf("quitting during the refresh at the start signed out: %s", st.Problem.Code)
	}
}

func TestOneLoadAtATime(t *testing.T) {
	h := newHold(t)
	s := newStage(t, mockprovider.WithHook(mockprovider.StageTransport, h.at(isEndpoint("userinfo"))))
	s.provider.ProfileAPI = ""
	s.start()
	s.signIn()
	s.until("the picture", picture)
	before := s.count("userinfo")
	h.arm()
	for range 3 {
		s.p.Refresh()
	}
	s.p.RegisterHelp() // an event behind the others
	s.until("the last event", func(st presenter.State) bool {
		return st.Page == presenter.PageProvider
	})
	<-h.arrived
	h.release()
	s.until("the profile", loaded)
	s.stop()
	if n := s.count("userinfo") - before; n != 1 {
		t.Errorf("the profile was asked for %d times, want once", n)
	}
}

func TestNoSignOutDuringASignIn(t *testing.T) {
	s := newStage(t)
	s.revoked()
	s.person.StopAtLogin = true
	s.p.Next()
	s.until("the wait", inTheBrowser)
	s.p.SignOut()
	s.p.Cancel()
	st := s.until("the profile again", on(presenter.ScreenProfile))
	if st.Profile.SigningOut || st.Problem != nil {
		t.Errorf("the profile %+v, problem %+v", st.Profile, st.Problem)
	}
	if first := s.firstScreen(); first.Screen != presenter.ScreenProfile {
		t.Errorf("the next start shows %s", first.Screen)
	}
}

// A second press of "Sign out" while the first works is none.
func TestOneSignOutAtATime(t *testing.T) {
	h := newHold(t)
	s := newStage(t, mockprovider.WithHook(mockprovider.StageTransport, h.at(isEndpoint("revoke"))))
	s.start()
	s.signIn()
	s.until("the picture", picture)
	h.arm()
	s.p.SignOut()
	<-h.arrived
	s.p.SignOut()
	s.p.Refresh()
	h.release()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.stop()
	if n := s.count("revoke"); n != 1 {
		t.Errorf("%d revocations, want 1", n)
	}
	for _, st := range s.all() {
		if st.Profile.SigningOut && st.Profile.Refreshing {
			t.Error("the profile is loaded while the person signs out")
		}
	}
}

// The record of a sign-in has one profile step, however often it is refreshed.
func TestTheRecordDoesNotGrow(t *testing.T) {
	s := newStage(t)
	s.start()
	s.signIn()
	for range 3 {
		s.p.Refresh()
		s.until("the request", func(st presenter.State) bool { return st.Profile.Refreshing })
		s.until("its end", loaded)
	}
	s.stop()
	files, _ := filepath.Glob(filepath.Join(s.dir, "flows", "*.json"))
	if len(files) != 1 {
		t.Fatalf("records %v, want one", files)
	}
	b, _ := os.ReadFile(files[0])
	if n := strings.Count(string(b), `"kind": "profile"`); n != 1 {
		t.Errorf("%d profile steps in the record, want 1", n)
	}
}

// A keychain that asks may stand behind our window: the screen says so.
func TestUnlockHint(t *testing.T) {
	h := newHold(t)
	s, chain := newStage(t), newScripted()
	s.store, chain.locked = chain, true
	chain.when("unlock", func() error { h.wait(); return nil })
	h.arm()
	s.begin()
	s.until("the hint", func(st presenter.State) bool { return st.Waiting.Unlock == "Test Keyring" })
	h.release()
	s.until("the profile", loaded)
	states := s.all()
	for i, st := range states {
		if st.Waiting.Steps[1].State == presenter.StepActive && st.Waiting.Unlock != "" {
			t.Errorf("state %d of %d: the hint is still there in the browser's step", i, len(states))
		}
	}
}

// What could not be written is told, and stays on the screen.
func TestFailedWriteIsShown(t *testing.T) {
	s, chain := newStage(t), newScripted()
	s.store = chain
	chain.when("put", unavailable)
	s.start()
	s.signIn()
	s.until("the reason", func(st presenter.State) bool {
		return picture(st) && st.Profile.Until == presenter.UntilFailed && hasProblem(auth.CodeStoreWriteFailed)(st)
	})
}

// So is what a refresh could not write: the keychain holds a spent token.
func TestFailedWriteOfARefreshIsShown(t *testing.T) {
	s, chain := newStage(t), newScripted()
	s.store = chain
	s.start()
	s.signIn()
	s.stop()
	chain.when("put", unavailable)
	s.start()
	st := s.until("the reason", hasProblem(auth.CodeStoreWriteFailed))
	if st.Profile.Until != presenter.UntilFailed || st.Problem.Next != presenter.NextUnlock {
		t.Errorf("until quit %q, next step %s", st.Profile.Until, st.Problem.Next)
	}
	chain.when("put", nil)
	s.p.Next()
	s.until("the end of the notice", func(st presenter.State) bool { return loaded(st) && st.Profile.Until == "" && st.Problem == nil })
}

// What an unlocking says after the sign-out is of no account that is shown.
func TestUnlockThatEndsAfterTheSignOut(t *testing.T) {
	locked := func() error { return &store.Error{Op: "test", Outcome: store.Locked} }
	h := newHold(t)
	s, chain := newStage(t), newScripted()
	s.store = chain
	s.start()
	s.signIn()
	s.stop()
	chain.when("get", locked)
	chain.when("unlock", func() error { h.wait(); return locked() })
	s.start()
	s.until("the problem", hasProblem(auth.CodeStoreLocked))
	h.arm()
	s.p.Next()
	<-h.arrived
	chain.when("get", nil)
	s.p.SignOut()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.look(func() { s.states = s.states[len(s.states)-1:] })
	h.release()
	s.signIn()
	for _, st := range s.all() {
		if st.Problem != nil {
			t.Errorf("on %s: problem %+v", st.Screen, st.Problem)
		}
	}
}

// A keychain that does not answer sends nobody through the browser.
func TestKeychainAwayAtTheStart(t *testing.T) {
	s, chain := newStage(t), newScripted()
	s.store = chain
	s.start()
	s.signIn()
	s.stop()
	chain.when("get", unavailable)
	s.start()
	st := s.until("the problem", hasProblem(auth.CodeStoreUnavailable))
	if st.Screen != presenter.ScreenProfile || st.Problem.Next != presenter.NextRefresh {
		t.Errorf("on %s the next step is %s", st.Screen, st.Problem.Next)
	}
	s.look(func() { s.opened = nil })
	chain.when("get", nil)
	s.p.Next()
	s.until("the profile", loaded)
	s.look(func() {
		if len(s.opened) != 0 {
			t.Errorf("the browser was opened: %v", s.opened)
		}
	})
}
