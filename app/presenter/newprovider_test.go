package presenter_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
	"app.latchkey/mockprovider/persona"
	"app.latchkey/settings"
)

// providerStage is a stage whose window has a providers.toml, on the page "Use
// another provider".
func providerStage(t *testing.T) (*stage, *settings.Settings) {
	t.Helper()
	s := newStage(t)
	file, err := settings.Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	s.configure = func(c *presenter.Config) { c.ProviderFile, c.CheckAfter = file, time.Millisecond }
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageProvider)
	s.until("the page", onPage(presenter.PageProvider))
	return s, file
}

// another is a second provider, which bends as flag says.
func another(t *testing.T, flag string) *mocktest.Server {
	t.Helper()
	options := []mockprovider.Option{mockprovider.WithPersona(persona.Plain())}
	if flag != "" {
		spec, err := fault.ParseFlag(flag)
		if err != nil {
			t.Fatal(err)
		}
		options = append(options, mockprovider.WithFault(spec))
	}
	return mocktest.Start(t, options...)
}

func draft(name, issuer, client string) presenter.ProviderDraft {
	return presenter.ProviderDraft{Preset: presenter.PresetOther, Name: name, Issuer: issuer, ClientID: client, Scopes: "openid email profile"}
}

func checked(state presenter.CheckState) func(presenter.State) bool {
	return func(st presenter.State) bool {
		return st.NewProvider != nil && st.NewProvider.Check != nil && st.NewProvider.Check.State == state
	}
}

func saved(st presenter.State) bool { return st.NewProvider != nil && st.NewProvider.Saved != nil }

// TestAnotherProvider: from an address to a signed-in person, without a restart;
// and the provider goes again once nobody is signed in there.
func TestAnotherProvider(t *testing.T) {
	s, file := providerStage(t)
	server := another(t, "")
	s.p.EditProvider(draft("Work", server.Issuer(), server.ClientID()))
	check := s.until("the check", checked(presenter.CheckGood)).NewProvider.Check
	host := strings.TrimPrefix(server.Issuer(), "http://")
	if check.Host != host || check.Issuer != server.Issuer() || !check.S256 || len(check.Endpoints) < 4 || check.Endpoints[0].ID != presenter.EndpointSignIn {
		t.Errorf("%+v", check)
	}
	s.p.SaveProvider(server.ClientSecret())
	st := s.until("it was saved", saved)
	if b := st.NewProvider.Saved; b.ID != "work" || b.Host != host || b.Google || st.NewProvider.Draft.ClientID != "" {
		t.Errorf("%+v", st.NewProvider)
	}
	if n := len(st.SignIn.Providers); n != 2 || st.SignIn.Providers[1].ID != "work" {
		t.Errorf("offered are %+v", st.SignIn.Providers)
	}
	if list, err := file.Providers(); err != nil || len(list) != 1 || list[0].ClientSecret.Reveal() != server.ClientSecret() {
		t.Errorf("providers.toml has %v, %v", list, err)
	}
	s.person.User = server.Users()[0].Key
	s.p.SignIn("work")
	st = s.until("the profile", loaded)
	if st.Profile.Provider != "Work ("+host+")" || st.Profile.Host != host {
		t.Errorf("signed in at %s", st.Profile.Provider)
	}
	s.p.OpenPage(presenter.PageProvider)
	st = s.until("the page", onPage(presenter.PageProvider))
	if a := st.NewProvider.Added; len(a) != 1 || !a[0].Used || a[0].Host != host {
		t.Errorf("added: %+v", a)
	}
	s.p.RemoveProvider("work") // not while somebody is signed in there
	s.p.ClosePage()
	if st = s.until("the profile", onPage(presenter.PageNone)); st.Confirm != nil {
		t.Error("it is asked about removing a provider that is in use")
	}
	s.p.SignOut()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageProvider)
	s.until("the page", onPage(presenter.PageProvider))
	s.p.RemoveProvider("work")
	if q := s.until("the question", asked).Confirm; q.Kind != presenter.ConfirmRemoveProvider || q.Provider != "Work" || q.Old != host {
		t.Errorf("asked %+v", q)
	}
	s.p.Confirm(false)
	s.until("the page", func(st presenter.State) bool { return st.Confirm == nil })
	s.p.RemoveProvider("work")
	s.until("the question", asked)
	s.p.Confirm(true)
	s.until("it is gone", func(st presenter.State) bool {
		return st.NewProvider != nil && len(st.NewProvider.Added) == 0 && len(st.SignIn.Providers) == 1
	})
	if list, err := file.Providers(); err != nil || len(list) != 0 {
		t.Errorf("providers.toml has %v, %v", list, err)
	}
}

