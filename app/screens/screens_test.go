package screens_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

func TestMain(m *testing.M) {
	os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	os.Setenv("LC_ALL", "C") // 24 hours
	if err := screens.UseLanguage("en"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

var now = time.Date(2026, 11, 22, 14, 2, 30, 0, time.Local)

// actions records what was asked for. Those of the pages are recorded in their
// tests' files.
type actions struct {
	presenter.Actions // nil
	calls             []string
}

func (a *actions) add(s string)                 { a.calls = append(a.calls, s) }
func (a *actions) SignIn(id string)             { a.add("SignIn " + id) }
func (a *actions) OpenAgain()                   { a.add("OpenAgain") }
func (a *actions) CopyLink()                    { a.add("CopyLink") }
func (a *actions) Cancel()                      { a.add("Cancel") }
func (a *actions) Confirm(yes bool)             { a.add(fmt.Sprint("Confirm ", yes)) }
func (a *actions) Refresh()                     { a.add("Refresh") }
func (a *actions) SignOut()                     { a.add("SignOut") }
func (a *actions) Next()                        { a.add("Next") }
func (a *actions) Dismiss()                     { a.add("Dismiss") }
func (a *actions) RegisterHelp()                { a.add("RegisterHelp") }
func (a *actions) ShowAccount(k string)         { a.add("ShowAccount " + k) }
func (a *actions) AddAccount()                  { a.add("AddAccount") }
func (a *actions) ShowTab(t presenter.Tab)      { a.add("ShowTab " + string(t)) }
func (a *actions) RemoveAccess()                { a.add("RemoveAccess") }
func (a *actions) Extend()                      { a.add("Extend") }
func (a *actions) Elsewhere(open bool)          { a.add(fmt.Sprint("Elsewhere ", open)) }
func (a *actions) CopyRemoteLink()              { a.add("CopyRemoteLink") }
func (a *actions) Paste(s string)               { a.add("Paste " + s) }
func (a *actions) AskAgain()                    { a.add("AskAgain") }
func (a *actions) Keep()                        { a.add("Keep") }
func (a *actions) Logout()                      { a.add("Logout") }
func (a *actions) Restart()                     { a.add("Restart") }
func (a *actions) CloseCrash(show bool)         { a.add(fmt.Sprint("CloseCrash ", show)) }
func (a *actions) take() (out []string)         { out, a.calls = a.calls, nil; return out }
func (a *actions) Passphrase(s string, ok bool) { a.add(fmt.Sprintf("Passphrase %q %v", s, ok)) }

// rig is a window with the screens in it.
type rig struct {
	t       *testing.T
	actions *actions
	root    *screens.Root
	window  fyne.Window
}

func newRig(t *testing.T) *rig {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(theme.NewFixed(base.VariantLight))
	r := &rig{t: t, actions: &actions{}}
	r.root = screens.New(r.actions, func() time.Time { return now })
	r.window = test.NewTempWindow(t, r.root.Object())
	r.window.SetPadded(false)
	r.window.Resize(fyne.NewSize(860, 600))
	r.window.Canvas().SetOnTypedKey(r.root.TypedKey)
	return r
}

// key types a key as the driver would: to what has the focus, else the window.
func (r *rig) key(name fyne.KeyName) {
	ev := &fyne.KeyEvent{Name: name}
	c := r.window.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedKey(ev)
		return
	}
	c.OnTypedKey()(ev)
}

func (r *rig) want(calls ...string) {
	r.t.Helper()
	if got := r.actions.take(); !reflect.DeepEqual(got, calls) {
		r.t.Errorf("asked for %q, want %q", got, calls)
	}
}

// tabOrder returns the names of what Tab reaches, once around.
func (r *rig) tabOrder() []string {
	var out []string
	c := r.window.Canvas()
	c.Unfocus()
	c.FocusNext()
	first := c.Focused()
	for c.Focused() != nil {
		out = append(out, c.Focused().(fyne.Accessible).AccessibilityLabel())
		if c.FocusNext(); c.Focused() == first || len(out) > 50 {
			break
		}
	}
	c.Unfocus()
	return out
}

// texts returns every text that is drawn, from top to bottom.
func (r *rig) texts() string {
	var b strings.Builder
	walk(r.root.Object(), func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case *widgets.Text:
			fmt.Fprintln(&b, v.String())
		case *widgets.Button:
			fmt.Fprintf(&b, "[%s]\n", v.AccessibilityLabel())
		}
	})
	return b.String()
}

func (r *rig) wantTexts(want ...string) {
	r.t.Helper()
	drawn := r.texts()
	for _, w := range want {
		if !strings.Contains(drawn, w) {
			r.t.Errorf("%q is not drawn; drawn is:\n%s", w, drawn)
		}
	}
}

