package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// keyboard is a person at the real window who has no mouse.
type keyboard struct {
	t       *testing.T
	program *stage.Program
}

// see presses keys and waits for what they lead to. With LATCHKEY_PICTURES it
// leaves a picture there.
func (k keyboard) see(ctx context.Context, what string, ok func(presenter.State) bool, keys ...string) presenter.State {
	k.t.Helper()
	if len(keys) > 0 {
		try(k.t, what, k.program.Press(ctx, keys...))
	}
	state, err := k.program.Await(ctx, what, ok)
	try(k.t, what, err)
	if dir := os.Getenv("LATCHKEY_PICTURES"); dir != "" {
		try(k.t, "picture", k.program.Picture(ctx, filepath.Join(dir, what+".png")))
	}
	return state
}

func (k keyboard) page(ctx context.Context, page presenter.Page, keys ...string) {
	k.t.Helper()
	k.see(ctx, "page "+string(page), func(s presenter.State) bool { return s.Page == page }, keys...)
	k.see(ctx, "no page after "+string(page), func(s presenter.State) bool { return s.Page == presenter.PageNone }, "Escape")
}

// times is a key pressed n times.
func times(n int, key string, then ...string) []string {
	var keys []string
	for range n {
		keys = append(keys, key)
	}
	return append(keys, then...)
}

// TestByKeyboardAlone goes through every screen and page of the window without
// a mouse.
func TestByKeyboardAlone(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	p := &mainjob.Play{Stage: s}
	try(t, "start", p.Start(ctx))
	k := keyboard{t, p.Program}

	// Back, and four appearances; five sizes; then the languages.
	k.see(ctx, "settings", func(s presenter.State) bool { return s.Settings != nil }, "ctrl+comma")
	k.see(ctx, "dark", chose(func(c presenter.Choices) bool { return c.Appearance == presenter.AppearanceDark }),
		times(4, "Tab", "space")...)
	k.see(ctx, "german", chose(func(c presenter.Choices) bool { return c.Language == "de" }), times(9, "Tab", "space")...)
	k.see(ctx, "settings closed", onScreen(presenter.ScreenSignIn), "Escape")
	k.see(ctx, "diagnostics", func(s presenter.State) bool {
		return s.Diagnostics != nil && !s.Diagnostics.Running && len(s.Diagnostics.Lines) > 5
	}, "F1")
	k.see(ctx, "diagnostics copied", func(s presenter.State) bool {
		return s.Diagnostics != nil && s.Diagnostics.Copied
	}, "Tab", "Tab", "Tab", "space")
	k.see(ctx, "diagnostics closed", onScreen(presenter.ScreenSignIn), "Escape")
	k.page(ctx, presenter.PageSettings, "ctrl+comma")
	k.page(ctx, presenter.PageProvider, "F10", "Return")
	k.page(ctx, presenter.PageAbout, "F10", "End", "Up", "Return")

	// A browser that is still opening would take the keyboard in between.
	try(t, "begin", p.Begin(ctx))
	k.see(ctx, "link copied", func(s presenter.State) bool { return s.Waiting.Copied }, "Tab", "Tab", "space")
	k.see(ctx, "cancelled", onScreen(presenter.ScreenSignIn), "Escape")
	try(t, "begin", p.Begin(ctx))
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))

	// The Tab key goes: the account, another one, e-mail address, Refresh, Sign
	// out, the three tabs.
	k.see(ctx, "session", onTab(presenter.TabSession), times(7, "Tab", "space")...)
	k.see(ctx, "question", func(s presenter.State) bool {
		return s.Confirm != nil && s.Confirm.Kind == presenter.ConfirmRemoveAccess
	}, "Tab", "Tab", "space")
	k.see(ctx, "no", func(s presenter.State) bool { return s.Confirm == nil }, "Escape")
	flow := k.see(ctx, "how you signed in", func(s presenter.State) bool {
		return s.Profile.Flow != nil && s.Profile.Flow.Selected != ""
	}, "F1").Profile.Flow
	k.see(ctx, "another step", func(s presenter.State) bool {
		return s.Profile.Flow != nil && s.Profile.Flow.Selected != flow.Selected
	}, times(11, "Tab", "Up")...)
	before := k.see(ctx, "profile", onTab(presenter.TabProfile), times(7, "Tab", "space")...).Profile.Updated
	k.see(ctx, "refreshed", func(s presenter.State) bool { return s.Profile.Updated.After(before) }, "ctrl+r")
	k.see(ctx, "another account", onScreen(presenter.ScreenWaiting), times(4, "shift+Tab", "space")...)
	try(t, "browser", p.AwaitBrowser(ctx))
	k.see(ctx, "back", onScreen(presenter.ScreenProfile), "Escape")
	k.see(ctx, "signed out", onScreen(presenter.ScreenSignIn), "F10", "Down", "Down", "Return")
	if items, err := s.KeychainItems(ctx); err != nil || len(items) != 0 {
		t.Errorf("the keychain holds %q, error = %v", items, err)
	}
	try(t, "quit", p.Program.Quit(ctx))
}

func onScreen(screen presenter.Screen) func(presenter.State) bool {
	return func(s presenter.State) bool { return s.Screen == screen && s.Page == presenter.PageNone }
}

func onTab(tab presenter.Tab) func(presenter.State) bool {
	return func(s presenter.State) bool { return s.Profile.Tab == tab }
}

func chose(ok func(presenter.Choices) bool) func(presenter.State) bool {
	return func(s presenter.State) bool { return s.Settings != nil && ok(s.Settings.Choices) }
}
