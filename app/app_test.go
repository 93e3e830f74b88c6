package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
)

func TestMain(m *testing.M) {
	os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	os.Setenv("LC_ALL", "C") // English
	os.Exit(m.Run())
}

type actions struct {
	presenter.Actions // nil: what is not recorded below is not asked for
	calls             []string
}

func (a *actions) add(s string)     { a.calls = append(a.calls, s) }
func (a *actions) SignIn(id string) { a.add("SignIn " + id) }
func (a *actions) OpenAgain()       { a.add("OpenAgain") }
func (a *actions) CopyLink()        { a.add("CopyLink") }
func (a *actions) Cancel()          { a.add("Cancel") }
func (a *actions) Confirm(yes bool) { a.add(fmt.Sprint("Confirm ", yes)) }

func (a *actions) Passphrase(string, bool) { a.add("Passphrase") }
func (a *actions) Refresh()                { a.add("Refresh") }
func (a *actions) SignOut()                { a.add("SignOut") }
func (a *actions) Next()                   { a.add("Next") }
func (a *actions) Dismiss()                { a.add("Dismiss") }
func (a *actions) RegisterHelp()           { a.add("RegisterHelp") }

func (a *actions) ShowAccount(k string)         { a.add("ShowAccount " + k) }
func (a *actions) AddAccount()                  { a.add("AddAccount") }
func (a *actions) ShowTab(t presenter.Tab)      { a.add("ShowTab " + string(t)) }
func (a *actions) RemoveAccess()                { a.add("RemoveAccess") }
func (a *actions) Extend()                      { a.add("Extend") }
func (a *actions) Elsewhere(bool)               { a.add("Elsewhere") }
func (a *actions) CopyRemoteLink()              { a.add("CopyRemoteLink") }
func (a *actions) Paste(string)                 { a.add("Paste") }
func (a *actions) AskAgain()                    { a.add("AskAgain") }
func (a *actions) ShowStep(id presenter.FlowID) { a.add("ShowStep " + string(id)) }
func (a *actions) Keep()                        { a.add("Keep") }
func (a *actions) Logout()                      { a.add("Logout") }
func (a *actions) Restart()                     { a.add("Restart") }
func (a *actions) CloseCrash(show bool)         { a.add(fmt.Sprint("CloseCrash ", show)) }
func (a *actions) OpenPage(p presenter.Page)    { a.add("OpenPage " + string(p)) }
func (a *actions) Help()                        { a.add("Help") }
func (a *actions) Quit()                        { a.add("Quit") }

// canSignOut reports whether the menu offers it.
func canSignOut(w *Window) bool { return len(w.entries) > 2 && w.entries[2].Enabled }

func newTestWindow(t *testing.T) (*Window, *actions) {
	t.Helper()
	a := &actions{}
	w, err := NewWindow(test.NewTempApp(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w, a
}

func signIn() presenter.State {
	return presenter.State{Screen: presenter.ScreenSignIn, SignIn: presenter.SignInView{
		Providers: []presenter.ProviderButton{{ID: "google", Name: "Google", Google: true}}}}
}

func profile() presenter.State {
	return presenter.State{Screen: presenter.ScreenProfile, Profile: presenter.ProfileView{
		Person: presenter.PersonView{Name: "Ada"}, Updated: time.Now()}}
}

func enter(w *Window) { w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn}) }

func TestTheLatestStateIsDrawn(t *testing.T) {
	w, a := newTestWindow(t)
	w.Show(profile())
	w.Show(signIn()) // before Run: kept
	w.attach(a)
	enter(w)
	w.Show(profile())
	enter(w)
	if want := []string{"SignIn google", "Refresh"}; !reflect.DeepEqual(a.calls, want) {
		t.Errorf("asked for %q, want %q", a.calls, want)
	}
}

// States that arrive while one is on its way to Fyne's goroutine are not queued
// up: a thousand cost one drawing.
func TestStatesAreNotQueuedUp(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	w.mu.Lock()
	w.pending = true // as while Fyne is busy
	w.mu.Unlock()
	for range 1000 {
		w.Show(profile())
	}
	if canSignOut(w) {
		t.Fatal("drawn although a drawing was pending")
	}
	w.draw()
	if !canSignOut(w) {
		t.Error("the last State was not drawn")
	}
	w.Show(signIn())
	if canSignOut(w) {
		t.Error("the State after that was not drawn")
	}
}

