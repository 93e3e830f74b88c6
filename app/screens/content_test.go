package screens_test

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

func TestSignInSays(t *testing.T) {
	for _, c := range []struct {
		name       string
		keep       presenter.Keep
		want, lack string
	}{
		{"kept", presenter.Keep{Known: true, Persistent: true, Name: "GNOME Keyring"}, "You stay signed in through GNOME Keyring\n", "quit"},
		{"locked", presenter.Keep{Known: true, Persistent: true, Name: "KWallet", Locked: true}, "KWallet, which asks to be unlocked first", "quit"},
		{"in memory", presenter.Keep{Known: true}, "You stay signed in until you quit", "through"},
		{"not asked yet", presenter.Keep{}, "", "You stay"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(with(signInState(), func(s *presenter.State) { s.SignIn.Keep = c.keep }))
			r.wantTexts("Sign in to Latchkey", "Your web browser opens to sign you in.\nLatchkey never sees your password.", c.want)
			r.wantNoTexts(c.lack, "Demo")
		})
	}
	t.Run("no provider", func(t *testing.T) {
		r := newRig(t)
		r.root.Update(presenter.State{Screen: presenter.ScreenSignIn})
		r.wantTexts("No provider is set up.")
		r.key(fyne.KeyReturn)
		r.want()
	})
}

// Whoever is to mend a file must see where the mistake is, without pasting the
// copied details somewhere first.
func TestBrokenFileIsNamedWithItsPlace(t *testing.T) {
	const place = `providers.toml:3:10: expected value but found "no" instead`
	r := newRig(t)
	r.root.Update(with(withProblem(signInState(), "config_invalid", presenter.NextOpenConfig), func(s *presenter.State) {
		s.Problem.Values = map[string]string{"Error": place}
	}))
	r.wantTexts("providers.toml can't be read", place, "Mend the file", "[Show the folder]")
}

// The ribbon stays on every screen: what is seen is a demo all the time.
func TestDemoRibbon(t *testing.T) {
	r := newRig(t)
	for _, s := range []presenter.State{signInState(), inBrowser(), profileState()} {
		s.Demo = true
		r.root.Update(s)
		r.wantTexts("Demo · Signing in goes to a mock of Google on this computer.", "[Use a real Google client…]")
		s.Demo = false
		r.root.Update(s)
		r.wantNoTexts("Demo", "real Google client")
	}
}

// TestDemoRibbonWaits: it looks like what it does under a question, and in a
// sign-in: nothing.
func TestDemoRibbonWaits(t *testing.T) {
	asked := accountState()
	asked.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmRemoveAccess}
	for name, c := range map[string]struct {
		state presenter.State
		calls []string
	}{
		"profile":    {profileState(), []string{"RegisterHelp"}},
		"sign-in":    {signInState(), []string{"RegisterHelp"}},
		"waiting":    {inBrowser(), nil},
		"question":   {asked, nil},
		"passphrase": {asking(presenter.PassphraseView{}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(with(c.state, func(s *presenter.State) { s.Demo = true }))
			b := r.button("Use a real Google client…")
			b.Tapped(nil)
			r.want(c.calls...)
			if busy := b.(*widgets.Button).Busy(); busy != (c.calls == nil) {
				t.Errorf("it looks busy: %v", busy)
			}
		})
	}
}