func (r *rig) wantNoTexts(unwanted ...string) {
	r.t.Helper()
	drawn := r.texts()
	for _, w := range unwanted {
		if strings.Contains(drawn, w) {
			r.t.Errorf("%q is drawn; drawn is:\n%s", w, drawn)
		}
	}
}

// pressable is a button of whatever kind.
type pressable interface {
	fyne.Focusable
	fyne.Tappable
	fyne.Accessible
	fyne.CanvasObject
}

// pressed presses a button in each way there is, and wants a call of each.
func (r *rig) pressed(button, call string) {
	r.t.Helper()
	b := r.button(button)
	b.Tapped(nil)
	r.want(call)
	r.window.Canvas().Focus(b)
	r.key(fyne.KeySpace)
	r.want(call)
	r.key(fyne.KeyReturn)
	r.want(call)
}

func (r *rig) button(name string) pressable {
	r.t.Helper()
	var found pressable
	walk(r.root.Object(), func(o fyne.CanvasObject) {
		if b, ok := o.(pressable); ok && b.AccessibilityLabel() == name {
			found = b
		}
	})
	if found == nil {
		r.t.Fatalf("no button %q; drawn is:\n%s", name, r.texts())
	}
	return found
}

// walk visits what is shown.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch v := o.(type) {
	case *fyne.Container:
		for _, c := range v.Objects {
			walk(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(v).Objects() {
			walk(c, visit)
		}
	}
}

func signInState() presenter.State {
	return presenter.State{
		Screen: presenter.ScreenSignIn,
		SignIn: presenter.SignInView{
			Providers: []presenter.ProviderButton{{ID: "google", Name: "Google", Google: true}, {ID: "lab", Name: "GitLab"}},
			Keep:      presenter.Keep{Known: true, Persistent: true, Name: "GNOME Keyring"},
		},
	}
}

func waitingState(states ...presenter.StepState) presenter.State {
	s := presenter.State{Screen: presenter.ScreenWaiting, Waiting: presenter.WaitingView{
		Host: "accounts.google.com", Provider: "Google", Browser: presenter.BrowserOpened,
		Deadline: now.Add(4*time.Minute + 32*time.Second),
	}}
	for i, id := range []presenter.StepID{presenter.StepBrowser, presenter.StepSignIn, presenter.StepCheck, presenter.StepLoad} {
		s.Waiting.Steps[i] = presenter.StepLine{ID: id, State: states[i]}
	}
	return s
}

func inBrowser() presenter.State {
	return waitingState(presenter.StepDone, presenter.StepActive, presenter.StepTodo, presenter.StepTodo)
}

func profileState() presenter.State {
	return presenter.State{Screen: presenter.ScreenProfile, Profile: presenter.ProfileView{
		Person:   presenter.PersonView{Name: "Ada Lovelace", Email: "ada@example.com", Verified: true, Initials: "AL"},
		Provider: "Google", Source: "people.googleapis.com", Updated: now,
		Fields: []presenter.Field{
			{ID: presenter.FieldName, Value: "Ada Lovelace"}, {ID: presenter.FieldGivenName, Value: "Ada"},
			{ID: presenter.FieldFamilyName, Value: "Lovelace"}, {ID: presenter.FieldLanguage, Value: "en-GB"},
			{ID: presenter.FieldOrganization, Value: "Analytical Engines Ltd · Analyst"},
			{ID: presenter.FieldBirthday, Value: "1815-12-10"}, {ID: presenter.FieldSubject, Value: "108204268033311374519"},
		},
	}}
}

// accountState is the profile of Ada, with Grace signed in beside her.
func accountState() presenter.State {
	s := profileState()
	s.Accounts = []presenter.AccountView{
		{Key: "a", Person: s.Profile.Person, Provider: "Google", Shown: true},
		{Key: "g", Person: presenter.PersonView{Name: "Grace Hopper", Initials: "GH", Color: 1}, Provider: "GitLab"},
	}
	s.Profile.Tab = presenter.TabProfile
	s.Profile.Session = &presenter.SessionView{Access: presenter.AccessValid, Expires: now.Add(42*time.Minute + 10*time.Second),
		Granted: []string{"email", "openid", "profile"}, Store: "GNOME Keyring", SignedIn: now.Add(-time.Hour)}
	return s
}

func sessionState() presenter.State {
	return with(accountState(), func(s *presenter.State) { s.Profile.Tab = presenter.TabSession })
}

func with(s presenter.State, edit func(*presenter.State)) presenter.State {
	edit(&s)
	return s
}

func withProblem(s presenter.State, code string, next presenter.Next) presenter.State {
	s.Problem = &presenter.ProblemView{Code: code, Next: next, Detail: "the detail", Values: map[string]string{"Provider": "Google"}}
	return s
}