// TestIssuerIsChecked: each way in which an address can be wrong has its own
// word, and only those that may pass can be saved.
func TestIssuerIsChecked(t *testing.T) {
	elsewhere := another(t, "")
	for _, c := range []struct {
		name, flag, issuer string
		fault              auth.Fault
		passing            bool
	}{
		{"a web page", "html:endpoint=discovery", "", auth.FaultHTML, false},
		{"a redirect", "redirect-elsewhere:endpoint=discovery,to=" + elsewhere.Issuer() + "/x", "", auth.FaultRedirect, false},
		{"another issuer", "discovery-issuer-wrong", "", auth.FaultIssuer, false},
		{"no PKCE", "discovery-pkce-plain-only", "", auth.FaultPKCE, false},
		{"busy", "http-503:endpoint=discovery", "", auth.FaultStatus, true},
		{"http", "", "http://id.example.com", auth.FaultHTTP, false},
		{"no address", "", "our login page", auth.FaultAddress, false},
		{"nobody there", "", "http://127.0.0.1:1", auth.FaultUnreachable, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, file := providerStage(t)
			issuer := c.issuer
			if issuer == "" {
				issuer = another(t, c.flag).Issuer()
			}
			s.p.EditProvider(draft("Work", issuer, "client"))
			st := s.until("the check", checked(presenter.CheckWrong))
			if got := st.NewProvider.Check; got.Fault != string(c.fault) || got.Passing != c.passing {
				t.Errorf("%+v", got)
			}
			if c.fault == auth.FaultRedirect && st.NewProvider.Check.Got != elsewhere.Issuer()+"/x" {
				t.Errorf("leads to %q", st.NewProvider.Check.Got)
			}
			s.p.SaveProvider("")
			if c.passing {
				s.until("it was saved", saved)
				return
			}
			st = s.until("what is wrong", func(st presenter.State) bool { return st.NewProvider.Wrong == presenter.DraftIssuer })
			if st.NewProvider.Saving || st.NewProvider.Draft.Issuer != issuer || st.NewProvider.Draft.ClientID != "client" {
				t.Errorf("%+v", st.NewProvider)
			}
			if list, _ := file.Providers(); len(list) != 0 {
				t.Errorf("saved: %v", list)
			}
		})
	}
	if n := elsewhere.Journal().Entries(); len(n) > 0 {
		t.Errorf("the redirect was followed: %v", n)
	}
}

// TestLateCheckIsDropped: what an earlier address answers does not speak for the
// one that is typed by then.
func TestLateCheckIsDropped(t *testing.T) {
	s, _ := providerStage(t)
	h := newHold(t)
	slow := mocktest.Start(t, mockprovider.WithHook(mockprovider.StageTransport, h.at(isEndpoint("discovery"))))
	h.arm()
	quick := another(t, "")
	s.p.EditProvider(draft("Work", slow.Issuer(), "client"))
	<-h.arrived
	s.p.EditProvider(draft("Work", quick.Issuer(), "client"))
	s.until("the second check", checked(presenter.CheckGood))
	h.release()
	s.p.EditProvider(draft("Work 2", quick.Issuer(), "client")) // an event behind the others
	st := s.until("the name", func(st presenter.State) bool { return st.NewProvider.Draft.Name == "Work 2" })
	if st.NewProvider.Check.Issuer != quick.Issuer() {
		t.Errorf("%+v", st.NewProvider.Check)
	}
	for _, st := range s.all() {
		if checked(presenter.CheckWrong)(st) {
			t.Errorf("the end of the first check was shown: %+v", st.NewProvider.Check)
		}
	}
}