func TestWaitingSays(t *testing.T) {
	person := &presenter.PersonView{Name: "Ada Lovelace", Initials: "AL"}
	back := waitingState(presenter.StepDone, presenter.StepDone, presenter.StepActive, presenter.StepTodo)
	for _, c := range []struct {
		name       string
		state      presenter.State
		want, lack []string
	}{
		{"in the browser", inBrowser(),
			[]string{"Finish signing in in your browser", "A page from accounts.google.com is open there. Come back when it says you are done.",
				"Browser opened", "Waiting for you to sign in", "Check the answer and exchange the code", "Load your profile", "4:32",
				"[Open browser again]", "[Copy link]", "[Cancel]", "The page shows an error? Cancel, then try again or choose another account."},
			[]string{"Copied"}},
		{"copied", with(inBrowser(), func(s *presenter.State) { s.Waiting.Copied = true }), []string{"[Copied]"}, []string{"[Copy link]"}},
		{"opening", with(inBrowser(), func(s *presenter.State) { s.Waiting.Browser = presenter.BrowserOpening }), []string{"Opening your browser…"}, []string{"is open there"}},
		{"failed", with(inBrowser(), func(s *presenter.State) { s.Waiting.Browser = presenter.BrowserFailed }),
			[]string{"No browser could be opened", "Copy the link"}, []string{"is open there", "The page shows an error?"}},
		{"unlocking", with(inBrowser(), func(s *presenter.State) { s.Waiting.Unlock = "GNOME Keyring" }),
			[]string{"Unlock GNOME Keyring", "in a window of its own", "[Cancel]"}, []string{"[Open browser again]", "[Copy link]"}},
		{"back", back, []string{"Signing you in…", "[Cancel]"}, []string{"[Open browser again]", "4:32", "Waiting for you"}},
		{"person known", with(back, func(s *presenter.State) { s.Waiting.Person = person }), []string{"Ada Lovelace"}, []string{"[Copy link]"}},
		{"failed, and a problem says so too", withProblem(with(inBrowser(), func(s *presenter.State) { s.Waiting.Browser = presenter.BrowserFailed }), "browser_failed", presenter.NextCopyLink),
			[]string{"No browser could be opened"}, []string{"[Copy details]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.wantTexts(c.want...)
			r.wantNoTexts(c.lack...)
		})
	}
}

func TestCountdown(t *testing.T) {
	r := newRig(t)
	r.root.Update(inBrowser())
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{0, "4:32"}, {time.Second, "4:31"}, {1500 * time.Millisecond, "4:31"}, {4 * time.Minute, "0:32"},
		{271*time.Second + 500*time.Millisecond, "0:01"}, {272 * time.Second, "0:00"}, {time.Hour, "0:00"},
	} {
		r.root.Tick(now.Add(c.after))
		r.wantTexts("\n" + c.want + "\n")
	}
}

func TestProfileSays(t *testing.T) {
	ago := func(d time.Duration) presenter.State {
		return with(profileState(), func(s *presenter.State) { s.Profile.Updated = now.Add(-d) })
	}
	for _, c := range []struct {
		name       string
		state      presenter.State
		want, lack []string
	}{
		{"all", profileState(),
			[]string{"Ada Lovelace", "Google", "ada@example.com", "✓ verified", "[Refresh]", "[Sign out]",
				"Name", "Given name", "Family name", "Language", "Organization", "Birthday", "Account ID",
				"English (United Kingdom)", "Analytical Engines Ltd · Analyst", "10 December 1815", "108204268033311374519",
				"From people.googleapis.com, updated just now"},
			[]string{"offline", "until you quit", "Session"}},
		{"minutes ago", ago(4*time.Minute + time.Second), []string{"updated 4 min ago"}, nil},
		{"earlier today", ago(2 * time.Hour), []string{"updated 12:02 today"}, nil},
		{"another day", ago(48 * time.Hour), []string{"updated 20 November 2026, 14:02"}, nil},
		{"from a clock ahead of ours", ago(-time.Hour), []string{"updated just now"}, nil},
		{"not loaded yet", with(profileState(), func(s *presenter.State) { s.Profile.Updated = time.Time{} }), []string{"Loading your profile…"}, []string{"updated"}},
		{"offline", with(ago(2*time.Hour), func(s *presenter.State) { s.Profile.Offline = true }), []string{"You are offline. Showing your profile from 12:02 today."}, nil},
		{"offline and never loaded", with(profileState(), func(s *presenter.State) { s.Profile.Offline, s.Profile.Updated = true, time.Time{} }),
			[]string{"You are offline. Your profile loads when you are back."}, []string{"Loading", "0001"}},
		{"in memory", with(profileState(), func(s *presenter.State) { s.Profile.Until = presenter.UntilNoPlace }), []string{"You stay signed in until you quit: this computer has no place"}, nil},
		{"nothing to keep", with(profileState(), func(s *presenter.State) { s.Profile.Until = presenter.UntilNothing }), []string{"You stay signed in until you quit: Google sent nothing"}, []string{"no place"}},
		{"not written", with(profileState(), func(s *presenter.State) { s.Profile.Until = presenter.UntilFailed }), []string{"You stay signed in until you quit: your sign-in could not be stored"}, []string{"no place"}},
		{"no e-mail", with(profileState(), func(s *presenter.State) { s.Profile.Person.Email = "" }), nil, []string{"verified", "@"}},
		{"not verified", with(profileState(), func(s *presenter.State) { s.Profile.Person.Verified = false }), []string{"ada@example.com"}, []string{"verified"}},
		{"few fields", with(profileState(), func(s *presenter.State) { s.Profile.Fields = s.Profile.Fields[:1] }), []string{"Name"}, []string{"Birthday", "Account ID"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.wantTexts(c.want...)
			r.wantNoTexts(c.lack...)
		})
	}
}

