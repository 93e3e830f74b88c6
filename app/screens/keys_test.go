package screens_test

import (
	"reflect"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
)

// TestKeys: with the focus nowhere, Enter does the one thing to do next and Esc
// goes back, on every screen; and Tab reaches all that can be operated.
func TestKeys(t *testing.T) {
	unlock := with(inBrowser(), func(s *presenter.State) { s.Waiting.Unlock = "GNOME Keyring" })
	failed := with(inBrowser(), func(s *presenter.State) { s.Waiting.Browser = presenter.BrowserFailed })
	question := with(inBrowser(), func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: "other_account", Old: "ada@example.com", New: "grace@example.com"}
	})
	removing := with(accountState(), func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmRemoveAccess, Old: "ada@example.com", Provider: "Google"}
	})
	adding := with(signInState(), func(s *presenter.State) { s.SignIn.Adding = true })
	const away = "My browser is on another computer…"
	short := with(inBrowser(), func(s *presenter.State) { s.Waiting.Deadline = now.Add(time.Minute) })
	copied := with(inBrowser(), func(s *presenter.State) { s.Waiting.Copied = true })
	elsewhere := with(inBrowser(), func(s *presenter.State) { s.Waiting.Elsewhere = &presenter.ElsewhereView{} })
	missing := with(accountState(), func(s *presenter.State) { s.Profile.Session.Declined = []string{"email"} })
	vault := with(inBrowser(), func(s *presenter.State) { s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmVault} })
	demo := with(signInState(), func(s *presenter.State) { s.Demo = true })
	for _, c := range []struct {
		name       string
		state      presenter.State
		enter, esc []string
		tab        []string
	}{
		{"starting", presenter.State{Screen: presenter.ScreenStarting}, nil, nil, nil},
		{"sign in", signInState(), []string{"SignIn google"}, nil, []string{"Sign in with Google", "Sign in with GitLab", "Use another provider…"}},
		{"demo", demo, []string{"SignIn google"}, nil, []string{"Use a real Google client…", "Sign in with Google", "Sign in with GitLab", "Use another provider…"}},
		{"keychain that came late", with(demo, func(s *presenter.State) { s.Restart = true }), []string{"SignIn google"}, nil,
			[]string{"Use a real Google client…", "Restart Latchkey", "Sign in with Google", "Sign in with GitLab", "Use another provider…"}},
		{"sign in with a problem", withProblem(signInState(), "access_denied", presenter.NextRetry), []string{"Next"}, []string{"Dismiss"},
			[]string{"Try again", "Copy details", "Close", "Sign in with Google", "Sign in with GitLab", "Use another provider…"}},
		{"a problem to read", withProblem(signInState(), "scope_missing", presenter.NextDismiss), []string{"Dismiss"}, []string{"Dismiss"},
			[]string{"OK", "Copy details", "Sign in with Google", "Sign in with GitLab", "Use another provider…"}},
		{"waiting", inBrowser(), []string{"OpenAgain"}, []string{"Cancel"}, []string{"Open browser again", "Copy link", "Cancel"}},
		{"link copied", copied, []string{"OpenAgain"}, []string{"Cancel"}, []string{"Open browser again", "Copied", "Cancel", away}},
		{"no browser", failed, []string{"CopyLink"}, []string{"Cancel"}, []string{"Open browser again", "Copy link", "Cancel", away}},
		{"little time", short, []string{"OpenAgain"}, []string{"Cancel"}, []string{"I need more time", "Open browser again", "Copy link", "Cancel"}},
		{"browser elsewhere", elsewhere, []string{"CopyRemoteLink"}, []string{"Elsewhere false"},
			[]string{"Copy sign-in link", "Address of the last page", "Finish signing in", "Back", "Cancel"}},
		{"profile with something missing", missing, []string{"Refresh"}, nil,
			[]string{"ada@example.com, Google, shown", "Show Grace Hopper, GitLab", "Add another account",
				"ada@example.com", "Refresh", "Sign out", "Profile", "Session", "How you signed in", "108204268033311374519", "Ask again"}},
		{"unlocking", unlock, nil, []string{"Cancel"}, []string{"Cancel"}},
		{"a question", question, []string{"Confirm true"}, []string{"Confirm false"}, []string{"Continue as grace@example.com", "Cancel"}},
		{"profile", profileState(), []string{"Refresh"}, nil,
			[]string{"ada@example.com", "Refresh", "Sign out", "108204268033311374519"}},
		{"profile with a problem", withProblem(profileState(), "refresh_revoked", presenter.NextSignIn), []string{"Next"}, []string{"Dismiss"},
			[]string{"ada@example.com", "Refresh", "Sign out", "Sign in again", "Copy details", "Close", "108204268033311374519"}},
		{"profile among others", accountState(), []string{"Refresh"}, nil,
			[]string{"ada@example.com, Google, shown", "Show Grace Hopper, GitLab", "Add another account",
				"ada@example.com", "Refresh", "Sign out", "Profile", "Session", "How you signed in", "108204268033311374519"}},
		{"session", sessionState(), []string{"Refresh"}, nil,
			[]string{"ada@example.com, Google, shown", "Show Grace Hopper, GitLab", "Add another account",
				"ada@example.com", "Refresh", "Sign out", "Profile", "Session", "How you signed in", "Remove Latchkey's access…"}},
		{"how you signed in", flowState(presenter.FlowExchange), []string{"Refresh"}, nil,
			[]string{"ada@example.com, Google, shown", "Show Grace Hopper, GitLab", "Add another account",
				"ada@example.com", "Refresh", "Sign out", "Profile", "Session", "How you signed in", "Save as a page", "Save as JSON", "4 code + verifier, tokens back · 31 ms"}},
		{"how you signed in, demo", tryable(flowState(presenter.FlowRequest)), []string{"Refresh"}, nil,
			[]string{"ada@example.com, Google, shown", "Show Grace Hopper, GitLab", "Add another account",
				"ada@example.com", "Refresh", "Sign out", "Profile", "Session", "How you signed in", "Try it with a stolen code", "Forge a callback",
				"Save as a page", "Save as JSON", "1 open sign-in page, + code challenge"}},
		{"an attack", trialState(), []string{"Refresh"}, []string{"CloseTrial"},
			[]string{"ada@example.com, Google, shown", "Show Grace Hopper, GitLab", "Add another account",
				"ada@example.com", "Refresh", "Sign out", "Profile", "Session", "How you signed in", "Back to your sign-in",
				"Try it with a stolen code", "Forge a callback", "+ a made-up verifier, refused · 400 invalid_grant · 1 ms"}},
		// What cannot be undone wants more than a key that was meant for something else.
		{"removing access", removing, nil, []string{"Confirm false"}, []string{"Remove access", "Cancel"}},
		{"vault or not", vault, []string{"Confirm false"}, []string{"Cancel"}, []string{"Use a passphrase…", "Until I quit"}},
		{"adding", adding, []string{"SignIn google"}, []string{"Cancel"}, []string{"Sign in with Google", "Sign in with GitLab", "Use another provider…", "Back"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.key(fyne.KeyReturn)
			r.want(c.enter...)
			r.key(fyne.KeyEnter)
			r.want(c.enter...)
			r.key(fyne.KeyEscape)
			r.want(c.esc...)
			tab := r.tabOrder()
			if n := len(tab); n > 0 && tab[n-1] == "Menu" { // on every screen, after all else
				tab = tab[:n-1]
			} else if n > 0 || c.tab != nil {
				t.Errorf("Tab reaches %q, and not the menu", tab)
			}
			if len(tab) == 0 {
				tab = nil
			}
			if !reflect.DeepEqual(tab, c.tab) {
				t.Errorf("Tab reaches %q, want %q", tab, c.tab)
			}
			// Esc does the same from wherever the focus is.
			for range c.tab {
				r.window.Canvas().FocusNext()
				r.key(fyne.KeyEscape)
				r.want(c.esc...)
			}
		})
	}
}