// pending are requests on their way to a provider that does not answer: each with
// why it ended.
type pending chan error

func (a pending) RoundTrip(r *http.Request) (*http.Response, error) {
	a <- nil
	<-r.Context().Done()
	a <- context.Cause(r.Context())
	return nil, r.Context().Err()
}

// TestEarlierCheckEnds: whoever types on is not waited for by a request for each
// letter.
func TestEarlierCheckEnds(t *testing.T) {
	a := make(pending)
	s, _ := providerStage(t)
	s.stop()
	s.channel = a
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.OpenPage(presenter.PageProvider)
	s.until("the page", onPage(presenter.PageProvider))
	s.p.EditProvider(draft("Work", "https://id.example.com", "client"))
	<-a
	s.p.EditProvider(draft("Work", "", "client"))
	if err := <-a; !errors.Is(err, context.Canceled) {
		t.Errorf("the first check went on until: %v", err)
	}
}

// TestSaveWaitsForTheCheck: pressing Save at once after typing saves nothing
// that the check then refuses.
func TestSaveWaitsForTheCheck(t *testing.T) {
	s, file := providerStage(t)
	s.p.EditProvider(draft("Work", another(t, "html:endpoint=discovery").Issuer(), "client"))
	s.p.SaveProvider("")
	s.until("what is wrong", func(st presenter.State) bool { return st.NewProvider.Wrong == presenter.DraftIssuer })
	s.p.EditProvider(draft("Work", another(t, "").Issuer(), "client"))
	s.p.SaveProvider("")
	s.until("it was saved", saved)
	if list, _ := file.Providers(); len(list) != 1 {
		t.Errorf("saved: %v", list)
	}
}

// TestIssuerIsSuggested: a provider that writes itself with a slash more may say
// so; one press takes it.
func TestIssuerIsSuggested(t *testing.T) {
	s, _ := providerStage(t)
	server := another(t, "discovery-issuer-slash")
	s.p.EditProvider(draft("Work", server.Issuer(), "client"))
	st := s.until("the check", checked(presenter.CheckWrong))
	fill := st.NewProvider.Fill
	if st.NewProvider.Check.Suggest != server.Issuer()+"/" {
		t.Fatalf("%+v", st.NewProvider.Check)
	}
	s.p.UseIssuer()
	st = s.until("it is taken", func(st presenter.State) bool { return st.NewProvider.Draft.Issuer == server.Issuer()+"/" })
	if st.NewProvider.Fill == fill {
		t.Error("the field is not told to change")
	}
}

func TestWhatIsMissing(t *testing.T) {
	good := draft("Work", "https://id.example.com", "client")
	change := func(f func(*presenter.ProviderDraft)) presenter.ProviderDraft { d := good; f(&d); return d }
	s, _ := providerStage(t)
	for _, c := range []struct {
		name  string
		draft presenter.ProviderDraft
		want  presenter.DraftField
	}{
		{"name", change(func(d *presenter.ProviderDraft) { d.Name = " " }), presenter.DraftName},
		{"issuer", change(func(d *presenter.ProviderDraft) { d.Issuer = "" }), presenter.DraftIssuer},
		{"client", change(func(d *presenter.ProviderDraft) { d.ClientID = "" }), presenter.DraftClientID},
		{"scopes", change(func(d *presenter.ProviderDraft) { d.Scopes = "email" }), presenter.DraftScopes},
		{"secret", presenter.ProviderDraft{Preset: presenter.PresetGitHub, ClientID: "client"}, presenter.DraftSecret},
	} {
		s.p.EditProvider(c.draft)
		s.p.SaveProvider("")
		s.until(c.name, func(st presenter.State) bool { return st.NewProvider.Wrong == c.want && !st.NewProvider.Saving })
	}
}

