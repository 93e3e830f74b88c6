package screens_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
	"app.latchkey/auth/flow"
)

func (a *actions) ShowStep(id presenter.FlowID)           { a.add("ShowStep " + string(id)) }
func (a *actions) StartTrial(k presenter.TrialKind)       { a.add("StartTrial " + string(k)) }
func (a *actions) ShowTry(id string)                      { a.add("ShowTry " + id) }
func (a *actions) CloseTrial()                            { a.add("CloseTrial") }
func (a *actions) SaveFlow(f presenter.Format, in string) { a.add("SaveFlow " + string(f) + " " + in) }
func (a *actions) OpenSaved()                             { a.add("OpenSaved") }

// flowState is how Ada signed in.
func flowState(selected presenter.FlowID) presenter.State {
	return with(accountState(), func(s *presenter.State) {
		s.Profile.Tab = presenter.TabFlow
		s.Profile.Flow = &presenter.FlowView{When: now, Provider: "Google", Selected: selected, CanSave: true,
			PKCE: &presenter.PKCEView{Code: "4/0A•••••••", Verifier: "kX9f•••••••", Hash: "E9Me•••••••", Sent: "E9Me•••••••", Match: true, Spec: "RFC 7636 §4.6"},
			Steps: []presenter.FlowStep{
				{ID: presenter.FlowRequest, Known: true, Host: "accounts.google.com"},
				{ID: presenter.FlowSignIn, Known: true, Host: "accounts.google.com", Took: 14 * time.Second},
				{ID: presenter.FlowResponse, Known: true, Host: "127.0.0.1:41233"},
				{ID: presenter.FlowExchange, Known: true, Host: "oauth2.googleapis.com", Took: 31 * time.Millisecond,
					Sent: []flow.Param{flow.Masked("code_verifier", "kX9fR2VMeHxq0aQ9mN2p")}, Got: []flow.Param{flow.Hidden("access_token")}},
				{ID: presenter.FlowIdentity, Known: true, Took: time.Millisecond, Failed: true, Problem: "id_token_expired",
					Checks: []flow.Check{{Name: "nonce", Verdict: flow.Passed, Spec: "OpenID Connect Core §3.1.3.7(11)"},
						{Name: "azp", Verdict: flow.Skipped, Spec: "there"},
						{Name: "exp", Verdict: flow.Failed, Spec: "here", Expected: "after noon", Got: "midnight"}}},
				{ID: presenter.FlowProfile},
			}}
	})
}

// tryable is in demo mode.
func tryable(s presenter.State) presenter.State {
	return with(s, func(s *presenter.State) { s.Profile.Flow.CanTry = true })
}

// trialState is a stolen code that was refused, and one that was not.
func trialState() presenter.State {
	return with(tryable(flowState(presenter.FlowExchange)), func(s *presenter.State) {
		refused := []flow.Param{flow.Public("error", "invalid_grant"), flow.Public("error_description", "Invalid code verifier.")}
		try := func(id, outcome string, status int) presenter.Try {
			return presenter.Try{ID: id, Request: "POST http://127.0.0.1:41000/token", Outcome: outcome, Status: status, Took: time.Millisecond,
				Sent: []flow.Param{flow.Masked("code", "4/0AbUR2VMeHxq0aQ")}, Got: refused}
		}
		s.Profile.Flow.Trial = &presenter.TrialView{Kind: presenter.TrialCode, Selected: "wrong_verifier", Tries: []presenter.Try{
			{ID: "code_read", Outcome: presenter.TryReady},
			try("no_verifier", presenter.TryRefused, 400), try("wrong_verifier", presenter.TryRefused, 400), try("without_pkce", presenter.TryTaken, 200)}}
	})
}

// trial changes the trial of trialState.
func trial(edit func(*presenter.TrialView)) presenter.State {
	return with(trialState(), func(s *presenter.State) { edit(s.Profile.Flow.Trial) })
}

func forged(outcome string, honest bool) presenter.State {
	return trial(func(v *presenter.TrialView) {
		v.Kind, v.Selected = presenter.TrialCallback, "rightful"
		v.Tries = []presenter.Try{{ID: "waiting", Outcome: presenter.TryReady}, {ID: "rightful", Outcome: outcome, Honest: honest, Status: 303}}
	})
}