// TestEachButton: what has the focus is what Enter and Space press.
func TestEachButton(t *testing.T) {
	for _, c := range []struct {
		state  presenter.State
		button string
		call   string
	}{
		{signInState(), "Sign in with GitLab", "SignIn lab"},
		{with(signInState(), func(s *presenter.State) { s.Demo = true }), "Use a real Google client…", "RegisterHelp"},
		{with(signInState(), func(s *presenter.State) { s.Restart = true }), "Restart Latchkey", "Restart"},
		{with(signInState(), func(s *presenter.State) { s.Crashed = true }), "Show the report", "CloseCrash true"},
		{with(signInState(), func(s *presenter.State) { s.Crashed = true }), "Dismiss", "CloseCrash false"},
		{inBrowser(), "Open browser again", "OpenAgain"},
		{inBrowser(), "Copy link", "CopyLink"},
		{inBrowser(), "Cancel", "Cancel"},
		{profileState(), "Refresh", "Refresh"},
		{profileState(), "Sign out", "SignOut"},
		{accountState(), "Show Grace Hopper, GitLab", "ShowAccount g"},
		{accountState(), "Add another account", "AddAccount"},
		{accountState(), "Session", "ShowTab session"},
		{sessionState(), "Profile", "ShowTab profile"},
		{sessionState(), "How you signed in", "ShowTab flow"},
		{sessionState(), "Remove Latchkey's access…", "RemoveAccess"},
		{with(sessionState(), func(s *presenter.State) { s.Profile.Session.Better = "KWallet" }), "Keep it in KWallet", "Keep"},
		{with(sessionState(), func(s *presenter.State) { s.Profile.Session.Logout = true }), "Sign out in the browser too", "Logout"},
		{withProblem(profileState(), "profile_unavailable", presenter.NextRefresh), "Try again", "Next"},
		{withProblem(profileState(), "profile_unavailable", presenter.NextRefresh), "Close", "Dismiss"},
	} {
		t.Run(c.button, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.pressed(c.button, c.call)
		})
	}
}

