package tray_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/tray"
)

// desk is a desktop that keeps the menu that it was given.
type desk struct {
	desktop.App
	menu  *fyne.Menu
	menus int
	icon  fyne.Resource
}

func (d *desk) SetSystemTrayMenu(m *fyne.Menu)    { d.menu = m; d.menus++ }
func (d *desk) SetSystemTrayIcon(i fyne.Resource) { d.icon = i }
func (d *desk) SetSystemTrayWindow(fyne.Window)   {}

type actions struct {
	presenter.Actions
	calls []string
}

func (a *actions) OpenPage(p presenter.Page) { a.calls = append(a.calls, "OpenPage "+string(p)) }
func (a *actions) SignOut()                  { a.calls = append(a.calls, "SignOut") }
func (a *actions) Quit()                     { a.calls = append(a.calls, "Quit") }

func newTray(t *testing.T) (*tray.Tray, *desk, *actions) {
	t.Helper()
	test.NewTempApp(t)
	if err := screens.LoadWords(); err != nil {
		t.Fatal(err)
	}
	d, a := &desk{}, &actions{}
	return tray.New(d, a, func() { a.calls = append(a.calls, "raise") }), d, a
}

// lines are the menu's, those that can't be used in brackets.
func (d *desk) lines() (out []string) {
	for _, i := range d.menu.Items {
		switch {
		case i.IsSeparator:
			out = append(out, "-")
		case i.Disabled:
			out = append(out, "("+i.Label+")")
		default:
			out = append(out, i.Label)
		}
	}
	return out
}

func signedIn(p presenter.PersonView) presenter.State {
	return presenter.State{Screen: presenter.ScreenProfile, Profile: presenter.ProfileView{Person: p}}
}

func TestMenu(t *testing.T) {
	ada := presenter.PersonView{Name: "Ada Lovelace", Email: "ada@example.com"}
	adding := presenter.State{Screen: presenter.ScreenSignIn, Accounts: []presenter.AccountView{
		{Person: presenter.PersonView{Name: "Grace"}}, {Person: ada, Shown: true}}}
	leaving, asked := signedIn(ada), signedIn(ada)
	leaving.Profile.SigningOut = true
	asked.Confirm = &presenter.ConfirmView{}
	for _, c := range []struct {
		name                       string
		state                      presenter.State
		account, settings, signOut string
	}{
		{"nobody", presenter.State{Screen: presenter.ScreenSignIn}, "(Nobody is signed in)", "Settings…", "(Sign out)"},
		{"starting", presenter.State{Screen: presenter.ScreenStarting}, "(Nobody is signed in)", "(Settings…)", "(Sign out)"},
		{"somebody", signedIn(ada), "(ada@example.com)", "Settings…", "Sign out"},
		{"without an address", signedIn(presenter.PersonView{Name: "Ada Lovelace"}), "(Ada Lovelace)", "Settings…", "Sign out"},
		{"adding another", adding, "(ada@example.com)", "Settings…", "(Sign out)"},
		{"signing out", leaving, "(ada@example.com)", "Settings…", "(Sign out)"},
		{"a question", asked, "(ada@example.com)", "(Settings…)", "(Sign out)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr, d, _ := newTray(t)
			tr.Update(c.state)
			want := []string{"Show Latchkey", "-", c.account, c.settings, c.signOut, "-", "Quit"}
			if got := d.lines(); !slices.Equal(got, want) {
				t.Errorf("the menu is %q, want %q", got, want)
			}
		})
	}
}

func TestEachEntry(t *testing.T) {
	tr, d, a := newTray(t)
	tr.Update(signedIn(presenter.PersonView{Name: "Ada"}))
	for _, i := range d.menu.Items {
		if i.Action != nil && !i.Disabled {
			i.Action()
		}
	}
	if want := []string{"raise", "OpenPage settings", "raise", "SignOut", "Quit"}; !slices.Equal(a.calls, want) {
		t.Errorf("asked for %q, want %q", a.calls, want)
	}
	if d.icon == nil || len(d.icon.Content()) > 16<<10 {
		t.Error("the icon is missing, or too large for the bus")
	}
}

// A menu is made anew only when it says something else: each is some bus traffic.
func TestTheMenuIsLeftAlone(t *testing.T) {
	tr, d, _ := newTray(t)
	before := d.menus
	for n := range 100 {
		s := signedIn(presenter.PersonView{Name: "Ada"})
		s.Profile.Source = fmt.Sprint(n)
		tr.Update(s)
	}
	if d.menus != before+1 {
		t.Errorf("it was made %d times, want once", d.menus-before)
	}
}

// What providers tell of a person is no markup of menus, and has no end.
func TestStrangeNames(t *testing.T) {
	for name, text := range map[string]string{"long": strings.Repeat("x", 10_000), "underscores": "_F_i_l_e", "no UTF-8": "a\xffb"} {
		t.Run(name, func(t *testing.T) {
			tr, d, _ := newTray(t)
			tr.Update(signedIn(presenter.PersonView{Name: text}))
			got := d.menu.Items[2].Label
			if len([]rune(got)) > 100 || strings.ToValidUTF8(got, "") != got {
				t.Errorf("shown as %q", got)
			}
			if runtime.GOOS == "linux" && strings.Contains(strings.ReplaceAll(got, "__", ""), "_") {
				t.Errorf("%q underlines a letter", got)
			}
		})
	}
}