func TestHowYouSignedInSays(t *testing.T) {
	saved := func(v presenter.SavedView) presenter.State {
		return with(flowState(presenter.FlowExchange), func(s *presenter.State) { s.Profile.Flow.Saved = &v })
	}
	asked := with(flowState(presenter.FlowIdentity), func(s *presenter.State) {
		s.Profile.Flow.Steps[4] = presenter.FlowStep{ID: presenter.FlowIdentity, Known: true, ToAPI: true, Host: "api.github.com"}
	})
	for _, c := range []struct {
		name       string
		state      presenter.State
		want, lack []string
	}{
		{"exchange", flowState(presenter.FlowExchange), []string{
			"You + browser", "Latchkey", "Auth. server", "Resources",
			"1 open sign-in page", "2 sign in, allow", "3 code, through the browser", "to 127.0.0.1:41233", "a thief could read it here",
			"4 code + verifier", "tokens back · 31 ms", "5 check the ID token", "failed · 1 ms", "6 access token for profile", "[Save as a page]",
			"4 Exchange the code", "oauth2.googleapis.com hashes the code verifier", "code_verifier kX9f•••••••", "Sent", "Came back", "access_token •••••••",
			"SHA-256        E9Me•••••••", "code_challenge E9Me•••••••", "✓ they match  RFC 7636 §4.6",
			"How does PKCE work?", "sent only E9Me•••••••, the SHA-256 of the verifier kX9f•••••••", "Took 31 ms."},
			[]string{"Why is PKCE needed?", "kX9fR", "Open folder", "stolen"}},
		{"a hash that differs", with(flowState(presenter.FlowExchange), func(s *presenter.State) { s.Profile.Flow.PKCE.Match = false }),
			[]string{"✗ they differ"}, []string{"they match"}},
		{"an old record", with(flowState(presenter.FlowExchange), func(s *presenter.State) { s.Profile.Flow.PKCE = nil }),
			[]string{"How does PKCE work?"}, []string{"SHA-256  ", "they match"}},
		{"response", flowState(presenter.FlowResponse), []string{"3 The code comes back", "Why is PKCE needed?", "Your code 4/0A•••••••"}, []string{"How does PKCE work?"}},
		{"sign-in", flowState(presenter.FlowSignIn), []string{"2 You sign in and allow", "Took 14 s."}, []string{"PKCE"}},
		{"failed", flowState(presenter.FlowIdentity), []string{"✗ The proof of your identity is too old", "✓ nonce  OIDC Core §3.1.3.7(11)", "– azp  there",
			"✗ exp  here", "expected: after noon", "was: midnight"}, []string{"PKCE"}},
		{"asked of an API", asked, []string{"5 ask who you are", "its word, unsigned", "Latchkey asks the API at api.github.com"}, []string{"ID token"}},
		{"not in the record", flowState(presenter.FlowProfile), []string{"6 Open your profile", "not in the record"}, []string{"Took"}},
		{"no record", with(flowState(presenter.FlowProfile), func(s *presenter.State) { s.Profile.Flow = &presenter.FlowView{} }),
			[]string{"There is no record of this sign-in."}, []string{"You + browser", "Save as"}},
		{"not looked at yet", with(flowState(presenter.FlowProfile), func(s *presenter.State) { s.Profile.Flow = nil }), nil, []string{"no record", "You + browser"}},
		{"saved", saved(presenter.SavedView{Path: "/home/ada/x.html"}), []string{"Saved: /home/ada/x.html", "[Open folder]"}, nil},
		{"not saved", saved(presenter.SavedView{Failed: true}), []string{"It could not be saved."}, []string{"Open folder"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.wantTexts(c.want...)
			r.wantNoTexts(c.lack...)
		})
	}
}

// TestAttacksSay: what is said of a try is what became of it.
func TestAttacksSay(t *testing.T) {
	in := func(v *presenter.TrialView) {
		v.Tries[2].Outcome, v.Tries[2].Status, v.Tries[2].Got = presenter.TryTaken, 200, nil
	}
	for _, c := range []struct {
		name       string
		state      presenter.State
		want, lack []string
	}{
		{"refused", trialState(), []string{"Thief", "Without PKCE", "✓ Tried for real just now", "worth nothing", "With a made-up verifier", "✓ Refused", "POST http://127.0.0.1:41000/token",
			"code 4/0A•••••••", "HTTP 400", "error invalid_grant", "Invalid code verifier.", "got in · 200", "[Back to your sign-in]"}, []string{"Save as", "Latchkey\n", "0AbUR2"}},
		{"it got in", trial(in), []string{"Attacks that got in: 1", "✗ The thief got in", "HTTP 200"}, []string{"worth nothing", "✓ Refused"}},
		{"without PKCE", trial(func(v *presenter.TrialView) { v.Selected = "without_pkce" }), []string{"And without PKCE?", "✗ The thief got in"}, nil},
		{"unclear", trial(func(v *presenter.TrialView) { v.Tries[2].Outcome = presenter.TryUnclear }), []string{"✗ Neither refused nor let in", "unclear · 400"}, []string{"✓ Refused"}},
		{"under way", trial(func(v *presenter.TrialView) { v.Running, v.Tries, v.Selected = true, nil, "" }), []string{"Trying…"}, []string{"Refused", "worth nothing", "Sent"}},
		{"broken", trial(func(v *presenter.TrialView) { v.Failed = true }), []string{"this proves nothing"}, []string{"worth nothing"}},
		{"the right answer", forged(presenter.TryTaken, true), []string{"Forger", "✓ Tried for real just now: no forgery was let in.", "✓ Let in, as it should be", "the sign-in went on"}, []string{"got in", "Thief"}},
		{"a forgery", forged(presenter.TryTaken, false), []string{"Attacks that got in: 1", "✗ The thief got in", "The sign-in took a forged answer."}, []string{"no forgery"}},
		{"the right answer refused", forged(presenter.TryRefused, true), []string{"✗ The right answer was not let in"}, []string{"✓ Refused", "✓ Let in"}},
		{"a forgery refused", forged(presenter.TryRefused, false), []string{"✓ Refused", "goes on waiting"}, []string{"✗"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.wantTexts(c.want...)
			r.wantNoTexts(c.lack...)
		})
	}
}

