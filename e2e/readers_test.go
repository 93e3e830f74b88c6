package e2e_test

import (
	"errors"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// TestByScreenReader plays the main job as somebody does who sees nothing: what
// the window says is read from the accessibility bus, its buttons are pressed
// there, and what happens is heard there.
func TestByScreenReader(t *testing.T) {
	ctx, s := open(t, stage.Options{})
	r, err := s.OpenReader(ctx)
	if errors.Is(err, stage.ErrNoReader) {
		t.Skip(err)
	}
	try(t, "accessibility bus", err)
	defer r.Close()
	p := &mainjob.Play{Stage: s}
	try(t, "start", p.Start(ctx))
	all, err := r.Programs(ctx)
	try(t, "programs", err)
	if _, ok := all["Latchkey"]; ok {
		t.Error("it is on the accessibility bus, and nobody reads")
	}

	try(t, "a reader comes", r.Switch(ctx, true))
	try(t, "registration", r.AwaitProgram(ctx, "Latchkey", true))
	_, err = r.AwaitLine(ctx, "heading", "Sign in to Latchkey")
	try(t, "sign-in screen", err)
	try(t, "focus", p.Program.Press(ctx, "Tab"))
	try(t, "what has the keyboard", r.AwaitHeard(ctx, "Sign in with"))
	button := "Sign in with Mock"
	lines, err := r.Read(ctx)
	try(t, "read", err)
	for _, l := range lines {
		if l.Role == "push button" && strings.HasPrefix(l.Name, "Sign in with ") {
			button = l.Name
		}
	}

	try(t, "press", r.Press(ctx, "push button", button))
	try(t, "browser", p.AwaitBrowser(ctx))
	_, err = r.AwaitLine(ctx, "push button", "Cancel")
	try(t, "waiting screen", err)
	try(t, "choose", p.ChooseUser(ctx, mainjob.Ada))
	try(t, "allow", p.Allow(ctx))
	try(t, "profile", p.SeeProfile(ctx))
	try(t, "the news", r.AwaitHeard(ctx, "Ada Lovelace – Latchkey"))
	_, err = r.AwaitLine(ctx, "heading", "Ada Lovelace")
	try(t, "name", err)
	_, err = r.AwaitLine(ctx, "label", "ada@example.com")
	try(t, "e-mail address", err)

	try(t, "press", r.Press(ctx, "push button", "Menu"))
	try(t, "menu", r.AwaitHeard(ctx, "Use another provider…"))
	try(t, "press", r.Press(ctx, "menu item", "Settings…"))
	_, err = p.Program.Await(ctx, "settings", func(s presenter.State) bool { return s.Page == presenter.PageSettings })
	try(t, "settings", err)
	try(t, "the news", r.AwaitHeard(ctx, "Settings – Latchkey"))
	_, err = r.AwaitLine(ctx, "radio button", "High contrast")
	try(t, "settings", err)

	try(t, "the reader goes", r.Switch(ctx, false))
	try(t, "registration", r.AwaitProgram(ctx, "Latchkey", false))

	// While somebody reads, the window closes as it always does.
	try(t, "the reader is back", r.Switch(ctx, true))
	try(t, "registration", r.AwaitProgram(ctx, "Latchkey", true))
	try(t, "close", s.CloseWindow(ctx, p.Program.Window))
	if code, err := p.Program.AwaitEnd(ctx); err != nil || code != 0 {
		t.Errorf("it ended with code %d, error %v", code, err)
	}
	try(t, "registration", r.AwaitProgram(ctx, "Latchkey", false))
}