// The presenter's goroutine may still be at work when the window is gone.
func TestNothingIsDrawnAfterTheEnd(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	w.win.Close()
	if want := []string{"Cancel"}; !reflect.DeepEqual(a.calls, want) {
		t.Errorf("closing asked for %q, want %q", a.calls, want)
	}
	w.root = nil // drawing would panic
	var calls sync.WaitGroup
	calls.Go(func() {
		w.Show(profile())
		w.Raise()
		w.CopyText("x")
		w.Close()
	})
	calls.Wait()
}

func TestMenus(t *testing.T) {
	items := func(w *Window) (out []string) {
		for _, m := range w.win.MainMenu().Items {
			for _, i := range m.Items {
				if i.IsSeparator {
					continue
				}
				s := m.Label + "/" + i.Label
				if i.Disabled {
					s += " (grey)"
				}
				out = append(out, s)
			}
		}
		return out
	}
	// grey are all entries, those without effect marked.
	grey := func(which ...string) (out []string) {
		for _, e := range strings.Fields("provider refresh signout settings diagnostics help about quit") {
			text := "File/" + screens.Word("menu."+e)
			if slices.Contains(which, e) {
				text += " (grey)"
			}
			out = append(out, text)
		}
		return out
	}
	demo := signIn()
	demo.Demo = true
	refreshing := profile()
	refreshing.Profile.Refreshing = true
	for _, c := range []struct {
		name  string
		state presenter.State
		want  []string
	}{
		{"sign in", signIn(), grey("refresh", "signout")},
		{"demo", demo, append(grey("refresh", "signout"), "Help/Use a real Google client…")},
		{"profile", profile(), grey()},
		{"refreshing", refreshing, grey("refresh")},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, a := newTestWindow(t)
			w.menuBar = true
			w.attach(a)
			w.Show(c.state)
			if got := items(w); !slices.Equal(got, c.want) {
				t.Errorf("the menus are %q, want %q", got, c.want)
			}
			// A shortcut runs the action even of a grey item.
			for _, m := range w.win.MainMenu().Items {
				for _, i := range m.Items {
					if i.Disabled {
						i.Action()
					}
				}
			}
			if len(a.calls) != 0 {
				t.Errorf("a grey item asked for %q", a.calls)
			}
		})
	}
	t.Run("each does its work", func(t *testing.T) {
		w, a := newTestWindow(t)
		w.menuBar = true
		w.attach(a)
		s := profile()
		s.Demo = true
		w.Show(s)
		for _, m := range w.win.MainMenu().Items {
			for _, i := range m.Items {
				if i.Action != nil {
					i.Action()
				}
			}
		}
		want := []string{"OpenPage provider", "Refresh", "SignOut", "OpenPage settings", "OpenPage diagnostics", "Help", "OpenPage about", "Quit", "RegisterHelp"}
		if !reflect.DeepEqual(a.calls, want) {
			t.Errorf("asked for %q, want %q", a.calls, want)
		}
	})
}

// Without a menu bar the keys work all the same, and only where they should.
func TestShortcuts(t *testing.T) {
	w, a := newTestWindow(t)
	w.menuBar = false
	w.attach(a)
	press := func(key fyne.KeyName) { // Fyne's test canvas knows no shortcuts; e2e presses real keys
		for i, e := range w.entries {
			if e.Key == key {
				w.run(i)
			}
		}
	}
	w.Show(signIn())
	if w.win.MainMenu() != nil {
		t.Error("the window has a menu bar")
	}
	press(fyne.KeyR)
	if len(a.calls) != 0 {
		t.Errorf("with nobody signed in Ctrl+R asked for %q", a.calls)
	}
	w.Show(profile())
	press(fyne.KeyR)
	press(fyne.KeyComma)
	press(fyne.KeyQ)
	if want := []string{"Refresh", "OpenPage settings", "Quit"}; !reflect.DeepEqual(a.calls, want) {
		t.Errorf("asked for %q, want %q", a.calls, want)
	}
}

// The presenter tells its first States while the window is being built. The race
// detector sees what only it can: go test -race -run TestKeysWhileStatesArrive ./app
func TestKeysWhileStatesArrive(t *testing.T) {
	w, a := newTestWindow(t)
	w.actions, w.menuBar = a, false
	var told sync.WaitGroup
	told.Go(func() { w.Show(profile()) })
	w.addShortcuts()
	told.Wait()
}