func TestSessionSays(t *testing.T) {
	access := func(state presenter.AccessState, left time.Duration) presenter.State {
		return with(sessionState(), func(s *presenter.State) {
			s.Profile.Session.Access, s.Profile.Session.Expires = state, now.Add(left)
		})
	}
	for _, c := range []struct {
		name       string
		state      presenter.State
		want, lack []string
	}{
		{"all", sessionState(),
			[]string{"Access", "Valid for 42 min, renews by itself", "You allowed", "Know who you are · See your name and picture · See your email address",
				"Kept in", "GNOME Keyring, on this computer only", "Signed in", "13:02 today", "[Remove Latchkey's access…]", "Also signs you out on your other computers."},
			[]string{"You did not allow", "Birthday", "From people.googleapis.com", "Keep it in", "in the browser too"}},
		{"hours", access(presenter.AccessValid, 8*time.Hour-time.Second), []string{"Valid for 8 hours"}, nil},
		{"seconds", access(presenter.AccessValid, 20*time.Second), []string{"Renews by itself in less than a minute"}, nil},
		{"over", access(presenter.AccessValid, -time.Second), []string{"Renews by itself when it is needed"}, nil},
		{"none in memory", access(presenter.AccessRenew, 0), []string{"Renews by itself when it is needed"}, nil},
		{"lasting", access(presenter.AccessLasting, 0), []string{"Valid until you remove it"}, nil},
		{"ended", access(presenter.AccessEnded, 0), []string{"Ended. Sign in again."}, nil},
		{"not granted", with(sessionState(), func(s *presenter.State) {
			s.Profile.Session.Granted, s.Profile.Session.Declined = []string{"openid"}, []string{"email", "https://api.example/x"}
		}), []string{"You did not allow", "See your email address · https://api.example/x"}, []string{"name and picture"}},
		{"the same twice", with(sessionState(), func(s *presenter.State) { s.Profile.Session.Granted = []string{"profile", "read:user"} }),
			[]string{"\nSee your name and picture\n"}, nil},
		{"in memory", with(sessionState(), func(s *presenter.State) { s.Profile.Session.Store = "" }), []string{"Nowhere: you are signed in until you quit"}, []string{"Keyring"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.wantTexts(c.want...)
			r.wantNoTexts(c.lack...)
		})
	}
}

func TestAccessRunsDown(t *testing.T) {
	r := newRig(t)
	r.root.Update(sessionState())
	r.root.Tick(now.Add(20 * time.Minute))
	r.wantTexts("Valid for 22 min")
}

