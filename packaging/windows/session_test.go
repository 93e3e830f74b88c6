package windows_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
)

// patience is how long one thing that a person does may take.
const patience = 2 * time.Minute

// start starts an installed program and wants it to be of a version.
func (d *desk) start(ctx context.Context, program, version string) *stage.Program {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if !d.exists(program) {
		d.t.Fatalf("there is no %s", program)
	}
	p, err := d.StartCommand(ctx, []string{loader, program})
	if err != nil {
		d.t.Fatalf("starting %s: %v\n%s", program, err, d.Log("latchkey"))
	}
	if p.Version != version {
		d.t.Errorf("the program says that it is version %q, want %q", p.Version, version)
	}
	return p
}

// signIn signs in with a program that was just started, and looks for the
// refresh token in the Credential Manager.
func (d *desk) signIn(ctx context.Context, p *stage.Program) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	state, err := p.Await(ctx, "the sign-in screen", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenSignIn && s.SignIn.Keep.Known
	})
	d.try("sign-in screen", err)
	if keep := state.SignIn.Keep; !keep.Persistent || keep.Name != "Credential Manager" {
		d.t.Errorf("the program found the keychain %+v", keep)
	}
	d.try("Enter", p.Press(ctx, "Return"))
	page, err := d.Page(ctx)
	d.try("browser", err)
	d.try("choose", page.Click(ctx, mainjob.Ada.Element))
	d.try("allow", page.Click(ctx, "#allow"))
	d.try("verdict", page.Await(ctx, "main#latchkey[data-verdict=success]"))
	d.signedIn(ctx, p, time.Time{})
	names := d.credentials(ctx)
	if want := "Latchkey sign-in: " + mainjob.Ada.Email; len(names) != 1 || !strings.Contains(names[0], want) {
		d.t.Errorf("the Credential Manager holds %q, want one item %q", names, want)
	}
}

// signedIn waits for a profile that was fetched after a point in time.
func (d *desk) signedIn(ctx context.Context, p *stage.Program, after time.Time) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	state, err := p.Await(ctx, "the profile", func(s presenter.State) bool {
		return s.Screen == presenter.ScreenProfile && s.Profile.Updated.After(after) && !s.Profile.Refreshing && s.Profile.Person.Picture != ""
	})
	d.try("profile", err)
	if got := state.Profile.Person; got.Name != mainjob.Ada.Name || got.Email != mainjob.Ada.Email {
		d.t.Errorf("the profile is of %s <%s>", got.Name, got.Email)
	}
	if dir := os.Getenv("LATCHKEY_PICTURES"); dir != "" {
		d.try("pictures", os.MkdirAll(dir, 0o755))
		d.try("picture", p.Picture(ctx, filepath.Join(dir, fmt.Sprintf("%s-%s.png", strings.ReplaceAll(d.t.Name(), "/", "-"), p.Version))))
	}
}

// again starts the program once more, and wants it to be signed in without any
// browser.
func (d *desk) again(ctx context.Context, program, version string) *stage.Program {
	d.t.Helper()
	before, err := d.Opened()
	d.try("browser", err)
	began := time.Now()
	p := d.start(ctx, program, version)
	d.signedIn(ctx, p, began)
	if after, err := d.Opened(); err != nil || len(after) != len(before) {
		d.t.Errorf("the browser was opened again: %q, %v", after, err)
	}
	return p
}

func (d *desk) quit(ctx context.Context, p *stage.Program) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		pressed := p.Press(ctx, "ctrl+q")
		once, end := context.WithTimeout(ctx, 20*time.Second)
		code, err := p.AwaitEnd(once)
		end()
		switch {
		case err == nil && code == 0:
			return
		case err == nil:
			d.t.Fatalf("the program ended with %d", code)
		case ctx.Err() != nil:
			d.t.Fatalf("quit: %v\n%s\n%s", errors.Join(pressed, err), d.Log("latchkey"), d.diary())
		}
		// Wine gives a window the keyboard later than X does: the key was lost.
	}
}

// diary is what the program has written into its log last.
func (d *desk) diary() string {
	text, err := os.ReadFile(d.path(`C:\users\` + user() + `\AppData\Local\Latchkey\Logs\latchkey.log`))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}
