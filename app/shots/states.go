package main

import (
	"slices"
	"strings"
	"time"

	"app.latchkey/app/presenter"
)

// shot is one picture.
type shot struct {
	name       string
	documented bool // belongs to the documentation
	tabs       int  // how often Tab is pressed before the picture is taken
	menu       bool // the program's menu is open
	state      presenter.State
}

var keyring = presenter.Keep{Known: true, Persistent: true, Name: "GNOME Keyring"}

// birthday is what was not allowed.
var birthday = []string{"https://www.googleapis.com/auth/user.birthday.read"}

var google = []presenter.ProviderButton{{ID: "google", Name: "Google", Google: true}}

func signIn(edit func(*presenter.State)) presenter.State {
	s := presenter.State{
		Screen: presenter.ScreenSignIn,
		Demo:   true,
		SignIn: presenter.SignInView{Providers: google, Keep: keyring},
	}
	if edit != nil {
		edit(&s)
	}
	return s
}

func waiting(steps [4]presenter.StepState, edit func(*presenter.State)) presenter.State {
	s := presenter.State{
		Screen: presenter.ScreenWaiting,
		Waiting: presenter.WaitingView{
			Host:     "accounts.google.com",
			Provider: "Google",
			Deadline: now.Add(4*time.Minute + 32*time.Second),
			Browser:  presenter.BrowserOpened,
		},
	}
	for i, id := range []presenter.StepID{presenter.StepBrowser, presenter.StepSignIn, presenter.StepCheck, presenter.StepLoad} {
		s.Waiting.Steps[i] = presenter.StepLine{ID: id, State: steps[i]}
	}
	if edit != nil {
		edit(&s)
	}
	return s
}

func ada() presenter.PersonView {
	return presenter.PersonView{Name: "Ada Lovelace", Email: "ada@example.com", Verified: true, Initials: "AL"}
}

func grace() presenter.PersonView {
	return presenter.PersonView{Name: "Grace Hopper", Email: "grace@example.com", Verified: true, Initials: "GH", Color: 1}
}

func profile(edit func(*presenter.State)) presenter.State {
	s := presenter.State{
		Screen: presenter.ScreenProfile,
		Accounts: []presenter.AccountView{
			{Key: "a", Person: ada(), Provider: "Google", Shown: true},
			{Key: "b", Person: grace(), Provider: "Google"},
		},
		Profile: presenter.ProfileView{
			Person:   ada(),
			Provider: "Google",
			Source:   "people.googleapis.com",
			Updated:  now.Add(-20 * time.Second),
			Fields: []presenter.Field{
				{ID: presenter.FieldName, Value: "Ada Lovelace"},
				{ID: presenter.FieldGivenName, Value: "Ada"},
				{ID: presenter.FieldFamilyName, Value: "Lovelace"},
				{ID: presenter.FieldLanguage, Value: "en-GB"},
				{ID: presenter.FieldOrganization, Value: "Analytical Engines Ltd · Analyst"},
				{ID: presenter.FieldBirthday, Value: "1815-12-10"},
				{ID: presenter.FieldSubject, Value: "108204268033311374519"},
			},
			Tab: presenter.TabProfile,
			Session: &presenter.SessionView{
				Access: presenter.AccessValid, Expires: now.Add(42*time.Minute + 10*time.Second),
				Granted: []string{"email", "openid", "profile"},
				Store:   "GNOME Keyring", SignedIn: now.Add(-52 * time.Minute),
			},
		},
	}
	if edit != nil {
		edit(&s)
	}
	return s
}

func rename(s *presenter.State, name, initials string) {
	s.Profile.Person.Name, s.Profile.Person.Initials = name, initials
	s.Profile.Fields[0].Value = name
}

const (
	todo   = presenter.StepTodo
	active = presenter.StepActive
	done   = presenter.StepDone
	failed = presenter.StepFailed
)