// Whoever removes access must know before what else ends.
func TestRemovingAccessSaysWhatEnds(t *testing.T) {
	ask := func(google bool) presenter.State {
		return with(sessionState(), func(s *presenter.State) {
			s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmRemoveAccess, Old: "ada@example.com", Provider: "Example", Google: google}
		})
	}
	r := newRig(t)
	r.root.Update(ask(false))
	r.wantTexts("Remove Latchkey's access?", "Example forgets that you allowed Latchkey to use ada@example.com.", "wherever else you use Latchkey")
	r.wantNoTexts("Google", "Add another account")
	r.root.Update(ask(true))
	r.wantTexts("Google forgets", "every program by the same maker")
}

// The side bar is gone while something must be answered or waited for.
func TestSideBar(t *testing.T) {
	r := newRig(t)
	has := func() bool {
		found := false
		walk(r.root.Object(), func(o fyne.CanvasObject) {
			if a, ok := o.(fyne.Accessible); ok && a.AccessibilityLabel() == "Add another account" {
				found = true
			}
		})
		return found
	}
	r.root.Update(accountState())
	if !has() {
		t.Error("no side bar")
	}
	r.window.Canvas().Focus(r.button("Add another account"))
	r.root.Update(inBrowser())
	if has() || r.window.Canvas().Focused() != nil {
		t.Error("the side bar stays, or keeps the keyboard")
	}
	r.root.Update(profileState())
	if has() {
		t.Error("a side bar without accounts")
	}
}

func TestProfileAges(t *testing.T) {
	r := newRig(t)
	r.root.Update(profileState())
	r.root.Tick(now.Add(3 * time.Minute))
	r.wantTexts("updated 3 min ago")
}

// Names come from elsewhere: whatever is in them is drawn as it is.
func TestRemoteTextIsPlain(t *testing.T) {
	hostile := `{{.Host}} **bold** <b>[link](https://evil.example)</b>`
	r := newRig(t)
	r.root.Update(with(profileState(), func(s *presenter.State) {
		s.Profile.Person.Name, s.Profile.Provider, s.Profile.Source = hostile, hostile, hostile
	}))
	r.wantTexts(hostile, "From "+hostile+", updated just now")
	r.root.Update(with(inBrowser(), func(s *presenter.State) { s.Waiting.Host = hostile }))
	r.wantTexts("A page from " + hostile + " is open there.")
}

func TestCopyDetails(t *testing.T) {
	r := newRig(t)
	r.root.Update(withProblem(profileState(), "internal", presenter.NextRetry))
	r.button("Copy details").Tapped(nil)
	if got := fyne.CurrentApp().Clipboard().Content(); got != "the detail" {
		t.Errorf("copied %q", got)
	}
	r.wantTexts("[Copied]")
	r.root.Update(withProblem(profileState(), "offline", presenter.NextRetry))
	r.wantTexts("[Copy details]")
	r.root.Update(with(withProblem(profileState(), "offline", presenter.NextRetry), func(s *presenter.State) { s.Problem.Detail = "" }))
	r.wantNoTexts("[Copy details]", "[Copied]")
}

// A question hides everything else, so that nothing can be pressed meanwhile,
// and gives it back as it was.
func TestQuestion(t *testing.T) {
	r := newRig(t)
	r.root.Update(with(inBrowser(), func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: "other_account", Old: "ada@example.com", New: "grace@example.com"}
	}))
	r.wantTexts("You were signed in as ada@example.com.\nIn the browser you chose grace@example.com.")
	r.wantNoTexts("Finish signing in")
	r.root.Update(inBrowser())
	r.wantTexts("Finish signing in")
}