// TestFlowButtons: each works by click, Space and Enter; what runs is not begun
// twice.
func TestFlowButtons(t *testing.T) {
	kept := with(flowState(presenter.FlowExchange), func(s *presenter.State) { s.Profile.Flow.Saved = &presenter.SavedView{Path: "/x"} })
	for _, c := range []struct {
		state        presenter.State
		button, call string
	}{
		{tryable(flowState(presenter.FlowExchange)), "Try it with a stolen code", "StartTrial code"},
		{tryable(flowState(presenter.FlowExchange)), "Forge a callback", "StartTrial callback"},
		{trialState(), "Forge a callback", "StartTrial callback"},
		{trialState(), "Back to your sign-in", "CloseTrial"},
		{kept, "Save as a page", "SaveFlow html en"},
		{kept, "Save as JSON", "SaveFlow json en"},
		{kept, "Open folder", "OpenSaved"},
	} {
		t.Run(c.button, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(c.state)
			r.pressed(c.button, c.call)
		})
	}
	r := newRig(t)
	r.root.Update(trial(func(v *presenter.TrialView) { v.Running = true }))
	r.button("Forge a callback").Tapped(nil)
	r.want()
}

// theDiagram is the one that is drawn.
func (r *rig) theDiagram() *widgets.Sequence {
	r.t.Helper()
	var found *widgets.Sequence
	walk(r.root.Object(), func(o fyne.CanvasObject) {
		if s, ok := o.(*widgets.Sequence); ok {
			found = s
		}
	})
	if found == nil {
		r.t.Fatal("there is no diagram")
	}
	return found
}

// TestStepsByKeyboard: the arrow keys go from step to step, and stop at the ends.
func TestStepsByKeyboard(t *testing.T) {
	for _, c := range []struct {
		state presenter.State
		key   fyne.KeyName
		want  []string
	}{
		{flowState(presenter.FlowRequest), fyne.KeyDown, []string{"ShowStep signin"}},
		{flowState(presenter.FlowSignIn), fyne.KeyRight, []string{"ShowStep response"}},
		{flowState(presenter.FlowResponse), fyne.KeyDown, []string{"ShowStep exchange"}}, // of its two arrows neither is skipped to
		{flowState(presenter.FlowExchange), fyne.KeyUp, []string{"ShowStep response"}},
		{flowState(presenter.FlowIdentity), fyne.KeyDown, []string{"ShowStep profile"}}, // the last
		{flowState(presenter.FlowSignIn), fyne.KeyLeft, []string{"ShowStep request"}},   // the first
		{flowState(presenter.FlowRequest), fyne.KeyUp, nil},
		{flowState(presenter.FlowProfile), fyne.KeyDown, nil},
		{flowState(presenter.FlowProfile), fyne.KeyEscape, nil},
		{trialState(), fyne.KeyDown, []string{"ShowTry without_pkce"}},
		{trialState(), fyne.KeyUp, []string{"ShowTry no_verifier"}},
		{trialState(), fyne.KeyEscape, []string{"CloseTrial"}},
	} {
		r := newRig(t)
		r.root.Update(c.state)
		r.window.Canvas().Focus(r.theDiagram())
		r.key(c.key)
		r.want(c.want...)
	}
}

// TestStepsByMouse: a click on a message chooses its step.
func TestStepsByMouse(t *testing.T) {
	r := newRig(t)
	r.root.Update(flowState(presenter.FlowExchange))
	s := r.theDiagram()
	const head, row = 28, 44
	at := func(y float32) { s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(200, y)}) }
	at(10) // a lane's name
	r.want()
	at(head + row/2)
	r.want("ShowStep request")
	at(head + 3*row + 10) // the second of the response's arrows
	r.want("ShowStep response")
	at(s.Size().Height - 1)
	r.want()
}

// TestChecksAreRead: what the marks before the checks say to eyes is said to
// screen readers in words.
func TestChecksAreRead(t *testing.T) {
	r := newRig(t)
	r.root.Update(flowState(presenter.FlowIdentity))
	var said string
	walk(r.root.Object(), func(o fyne.CanvasObject) {
		if x, ok := o.(*widgets.Text); ok {
			said += x.AccessibilityLabel() + "\n"
		}
	})
	for _, want := range []string{"passed: nonce", "did not apply: azp", "failed: exp", "failed: The proof of your identity is too old"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said; said is:\n%s", want, said)
		}
	}
	if strings.ContainsAny(said, "✓✗") {
		t.Errorf("signs are said: %s", said)
	}
}