var shots = append(append(append(append(flowShots, providerShots...), diagnosticsShots...), problemShots...), []shot{
	{name: "signin", documented: true, state: signIn(nil)},
	{name: "waiting", documented: true, state: waiting([4]presenter.StepState{done, active, todo, todo}, nil)},
	{name: "profile", documented: true, state: profile(nil)},
	{name: "session", documented: true, state: profile(func(s *presenter.State) {
		s.Profile.Tab = presenter.TabSession
		s.Profile.Session.Declined = birthday
	})},

	{name: "menu", menu: true, state: profile(nil)},
	{name: "menu-signin", menu: true, state: signIn(func(s *presenter.State) { s.Newer = "1.3.0" })},
	{name: "starting", state: presenter.State{Screen: presenter.ScreenStarting}},
	{name: "profile-crashed", tabs: 1, state: profile(func(s *presenter.State) { s.Crashed = true })},
	{name: "signin-restart", tabs: 2, state: signIn(func(s *presenter.State) { s.Restart, s.SignIn.Keep = true, presenter.Keep{Known: true} })},
	{name: "signin-focus", tabs: 2, state: signIn(nil)},
	{name: "signin-many", state: signIn(func(s *presenter.State) {
		s.Demo = false
		s.SignIn.Keep = presenter.Keep{Known: true, Persistent: true, Name: "GNOME Keyring", Locked: true}
		s.SignIn.Providers = append(s.SignIn.Providers,
			presenter.ProviderButton{ID: "b", Name: "GitLab"},
			presenter.ProviderButton{ID: "c", Name: "The Department of Rather Long Provider Names"},
			presenter.ProviderButton{ID: "d", Name: "Example"}, presenter.ProviderButton{ID: "e", Name: "Okta"},
			presenter.ProviderButton{ID: "f", Name: "Keycloak"}, presenter.ProviderButton{ID: "g", Name: "Auth0"})
	})},
	{name: "signin-problem", state: signIn(func(s *presenter.State) {
		s.SignIn.Keep = presenter.Keep{Known: true}
		s.Problem = &presenter.ProblemView{Code: "provider_unreachable", Next: presenter.NextRetry, Detail: "metadata: dial",
			Values: map[string]string{"Provider": "Google"}}
	})},
	{name: "waiting-focus", tabs: 2, state: waiting([4]presenter.StepState{done, active, todo, todo}, func(s *presenter.State) {
		s.Demo = true
		s.Waiting.Copied = true
	})},
	{name: "waiting-failed", state: waiting([4]presenter.StepState{failed, active, todo, todo}, func(s *presenter.State) {
		s.Waiting.Browser = presenter.BrowserFailed
	})},
	{name: "waiting-short", state: waiting([4]presenter.StepState{done, active, todo, todo}, func(s *presenter.State) {
		s.Waiting.Deadline = now.Add(47 * time.Second)
	})},
	{name: "waiting-elsewhere", documented: true, state: waiting([4]presenter.StepState{failed, active, todo, todo}, func(s *presenter.State) {
		s.Waiting.Browser = presenter.BrowserFailed
		s.Waiting.Elsewhere = &presenter.ElsewhereView{}
	})},
	{name: "waiting-elsewhere-wrong", tabs: 3, state: waiting([4]presenter.StepState{done, active, todo, todo}, func(s *presenter.State) {
		s.Demo = true
		s.Waiting.Deadline = now.Add(47 * time.Second)
		s.Waiting.Elsewhere = &presenter.ElsewhereView{Copied: true, Problem: &presenter.ProblemView{
			Code: "paste_elsewhere", Next: presenter.NextDismiss, Values: map[string]string{"Address": "http://127.0.0.1:41233/callback"}}}
	})},
	{name: "waiting-unlock", state: waiting([4]presenter.StepState{todo, todo, todo, todo}, func(s *presenter.State) {
		s.Waiting.Unlock = "GNOME Keyring"
	})},
	{name: "waiting-person", state: waiting([4]presenter.StepState{done, done, done, active}, func(s *presenter.State) {
		p := ada()
		s.Waiting.Person = &p
	})},
	{name: "waiting-problem", state: waiting([4]presenter.StepState{done, done, failed, todo}, func(s *presenter.State) {
		s.Problem = &presenter.ProblemView{Code: "id_token_signature", Next: presenter.NextRetry, Detail: "identity: x"}
	})},
	{name: "confirm", state: waiting([4]presenter.StepState{done, done, done, active}, func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: "other_account", Old: "ada@example.com", New: "grace@example.com"}
	})},
	{name: "confirm-remove", state: profile(func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmRemoveAccess, Old: "ada@example.com", Provider: "Google", Google: true}
	})},
	{name: "confirm-vault", state: waiting([4]presenter.StepState{todo, todo, todo, todo}, func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmVault}
	})},
	{name: "passphrase", state: waiting([4]presenter.StepState{todo, todo, todo, todo}, func(s *presenter.State) {
		s.Passphrase = &presenter.PassphraseView{Asked: 1, Wrong: true}
	})},
	{name: "passphrase-new", state: waiting([4]presenter.StepState{todo, todo, todo, todo}, func(s *presenter.State) {
		s.Passphrase = &presenter.PassphraseView{Asked: 1, New: true, Short: true, Least: 8}
	})},
	{name: "signin-add", state: signIn(func(s *presenter.State) {
		s.Demo, s.SignIn.Adding = false, true
		s.SignIn.Providers = append(s.SignIn.Providers, presenter.ProviderButton{ID: "b", Name: "GitLab"})
	})},
	{name: "session-better", state: profile(func(s *presenter.State) {
		s.Profile.Tab = presenter.TabSession
		v := *s.Profile.Session
		v.Store, v.Better, v.Logout = "", "GNOME Keyring", true
		s.Profile.Session = &v
	})},
	{name: "session-bare", tabs: 7, state: profile(func(s *presenter.State) {
		s.Profile.Tab = presenter.TabSession
		s.Accounts = s.Accounts[:1]
		s.Profile.Session = &presenter.SessionView{Access: presenter.AccessLasting, SignedIn: now.Add(-49 * time.Hour),
			Granted: []string{"read:user", "user:email", "https://gitlab.example.com/scopes/a-rather-long-scope-of-somebodys-own-making"}}
	})},
	{name: "profile-accounts", tabs: 2, state: profile(func(s *presenter.State) {
		s.Demo = true
		for i, initials := range []string{"Q", "فا", "KJ", "MC", "RF", "ES", "AT", "LL", "BK"} {
			p := presenter.PersonView{Name: initials, Email: "someone@example.com", Initials: initials, Color: i + 2}
			s.Accounts = append(s.Accounts, presenter.AccountView{Key: initials, Person: p, Provider: "GitLab"})
		}
	})},
	{name: "profile-alone", state: profile(func(s *presenter.State) { s.Accounts = nil })},
	{name: "profile-focus", tabs: 2, state: profile(func(s *presenter.State) { s.Demo = true })},
	{name: "profile-select", tabs: 1, state: profile(nil)},
	{name: "profile-missing", documented: true, state: profile(func(s *presenter.State) {
		s.Profile.Session.Declined = birthday
		s.Profile.Fields = slices.DeleteFunc(s.Profile.Fields, func(f presenter.Field) bool { return f.ID == presenter.FieldBirthday })
		s.Profile.ClockOff = 2 * 3600
	})},
	{name: "session-missing-much", tabs: 8, state: profile(func(s *presenter.State) {
		s.Profile.Tab = presenter.TabSession
		s.Profile.Session.Declined = []string{"email", "https://www.googleapis.com/auth/user.birthday.read",
			"https://www.googleapis.com/auth/user.organization.read", "https://www.googleapis.com/auth/calendar.events.readonly"}
	})},
	{name: "problem-clock", state: signIn(func(s *presenter.State) {
		s.Problem = &presenter.ProblemView{Code: "clock_skew", Next: presenter.NextRetry, Detail: "metadata: clock_skew",
			Values: map[string]string{"Host": "accounts.google.com", "Skew": "-172800"}}
	})},
	{name: "profile-loading", state: profile(func(s *presenter.State) {
		s.Profile.Updated = time.Time{}
		s.Profile.Refreshing = true
		s.Profile.Until = presenter.UntilNoPlace
		s.Profile.Fields = s.Profile.Fields[:3]
	})},
	{name: "profile-offline", state: profile(func(s *presenter.State) {
		s.Profile.Offline = true
		s.Profile.Updated = now.Add(-2 * time.Hour)
	})},
	{name: "profile-problem", tabs: 4, state: profile(func(s *presenter.State) {
		s.Problem = &presenter.ProblemView{Code: "refresh_revoked", Next: presenter.NextSignIn, Detail: "refresh: invalid_grant"}
	})},
	{name: "profile-unsigned", state: profile(func(s *presenter.State) {
		s.Profile.Provider, s.Profile.Source, s.Profile.Unsigned = "GitHub", "api.github.com", true
		s.Profile.Fields = []presenter.Field{{ID: presenter.FieldName, Value: "Ada Lovelace"},
			{ID: presenter.FieldOrganization, Value: "Analytical Engines Ltd"}, {ID: presenter.FieldSubject, Value: "46372115"}}
	})},
	{name: "profile-elsewhere", state: profile(func(s *presenter.State) {
		s.Profile.Host = "accounts.google.com.sign-in.example"
		s.Profile.Provider = "Google (" + s.Profile.Host + ")"
	})},
	{name: "profile-long", state: profile(func(s *presenter.State) {
		rename(s, strings.Repeat("Wolfeschlegelsteinhausen ", 5)[:120], "WW")
		s.Profile.Person.Email = strings.Repeat("a", 64) + "@" + strings.Repeat("example.", 12) + "com"
		s.Profile.Person.Color = 5
		s.Profile.Provider = "The Department of Rather Long Provider Names"
		s.Demo = true
	})},
	{name: "profile-rtl", state: profile(func(s *presenter.State) {
		rename(s, "فاطمة بنت محمد الفهرية القرشية", "فا")
		s.Profile.Person.Color = 1
	})},

	{name: "settings", documented: true, state: open(presenter.PageSettings, nil)},
	{name: "settings-all", tabs: 3, state: open(presenter.PageSettings, func(s *presenter.State) {
		s.Demo = true
		s.Settings.Choices = presenter.Choices{Appearance: presenter.AppearanceContrast, Scale: 150, Language: "de", StartInTray: true, Demo: true}
		s.Settings.Keep, s.Settings.NoKeychain = presenter.Keep{Known: true}, true
		s.Settings.Tray, s.Settings.Updates, s.Settings.Restart, s.Settings.NotKept = true, true, true, true
	})},
	{name: "settings-erasing", state: open(presenter.PageSettings, func(s *presenter.State) { s.Settings.Erasing = true })},
	{name: "settings-erased", state: open(presenter.PageSettings, func(s *presenter.State) { s.Settings.Erased = &presenter.ErasedView{} })},
	{name: "settings-erased-part", state: open(presenter.PageSettings, func(s *presenter.State) {
		s.Settings.Erased = &presenter.ErasedView{Left: []presenter.Leftover{
			{Kind: presenter.LeftItem, Name: "Latchkey sign-in: ada@example.com (Google) 1b2c3d4e", Where: "GNOME Keyring", Detail: "the keychain is locked"},
			{Kind: presenter.LeftFile, Detail: "unlinkat /home/ada/.cache/latchkey/pictures: permission denied"}}}
	})},
	{name: "confirm-erase", state: open(presenter.PageSettings, func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmEraseData}
	})},
	{name: "about", documented: true, state: open(presenter.PageAbout, nil)},
	{name: "about-newer", tabs: 4, state: open(presenter.PageAbout, func(s *presenter.State) {
		s.Demo = true
		s.About.Build.Number, s.About.Build.Commit, s.About.Newer = 12, "0123456789ab", "1.3.0"
	})},
	{name: "about-notice", state: open(presenter.PageAbout, func(s *presenter.State) {
		s.About.Notice = "github.com/coreos/go-oidc/v3 v3.21.0"
	})},
}...)

// open is a page over Ada's profile.
func open(page presenter.Page, edit func(*presenter.State)) presenter.State {
	return profile(func(s *presenter.State) {
		s.Page = page
		s.Settings, s.Diagnostics = &presenter.SettingsView{Keep: keyring, CanDemo: true, CanErase: true}, &presenter.DiagnosticsView{}
		s.About, s.NewProvider = &presenter.AboutView{Build: presenter.Build{Name: "Latchkey", Version: "1.2.0"}, Logs: true}, &presenter.NewProviderView{}
		if edit != nil {
			edit(s)
		}
	})
}