// The way for a browser on another computer: two steps, and in words what was
// wrong with an address. What was typed stays until the card goes.
func TestElsewhereSays(t *testing.T) {
	open := func(p *presenter.ProblemView) presenter.State {
		return with(inBrowser(), func(s *presenter.State) {
			s.Waiting.Elsewhere = &presenter.ElsewhereView{Copied: p != nil, Problem: p}
		})
	}
	r := newRig(t)
	r.root.Update(open(nil))
	r.wantTexts("Sign in on another computer", "[Copy sign-in link]", "[Finish signing in]", "Time left: 4:32")
	r.wantNoTexts("[Open browser again]", "[Copy link]", "Browser opened", "Finish signing in in your browser")

	var field *widgets.Field
	walk(r.root.Object(), func(o fyne.CanvasObject) {
		if f, ok := o.(*widgets.Field); ok {
			field = f
		}
	})
	if field == nil {
		t.Fatal("there is no field")
	}
	r.window.Canvas().Focus(field)
	test.Type(field, "http://127.0.0.1:1/callback?code=c")
	r.root.Update(open(&presenter.ProblemView{Code: "paste_other_signin", Next: presenter.NextDismiss}))
	r.wantTexts("This address is of another sign-in. ", "[Copied]")
	if field.Text != "http://127.0.0.1:1/callback?code=c" || r.window.Canvas().Focused() != fyne.Focusable(field) {
		t.Errorf("after a wrong address the field holds %q", field.Text)
	}
	r.key(fyne.KeyReturn)
	r.want("Paste http://127.0.0.1:1/callback?code=c")
	r.key(fyne.KeyEscape)
	r.want("Elsewhere false")
	test.Tap(r.button("Finish signing in"))
	r.want("Paste http://127.0.0.1:1/callback?code=c")

	r.root.Update(with(open(nil), func(s *presenter.State) { s.Waiting.Steps[1].State = presenter.StepDone }))
	r.wantTexts("Signing you in…")
	r.wantNoTexts("Sign in on another computer")
	if field.Text != "" {
		t.Errorf("the address, which holds a code, stays in the field: %q", field.Text)
	}
}

// With little time left the person is offered more.
func TestMoreTimeIsOffered(t *testing.T) {
	r := newRig(t)
	r.root.Update(inBrowser())
	r.root.Tick(now.Add(3 * time.Minute))
	r.wantNoTexts("[I need more time]")
	r.root.Tick(now.Add(3*time.Minute + 33*time.Second))
	r.wantTexts("[I need more time]", "\n0:59\n")
	test.Tap(r.button("I need more time"))
	r.want("Extend")
	r.root.Update(with(inBrowser(), func(s *presenter.State) { s.Waiting.Deadline = now.Add(9 * time.Minute) }))
	r.wantNoTexts("[I need more time]")
}

func TestWhatIsMissingSays(t *testing.T) {
	r := newRig(t)
	missing := with(accountState(), func(s *presenter.State) {
		s.Profile.Session.Declined = []string{"email", "https://www.googleapis.com/auth/user.birthday.read"}
	})
	r.root.Update(missing)
	r.wantTexts("You did not allow: See your email address · See your birthday", "[Ask again]")
	test.Tap(r.button("Ask again"))
	r.want("AskAgain")
	r.root.Update(with(missing, func(s *presenter.State) { s.Profile.Tab = presenter.TabSession }))
	test.Tap(r.button("Ask again"))
	r.want("AskAgain")
	r.root.Update(accountState())
	r.wantNoTexts("You did not allow", "[Ask again]")
}

func TestClockSays(t *testing.T) {
	for _, c := range []struct {
		off  int // seconds behind
		want string
	}{
		{0, ""}, {121, "2 minutes behind"}, {-90 * 60, "90 minutes ahead"}, {2 * 3600, "2 hours behind"}, {-47 * 3600, "47 hours ahead"},
		{-3 * 86400, "3 days ahead"}, {10 * 365 * 86400, "10 years behind"},
	} {
		r := newRig(t)
		r.root.Update(with(profileState(), func(s *presenter.State) { s.Profile.ClockOff = c.off }))
		if c.want == "" {
			r.wantNoTexts("clock")
			continue
		}
		r.wantTexts("This computer's clock is " + c.want + ".")
		r.root.Update(with(signInState(), func(s *presenter.State) {
			s.Problem = &presenter.ProblemView{Code: "clock_skew", Next: presenter.NextRetry, Values: map[string]string{"Skew": fmt.Sprint(c.off)}}
		}))
		r.wantTexts("It is " + c.want + ". Set date and time")
	}
}