func TestCopyText(t *testing.T) {
	w, a := newTestWindow(t)
	w.attach(a)
	w.CopyText("http://127.0.0.1:1/start")
	if got := w.app.Clipboard().Content(); got != "http://127.0.0.1:1/start" {
		t.Errorf("the clipboard holds %q", got)
	}
}

// fakeOpener puts an xdg-open of our own first in the path.
func fakeOpener(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("this system has no xdg-open")
	}
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestOpenURL(t *testing.T) {
	sh := func(name string) string { // the fake path has none
		p, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		return p
	}
	out := filepath.Join(t.TempDir(), "out")
	fifo := filepath.Join(t.TempDir(), "fifo")
	if runtime.GOOS != "windows" {
		if err := exec.Command(sh("mkfifo"), fifo).Run(); err != nil {
			t.Fatal(err)
		}
	}
	w, _ := newTestWindow(t)
	w.opener.env = func(env []string) []string { return append(env, "LATCHKEY_TEST=original bus") }

	t.Run("opens, with the child's environment and no output of ours", func(t *testing.T) {
		fakeOpener(t, `echo "$1 $LATCHKEY_TEST" > `+out+`; echo noise; [ -t 1 ] || exit 0`)
		if err := w.OpenURL(context.Background(), "https://example.com/a?b=c&d=%20'$(x)"); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if want := "https://example.com/a?b=c&d=%20'$(x) original bus\n"; string(got) != want {
			t.Errorf("xdg-open was given %q, want %q", got, want)
		}
	})
	t.Run("a failure is noticed", func(t *testing.T) {
		fakeOpener(t, "exit 3")
		const secret = "https://example.com/start/secret"
		err := w.OpenURL(context.Background(), secret)
		if !errors.Is(err, ErrNoBrowser) {
			t.Fatalf("got %v, want ErrNoBrowser", err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error holds the address: %v", err)
		}
	})
	t.Run("no xdg-open", func(t *testing.T) {
		fakeOpener(t, "")
		if err := w.OpenURL(context.Background(), "https://example.com"); !errors.Is(err, ErrNoBrowser) {
			t.Errorf("got %v, want ErrNoBrowser", err)
		}
	})
	t.Run("an opener that stays is a browser", func(t *testing.T) {
		fakeOpener(t, "read line < "+fifo)
		w.opener.grace = 50 * time.Millisecond
		defer func() { w.opener.grace = 0 }()
		if err := w.OpenURL(context.Background(), "https://example.com"); err != nil {
			t.Error(err)
		}
		release(t, fifo)
	})
	t.Run("cancelling ends the wait", func(t *testing.T) {
		fakeOpener(t, "read line < "+fifo)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := w.OpenURL(ctx, "https://example.com"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		release(t, fifo)
	})
	for _, address := range []string{"", "example.com", "file:///etc/passwd", "javascript:alert(1)", "-h", "https:", "https://", "ftp://example.com", "HTTP//x", "http://a b/"} {
		t.Run("refused: "+address, func(t *testing.T) {
			fakeOpener(t, "echo started > "+out)
			_ = os.Remove(out)
			if err := w.OpenURL(context.Background(), address); !errors.Is(err, ErrNoBrowser) {
				t.Errorf("got %v, want ErrNoBrowser", err)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("it was opened")
			}
		})
	}
}

// release lets a fake opener end that waits on the fifo. Opening blocks until it
// reads.
func release(t *testing.T, fifo string) {
	t.Helper()
	f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("go\n"); err != nil {
		t.Fatal(err)
	}
}

func TestOpenFolder(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	dir := filepath.Join(t.TempDir(), "with space")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w, _ := newTestWindow(t)
	fakeOpener(t, `echo "$1" > `+out)
	if err := w.opener.openFolder(dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(got); !strings.HasPrefix(s, "file:///") || !strings.HasSuffix(s, "/with%20space\n") {
		t.Errorf("xdg-open was given %q", s)
	}
	for _, bad := range []string{filepath.Join(dir, "missing"), out} {
		if err := w.opener.openFolder(bad); err == nil {
			t.Errorf("%s was opened", bad)
		}
	}
}
