package e2e_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// TestHowYouSignedIn signs in at the demo and, by keyboard alone, looks at how:
// both attacks are made for real, and the record is saved.
func TestHowYouSignedIn(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	program, err := s.StartProgram(ctx, "--demo")
	try(t, "start", err)
	_, err = program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "sign-in screen", err)
	try(t, "Enter", program.Press(ctx, "Return"))
	page, err := s.Page(ctx)
	try(t, "page", err)
	try(t, "choose", page.Click(ctx, mainjob.Ada.Element))
	try(t, "allow", page.Click(ctx, "#allow"))
	_, err = program.Await(ctx, "the profile", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenProfile && !s.Profile.Updated.IsZero() && !s.Profile.Refreshing && s.Profile.Session != nil
	})
	try(t, "profile", err)

	// Help with a client, the account, another one, address, Refresh, Sign out,
	// Profile, Session, How you signed in.
	try(t, "to the tab", program.Press(ctx, strings.Fields("Tab Tab Tab Tab Tab Tab Tab Tab Tab Return")...))
	state, err := program.Await(ctx, "the steps", func(s presenter.State) bool { return s.Profile.Flow != nil && len(s.Profile.Flow.Steps) == 6 })
	try(t, "steps", err)
	for _, step := range state.Profile.Flow.Steps {
		if !step.Known || step.Failed {
			t.Errorf("step %+v", step)
		}
	}
	if p := state.Profile.Flow.PKCE; p == nil || !p.Match {
		t.Errorf("PKCE %+v", p)
	}

	settle(ctx, t, program)
	for _, attack := range []struct {
		kind presenter.TrialKind
		want string
	}{
		{presenter.TrialCode, "code_read ready, no_verifier refused, wrong_verifier refused, challenge refused, without_pkce taken"},
		{presenter.TrialCallback, "waiting ready, made_up refused, error refused, wrong_state refused, no_cookie refused, wrong_host refused, rightful taken"},
	} {
		try(t, "press", program.Press(ctx, "Tab", "Return"))
		state, err = program.Await(ctx, "the attack "+string(attack.kind), func(s presenter.State) bool {
			f := s.Profile.Flow
			return f != nil && f.Trial != nil && f.Trial.Kind == attack.kind && !f.Trial.Running
		})
		try(t, "attack", err)
		var got []string
		for _, x := range state.Profile.Flow.Trial.Tries {
			got = append(got, x.ID+" "+x.Outcome)
		}
		if strings.Join(got, ", ") != attack.want || state.Profile.Flow.Trial.Failed || state.Profile.Flow.Trial.GotIn() != 0 {
			t.Errorf("%s: %s, want %s", attack.kind, strings.Join(got, ", "), attack.want)
		}
		settle(ctx, t, program)
		if dir := os.Getenv("LATCHKEY_PICTURES"); dir != "" {
			try(t, "picture", program.Picture(ctx, filepath.Join(dir, "attack-"+string(attack.kind)+".png")))
		}
	}

	try(t, "back", program.Press(ctx, "Escape"))
	_, err = program.Await(ctx, "the steps again", func(s presenter.State) bool { return s.Profile.Flow != nil && s.Profile.Flow.Trial == nil })
	try(t, "back", err)
	settle(ctx, t, program)
	try(t, "save", program.Press(ctx, "Tab", "Return"))
	state, err = program.Await(ctx, "the file", func(s presenter.State) bool { return s.Profile.Flow != nil && s.Profile.Flow.Saved != nil })
	try(t, "save", err)
	saved, err := os.ReadFile(state.Profile.Flow.Saved.Path)
	try(t, "the file", err)
	if text := string(saved); !strings.Contains(text, "<svg") || strings.Contains(text, mainjob.Ada.Email) || strings.Contains(text, "ya29.") {
		t.Errorf("%s holds what it should not, or lacks the drawing", state.Profile.Flow.Saved.Path)
	}
	if state.Problem != nil || state.Profile.Person.Name != mainjob.Ada.Name {
		t.Errorf("after all that: %+v", state)
	}
}

// settle waits until the window stands still: a State is in the trace before the
// window has drawn it, and Tab reaches what is drawn.
func settle(ctx context.Context, t *testing.T, program *stage.Program) {
	t.Helper()
	var last []byte
	for same := 0; same < 2; {
		path := filepath.Join(t.TempDir(), "window.png")
		try(t, "picture", program.Picture(ctx, path))
		now, err := os.ReadFile(path)
		try(t, "picture", err)
		if bytes.Equal(now, last) {
			same++
		} else {
			last, same = now, 0
		}
	}
}