func TestFocusSurvivesAState(t *testing.T) {
	more := with(signInState(), func(s *presenter.State) {
		s.SignIn.Keep.Locked = true
		s.SignIn.Providers = append([]presenter.ProviderButton{{ID: "new", Name: "New"}}, s.SignIn.Providers...)
	})
	copied := with(inBrowser(), func(s *presenter.State) { s.Waiting.Copied = true })
	refreshing := with(profileState(), func(s *presenter.State) { s.Profile.Refreshing = true })
	for _, c := range []struct {
		name         string
		first, later presenter.State
		button       string
	}{
		{"while the keychain answers and a provider is added", signInState(), more, "Sign in with GitLab"},
		{"while the link is copied", inBrowser(), copied, "Copy link"},
		{"while the profile is loaded again", profileState(), refreshing, "Refresh"},
		{"while another account is added", accountState(), with(accountState(), func(s *presenter.State) {
			s.Accounts = append([]presenter.AccountView{{Key: "new", Provider: "GitLab"}}, s.Accounts...)
		}), "Show Grace Hopper, GitLab"},
		{"while the tab is changed", accountState(), sessionState(), "Session"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.first)
			b := r.button(c.button)
			r.window.Canvas().Focus(b)
			r.root.Update(c.later)
			if r.window.Canvas().Focused() != fyne.Focusable(b) {
				t.Error("the focus is gone")
			}
		})
	}
}

// What is no longer shown must not keep the keyboard: Enter and Esc would go
// there and do nothing.
func TestFocusLeavesWhatIsGone(t *testing.T) {
	r := newRig(t)
	r.root.Update(inBrowser())
	r.window.Canvas().Focus(r.button("Open browser again"))
	r.root.Update(waitingState(presenter.StepDone, presenter.StepDone, presenter.StepActive, presenter.StepTodo))
	if f := r.window.Canvas().Focused(); f != nil {
		t.Errorf("the focus stays on %v", f)
	}
	r.key(fyne.KeyEscape)
	r.want("Cancel")

	r.root.Update(inBrowser())
	r.window.Canvas().Focus(r.button("Cancel"))
	r.root.Update(profileState())
	if f := r.window.Canvas().Focused(); f != nil {
		t.Errorf("the focus stays on %v of the screen before", f)
	}
	r.key(fyne.KeyReturn)
	r.want("Refresh")
}

// The same goes for the ribbon, one row at a time, and for the side bar.
func TestFocusLeavesTheEdges(t *testing.T) {
	demo := with(accountState(), func(s *presenter.State) { s.Demo, s.Crashed = true, true })
	for _, c := range []struct {
		name, button string
		later        presenter.State
	}{
		{"the demo ends", "Use a real Google client…", with(demo, func(s *presenter.State) { s.Demo = false })},
		{"the whole ribbon goes", "Use a real Google client…", accountState()},
		{"the crash is closed", "Dismiss", with(demo, func(s *presenter.State) { s.Crashed = false })},
		{"the last account is signed out", "Show Grace Hopper, GitLab", with(signInState(), func(s *presenter.State) { s.Demo = true })},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(demo)
			r.window.Canvas().Focus(r.button(c.button))
			r.root.Update(demo)
			if r.window.Canvas().Focused() == nil {
				t.Error("what is shown has lost the focus")
			}
			r.root.Update(c.later)
			if f := r.window.Canvas().Focused(); f != nil {
				t.Errorf("the focus stays on %v", f)
			}
		})
	}
}

func TestASelectionSurvivesAState(t *testing.T) {
	r := newRig(t)
	r.root.Update(profileState())
	r.window.Canvas().FocusNext()
	focused := r.window.Canvas().Focused()
	r.root.Update(with(profileState(), func(s *presenter.State) { s.Profile.Refreshing = true }))
	if r.window.Canvas().Focused() != focused {
		t.Fatal("the focus is gone")
	}
	focused.(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutCopy{})
	if got := fyne.CurrentApp().Clipboard().Content(); got != "ada@example.com" {
		t.Errorf("copied %q", got)
	}
}

func TestBusyButtons(t *testing.T) {
	r := newRig(t)
	r.root.Update(with(profileState(), func(s *presenter.State) { s.Profile.SigningOut = true }))
	r.button("Signing out…").Tapped(nil)
	r.key(fyne.KeyReturn)
	r.want()
	r.root.Update(with(profileState(), func(s *presenter.State) { s.Profile.Refreshing = true }))
	r.button("Refreshing…").Tapped(nil)
	r.want()
	r.button("Sign out").Tapped(nil)
	r.want("SignOut")
}

func TestKeysScroll(t *testing.T) {
	r := newRig(t)
	r.root.Update(with(signInState(), func(s *presenter.State) {
		for range 20 {
			s.SignIn.Providers = append(s.SignIn.Providers, presenter.ProviderButton{ID: "x", Name: "X"})
		}
	}))
	b := r.button("Sign in with Google")
	y := func() float32 { return fyne.CurrentApp().Driver().AbsolutePositionForObject(b).Y }
	top := y()
	r.key(fyne.KeyPageDown)
	if y() >= top {
		t.Error("Page Down does not scroll")
	}
	r.key(fyne.KeyPageUp)
	if y() != top {
		t.Error("Page Up does not scroll back")
	}
}
