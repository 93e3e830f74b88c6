package main

import (
	"strings"

	"app.latchkey/app/presenter"
)

// providerShots are the pictures of the page "Use another provider".
var providerShots = []shot{
	{name: "provider", documented: true, state: entering(nil)},
	{name: "provider-wrong", state: entering(func(v *presenter.NewProviderView) {
		v.Draft.Issuer = longIssuer
		v.Check = &presenter.IssuerCheck{State: presenter.CheckWrong, Issuer: longIssuer, Host: longHost, Fault: "issuer",
			Got: longIssuer + "/", Suggest: longIssuer + "/"}
		v.Wrong = presenter.DraftIssuer
	})},
	{name: "provider-redirected", tabs: 8, state: entering(func(v *presenter.NewProviderView) {
		v.Check = &presenter.IssuerCheck{State: presenter.CheckWrong, Host: "id.example.com", Fault: "redirect",
			Got: "https://login.example.com/.well-known/openid-configuration"}
	})},
	{name: "provider-unknown", state: entering(func(v *presenter.NewProviderView) {
		v.Draft.Issuer = "id.exmaple.com"
		v.Check = &presenter.IssuerCheck{State: presenter.CheckWrong, Host: "id.exmaple.com", Fault: "unknown_host", Passing: true}
	})},
	{name: "provider-checking", state: entering(func(v *presenter.NewProviderView) {
		v.Check = &presenter.IssuerCheck{State: presenter.CheckRunning}
	})},
	{name: "provider-google", state: entering(func(v *presenter.NewProviderView) {
		v.Draft = presenter.ProviderDraft{Preset: presenter.PresetGoogle, ClientID: "407408718192-abc123.apps.googleusercontent.com", Scopes: "openid email profile"}
		v.Held, v.Check, v.Redirect = "client_secret_407408718192-abc123.json", nil, ""
	})},
	{name: "provider-file", state: entering(func(v *presenter.NewProviderView) {
		v.Draft, v.Check, v.Redirect = presenter.ProviderDraft{Preset: presenter.PresetGoogle, Scopes: "openid email profile"}, nil, ""
		v.Wrong = presenter.DraftClientID
		v.Problem = &presenter.ProblemView{Code: "client_file_web", Next: presenter.NextDismiss, Detail: "configuration: client_file_web"}
	})},
	{name: "provider-saved", state: entering(func(v *presenter.NewProviderView) {
		v.Draft, v.Check = presenter.ProviderDraft{Preset: presenter.PresetOther, Scopes: "openid email profile"}, nil
		v.Saved = &presenter.ProviderButton{ID: "work", Name: "Work", Host: "id.example.com"}
		v.Added = []presenter.AddedProvider{{ID: "work", Name: "Work", Host: "id.example.com"},
			{ID: "x", Name: strings.Repeat("The Department of Rather Long Provider Names ", 2), Host: longHost, Used: true}}
	})},
	{name: "signin-imitated", state: signIn(func(s *presenter.State) {
		s.Demo = false
		s.SignIn.Providers = append(s.SignIn.Providers, presenter.ProviderButton{ID: "b", Name: "Google", Host: "accounts.google.com.evil.example"},
			presenter.ProviderButton{ID: "c", Name: "Google" + strings.Repeat(" ", 60) + ".", Host: longHost})
	})},
	{name: "confirm-provider", state: open(presenter.PageProvider, func(s *presenter.State) {
		s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmRemoveProvider, Provider: "Work", Old: "id.example.com"}
	})},
}

const (
	longHost   = "login.the-department-of-rather-long-host-names.very-long-organization.example.com"
	longIssuer = "https://" + longHost + "/realms/a-realm-with-a-long-name/protocol/openid-connect"
)

// entering is a new provider that is being typed.
func entering(edit func(*presenter.NewProviderView)) presenter.State {
	return open(presenter.PageProvider, func(s *presenter.State) {
		v := presenter.NewProviderView{
			Draft: presenter.ProviderDraft{Preset: presenter.PresetOther, Name: "Work", Issuer: "https://id.example.com", ClientID: "desktop", Scopes: "openid email profile"},
			Fill:  1, Redirect: "http://127.0.0.1/callback",
			Check: &presenter.IssuerCheck{State: presenter.CheckGood, Issuer: "https://id.example.com", Host: "id.example.com", S256: true,
				Endpoints: []presenter.FoundEndpoint{{ID: presenter.EndpointSignIn, Host: "id.example.com"}, {ID: presenter.EndpointToken, Host: "api.example.com"},
					{ID: presenter.EndpointKeys, Host: "id.example.com"}, {ID: presenter.EndpointProfile, Host: "api.example.com"}},
				Missing: []presenter.EndpointID{presenter.EndpointRevoke, presenter.EndpointLogout}},
		}
		if edit != nil {
			edit(&v)
		}
		s.NewProvider = &v
	})
}