// TestPresetsTurn: what presets bring is exchanged, what was typed stays.
func TestPresetsTurn(t *testing.T) {
	s, _ := providerStage(t)
	typed := draft("Work", "", "client")
	turn := func(to presenter.Preset) presenter.NewProviderView {
		typed.Preset = to
		s.p.EditProvider(typed)
		st := s.until(string(to), func(st presenter.State) bool { return st.NewProvider.Draft.Preset == to })
		typed = st.NewProvider.Draft
		return *st.NewProvider
	}
	if v := turn(presenter.PresetGitHub); v.Draft.Scopes != "read:user user:email" || v.Redirect != "http://127.0.0.1/callback" || v.Draft.ClientID != "client" {
		t.Errorf("GitHub: %+v", v)
	}
	if v := turn(presenter.PresetGoogle); v.Draft.Scopes != "openid email profile" || v.Redirect != "" {
		t.Errorf("Google: %+v", v)
	}
	typed.Scopes = "openid"
	if v := turn(presenter.PresetOther); v.Draft.Scopes != "openid" || v.Draft.Name != "Work" || v.Draft.Issuer != "" {
		t.Errorf("other: %+v", v)
	}
	s.p.CopyRedirect()
	s.until("it is copied", func(st presenter.State) bool { return st.NewProvider.Copied })
	s.look(func() {
		if len(s.copied) != 1 || s.copied[0] != "http://127.0.0.1/callback" {
			t.Errorf("copied %q", s.copied)
		}
	})
}

const desktopClient = `{"installed":{"client_id":"407408718192-abc123.apps.googleusercontent.com","client_secret":"GOCSPX-hidden_Secret"}}`

// TestImportClient: Google's file fills the page in, from wherever it is dropped;
// its secret is in no State, and what is no such file is told about.
func TestImportClient(t *testing.T) {
	s, file := providerStage(t)
	s.p.ClosePage()
	s.until("the screen", onPage(presenter.PageNone))
	path := filepath.Join(t.TempDir(), "client_secret_1.json")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Replace(desktopClient, "installed", "web", 1))
	s.p.ImportClient(path)
	st := s.until("what is wrong", func(st presenter.State) bool { return st.NewProvider != nil && st.NewProvider.Problem != nil })
	if p := st.NewProvider.Problem; p.Code != string(settings.CodeClientWeb) || p.Next != presenter.NextDismiss || !strings.Contains(p.Detail, "Web application") {
		t.Errorf("%+v", p)
	}
	write(desktopClient)
	s.p.ImportClient(path)
	st = s.until("the client", func(st presenter.State) bool { return st.NewProvider.Held != "" })
	if v := st.NewProvider; v.Draft.Preset != presenter.PresetGoogle || v.Draft.ClientID != "407408718192-abc123.apps.googleusercontent.com" || v.Held != "client_secret_1.json" || v.Problem != nil {
		t.Errorf("%+v", v)
	}
	s.p.SaveProvider("")
	st = s.until("it was saved", saved)
	// The stage's own provider is called "google" already.
	if b := st.NewProvider.Saved; b.ID != "google-2" || b.Host != "" || !b.Google {
		t.Errorf("%+v", b)
	}
	if list, err := file.Providers(); err != nil || len(list) != 1 || list[0].ClientSecret.Reveal() != "GOCSPX-hidden_Secret" {
		t.Errorf("%v, %v", list, err)
	}
	for _, st := range s.all() {
		if b, _ := json.Marshal(st); strings.Contains(string(b), "hidden_Secret") {
			t.Fatal("the secret is in a State")
		}
	}
}

