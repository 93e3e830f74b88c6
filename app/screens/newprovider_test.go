package screens_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

func (a *actions) EditProvider(d presenter.ProviderDraft) {
	a.add("EditProvider " + strings.Join([]string{string(d.Preset), d.Name, d.Issuer, d.Tenant, d.ClientID, d.Scopes}, "|"))
}
func (a *actions) UseIssuer()               { a.add("UseIssuer") }
func (a *actions) CheckIssuer()             { a.add("CheckIssuer") }
func (a *actions) ImportClient(path string) { a.add("ImportClient " + path) }
func (a *actions) CopyRedirect()            { a.add("CopyRedirect") }
func (a *actions) SaveProvider(s string)    { a.add("SaveProvider " + s) }
func (a *actions) RemoveProvider(id string) { a.add("RemoveProvider " + id) }

func providerPage(edit func(*presenter.NewProviderView)) presenter.State {
	v := presenter.NewProviderView{Fill: 1, Redirect: "http://127.0.0.1/callback",
		Draft: presenter.ProviderDraft{Preset: presenter.PresetOther, Name: "Work", Issuer: "https://id.example.com", ClientID: "desktop", Scopes: "openid"}}
	if edit != nil {
		edit(&v)
	}
	return with(signInState(), func(s *presenter.State) { s.Page, s.NewProvider = presenter.PageProvider, &v })
}

// field is the field of that name.
func (r *rig) field(name string) fyne.Focusable {
	r.t.Helper()
	var found fyne.Focusable
	walk(r.root.Object(), func(o fyne.CanvasObject) {
		switch f := o.(type) {
		case *widgets.Field:
			if f.AccessibilityLabel() == name {
				found = f
			}
		case *widgets.Secret:
			if f.AccessibilityLabel() == name {
				found = f
			}
		}
	})
	if found == nil {
		r.t.Fatalf("there is no field %q:\n%s", name, r.texts())
	}
	return found
}

func TestNewProviderByKeyboard(t *testing.T) {
	added := []presenter.AddedProvider{{ID: "work", Name: "Work", Host: "id.example.com"}, {ID: "lab", Name: "Lab", Host: "lab.example.com", Used: true}}
	wrong := &presenter.IssuerCheck{State: presenter.CheckWrong, Host: "id.example.com", Fault: "issuer", Got: "https://id.example.com/", Suggest: "https://id.example.com/"}
	for _, c := range []struct {
		name  string
		edit  func(*presenter.NewProviderView)
		enter string
		tab   string
	}{
		{"other", func(v *presenter.NewProviderView) { v.Check = wrong }, "SaveProvider ",
			"Back, Google, Microsoft, GitLab, GitHub, Other, Name, Address of the provider (issuer), Use https://id.example.com/, Check again, Client ID, Client secret, What Latchkey asks for (scopes), Copy, Add provider, Menu"},
		{"google", func(v *presenter.NewProviderView) { v.Draft.Preset, v.Redirect = presenter.PresetGoogle, "" }, "SaveProvider ",
			"Back, Google, Microsoft, GitLab, GitHub, Other, Open Google's file…, Client ID, Client secret, What Latchkey asks for (scopes), Add provider, Menu"},
		{"microsoft", func(v *presenter.NewProviderView) { v.Draft.Preset = presenter.PresetMicrosoft }, "SaveProvider ",
			"Back, Google, Microsoft, GitLab, GitHub, Other, Who may sign in (tenant), Client ID, What Latchkey asks for (scopes), Copy, Add provider, Menu"},
		{"added", func(v *presenter.NewProviderView) {
			v.Added, v.Saved = added, &presenter.ProviderButton{ID: "work", Name: "Work", Host: "id.example.com"}
		}, "SignIn work",
			"Back, Sign in with Work, id.example.com, Google, Microsoft, GitLab, GitHub, Other, Name, Address of the provider (issuer), Client ID, Client secret, What Latchkey asks for (scopes), Copy, Add provider, Remove Work?, Menu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(providerPage(c.edit))
			r.key(fyne.KeyReturn)
			r.want(c.enter)
			r.key(fyne.KeyEscape)
			r.want("ClosePage")
			if tab := strings.Join(r.tabOrder(), ", "); tab != c.tab {
				t.Errorf("Tab reaches %s\nwant        %s", tab, c.tab)
			}
			for range strings.Split(c.tab, ", ") { // from wherever the focus is
				r.window.Canvas().FocusNext()
				r.key(fyne.KeyEscape)
				r.want("ClosePage")
			}
		})
	}
}

func TestNewProviderButtons(t *testing.T) {
	r := newRig(t)
	r.root.Update(providerPage(func(v *presenter.NewProviderView) {
		v.Added = []presenter.AddedProvider{{ID: "work", Name: "Work", Host: "id.example.com"}}
		v.Check = &presenter.IssuerCheck{State: presenter.CheckWrong, Fault: "issuer", Suggest: "https://x.example"}
	}))
	for button, call := range map[string]string{
		"Microsoft": "EditProvider microsoft|Work|https://id.example.com||desktop|openid", "Use https://x.example": "UseIssuer",
		"Check again": "CheckIssuer", "Copy": "CopyRedirect", "Add provider": "SaveProvider ", "Remove Work?": "RemoveProvider work",
	} {
		r.button(button).Tapped(nil)
		r.want(call)
	}
}