// TestNothingTypedIsLost: the page is as it was when it is opened again.
func TestNothingTypedIsLost(t *testing.T) {
	s, _ := providerStage(t)
	typed := draft("Work", another(t, "html:endpoint=discovery").Issuer(), "client")
	s.p.EditProvider(typed)
	s.until("the check", checked(presenter.CheckWrong))
	s.p.ClosePage()
	s.until("the screen", onPage(presenter.PageNone))
	s.p.OpenPage(presenter.PageProvider)
	if st := s.until("the page", onPage(presenter.PageProvider)); st.NewProvider.Draft != typed || st.NewProvider.Check == nil {
		t.Errorf("%+v", st.NewProvider)
	}
}

// TestHostIsShownForMadeUpNames: only a preset that is really where its name
// says stands there by its name alone.
func TestHostIsShownForMadeUpNames(t *testing.T) {
	s := newStage(t)
	evil := auth.GoogleAt("https://accounts.google.com.evil.example", "", "a", "b")
	evil.ID = "evil"
	s.provider = auth.Google("a", "b")
	s.more = []auth.Provider{evil, {ID: "work", Name: "Google", Issuer: "https://gооgle.example", ClientID: "x"}} // Cyrillic о
	s.start()
	st := s.until("the sign-in screen", on(presenter.ScreenSignIn))
	want := []presenter.ProviderButton{
		{ID: "google", Name: "Google", Google: true},
		{ID: "evil", Name: "Google", Host: "accounts.google.com.evil.example"},
		{ID: "work", Name: "Google", Host: "xn--ggle-55da.example"},
	}
	for i, b := range st.SignIn.Providers {
		if b != want[i] {
			t.Errorf("%+v, want %+v", b, want[i])
		}
	}
}

// TestHostIsShownAfterTheSignIn: wherever the name stands then, so does the host;
// the program's own demo needs none.
func TestHostIsShownAfterTheSignIn(t *testing.T) {
	for name, demo := range map[string]bool{"a name that proves nothing": false, "the demo": true} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.configure = func(c *presenter.Config) { c.Demo = demo }
			s.start()
			host, label := s.provider.Host(), "Google ("+s.provider.Host()+")"
			if demo {
				host, label = "", "Google"
			}
			s.signIn()
			st := s.until("the accounts", func(st presenter.State) bool { return len(st.Accounts) > 0 })
			if v := st.Profile; v.Host != host || v.Provider != label {
				t.Errorf("the profile is from %q, host %q", v.Provider, v.Host)
			}
			if got := st.Accounts[0].Provider; got != label {
				t.Errorf("the side bar has %q", got)
			}
		})
	}
}

// TestRealProviderEndsTheDemo: whoever enters a real one at the first screen has
// no use for the mock any more.
func TestRealProviderEndsTheDemo(t *testing.T) {
	s, _ := providerStage(t)
	s.stop()
	before := s.configure
	s.configure = func(c *presenter.Config) { before(c); c.Demo = true }
	s.start()
	st := s.until("the sign-in screen", on(presenter.ScreenSignIn))
	if b := st.SignIn.Providers[0]; !st.Demo || !b.Google || b.Host != "" {
		t.Errorf("the demo's button: %+v", b)
	}
	s.p.RegisterHelp()
	st = s.until("the page", onPage(presenter.PageProvider))
	if st.NewProvider.Draft.Preset != presenter.PresetGoogle {
		t.Errorf("%+v", st.NewProvider.Draft)
	}
	d := st.NewProvider.Draft
	d.ClientID = "1-a.apps.googleusercontent.com"
	s.p.EditProvider(d)
	s.p.SaveProvider("GOCSPX-x")
	st = s.until("it was saved", saved)
	if st.Demo || len(st.SignIn.Providers) != 1 || st.SignIn.Providers[0].Host != "" {
		t.Errorf("demo %v, %+v", st.Demo, st.SignIn.Providers)
	}
}