// What is typed is told; a State that comes meanwhile does not take it away,
// unless the program filled the fields in.
func TestTypingStays(t *testing.T) {
	r := newRig(t)
	r.root.Update(providerPage(nil))
	issuer := r.field("Address of the provider (issuer)")
	r.window.Canvas().Focus(issuer)
	test.Type(issuer, "x")
	r.want("EditProvider other|Work|xhttps://id.example.com||desktop|openid")
	r.root.Update(providerPage(func(v *presenter.NewProviderView) { v.Draft.Issuer = "https://old.example" }))
	if got := issuer.(*widgets.Field).Text; got != "xhttps://id.example.com" {
		t.Errorf("an old State changed the field to %q", got)
	}
	secret := r.field("Client secret")
	test.Type(secret, "hidden")
	r.key(fyne.KeyReturn) // the issuer still has the focus
	r.want("SaveProvider hidden")
	r.root.Update(providerPage(func(v *presenter.NewProviderView) {
		v.Fill, v.Draft.Issuer = 2, "https://new.example"
	}))
	r.want() // what the program fills in is not told back
	if got := issuer.(*widgets.Field).Text; got != "https://new.example" {
		t.Errorf("the field is %q", got)
	}
	r.key(fyne.KeyEscape)
	r.want("ClosePage")
	if got := secret.(*widgets.Secret).Text(); got != "" {
		t.Errorf("the secret is still there: %q", got)
	}
}

// TestWhatIsWrongIsFocused: pressing Save goes to what is missing; when it is
// saved, to the button that signs in.
func TestWhatIsWrongIsFocused(t *testing.T) {
	r := newRig(t)
	r.root.Update(providerPage(nil))
	wrong := providerPage(func(v *presenter.NewProviderView) { v.Wrong = presenter.DraftClientID })
	r.root.Update(wrong)
	if f := r.window.Canvas().Focused(); f != nil {
		t.Errorf("the focus moved to %v without a press", f)
	}
	r.key(fyne.KeyReturn)
	r.root.Update(wrong)
	if f := r.window.Canvas().Focused(); f != r.field("Client ID") {
		t.Errorf("the focus is on %v", f)
	}
	r.wantTexts("Enter the client ID.")
	r.root.Update(providerPage(func(v *presenter.NewProviderView) {
		v.Saved = &presenter.ProviderButton{ID: "work", Name: "Work", Host: "id.example.com"}
	}))
	r.actions.take()
	r.key(fyne.KeyReturn)
	r.want("SignIn work")
}

// TestEachFault: each way in which an issuer can be wrong says what was expected
// and what to do, with and without what it may bring.
func TestEachFault(t *testing.T) {
	r := newRig(t)
	for _, fault := range faults(t) {
		for _, got := range []string{"", "https://other.example.com"} {
			r.root.Update(providerPage(func(v *presenter.NewProviderView) {
				v.Check = &presenter.IssuerCheck{State: presenter.CheckWrong, Fault: fault, Got: got}
			}))
			drawn := r.texts()
			for _, hole := range []string{"<no value>", "{{", "provider.fault", "  "} {
				if strings.Contains(drawn, hole) {
					t.Errorf("%s draws %q:\n%s", fault, hole, drawn)
				}
			}
			if !strings.Contains(drawn, "[Check again]") {
				t.Errorf("%s: no next step", fault)
			}
		}
	}
}

// TestHostStandsOnTheButton: however long the name before it and the host are.
func TestHostStandsOnTheButton(t *testing.T) {
	r := newRig(t)
	host := strings.Repeat("a-rather-long-name.", 10) + "evil.example"
	r.root.Update(with(signInState(), func(s *presenter.State) {
		s.SignIn.Providers = []presenter.ProviderButton{{ID: "x", Name: "Google" + strings.Repeat(" ", 90) + "x", Host: host}}
	}))
	if !strings.Contains(r.texts(), host) {
		t.Error("a screen reader is not told the host")
	}
	b := r.button("Sign in with Google" + strings.Repeat(" ", 90) + "x, " + host).(*widgets.Button)
	if b.Kind() == widgets.Google {
		t.Error("it looks like Google's own button")
	}
	var drawn []string
	for _, o := range test.WidgetRenderer(b).Objects() {
		if x, ok := o.(*canvas.Text); ok && x.Visible() {
			drawn = append(drawn, x.Text)
		}
	}
	if len(drawn) != 2 || !strings.HasSuffix(drawn[1], "evil.example") || !strings.HasPrefix(drawn[1], "…") {
		t.Errorf("drawn is %q", drawn)
	}
}

// TestChooseFile: Fyne's own dialog comes up over the page.
func TestChooseFile(t *testing.T) {
	r := newRig(t)
	r.root.Update(providerPage(func(v *presenter.NewProviderView) { v.Draft.Preset = presenter.PresetGoogle }))
	r.button("Open Google's file…").Tapped(nil)
	if r.window.Canvas().Overlays().Top() == nil {
		t.Fatal("there is no dialog")
	}
	r.window.Canvas().Unfocus()
	r.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.window.Canvas().Overlays().Top() != nil {
		t.Error("Esc left the dialog open")
	}
	r.want() // the page stays
}
