package presenter

import (
	"slices"
	"strings"

	"app.latchkey/auth"
	"app.latchkey/settings"
)

// NewProviderView is the page "Use another provider".
type NewProviderView struct {
	Draft ProviderDraft `json:"draft"`
	// Fill counts how often the program filled in the fields; only then are they
	// to be set, so that nothing is taken from under whoever types.
	Fill int `json:"fill"`
	// Held is the name of the file that a client secret was taken from: the field
	// for it may stay empty.
	Held string `json:"held,omitempty"`
	// Redirect is the redirect URI to register at the provider; "": none.
	Redirect string `json:"redirect,omitempty"`
	Copied   bool   `json:"copied,omitempty"` // Redirect was copied: the button says so
	// Check is the live check of the issuer; nil: there is nothing to check.
	Check *IssuerCheck `json:"check,omitempty"`
	// Wrong is the field that has to be filled in before this can be saved.
	Wrong   DraftField      `json:"wrong,omitempty"`
	Problem *ProblemView    `json:"problem,omitempty"` // with a file, or with saving
	Saving  bool            `json:"saving,omitempty"`
	Saved   *ProviderButton `json:"saved,omitempty"` // what was added just now
	// Added are those that were added here before, and can be removed.
	Added []AddedProvider `json:"added,omitempty"`
}

// ProviderDraft is what is typed, without the client secret.
type ProviderDraft struct {
	Preset   Preset `json:"preset"`
	Name     string `json:"name,omitempty"`
	Issuer   string `json:"issuer,omitempty"`
	Tenant   string `json:"tenant,omitempty"` // Microsoft's
	ClientID string `json:"client_id,omitempty"`
	Scopes   string `json:"scopes,omitempty"` // separated by spaces
}

// Preset is what kind of provider it is.
type Preset string

// The presets, in the order in which they are offered.
const (
	PresetOther     Preset = "other" // any OpenID Connect issuer
	PresetGoogle    Preset = "google"
	PresetMicrosoft Preset = "microsoft"
	PresetGitLab    Preset = "gitlab"
	PresetGitHub    Preset = "github"
)

// Presets are all of them.
func Presets() []Preset {
	return []Preset{PresetGoogle, PresetMicrosoft, PresetGitLab, PresetGitHub, PresetOther}
}

// DraftField is a field of the page.
type DraftField string

// The fields.
const (
	DraftName     DraftField = "name"
	DraftIssuer   DraftField = "issuer"
	DraftTenant   DraftField = "tenant"
	DraftClientID DraftField = "client"
	DraftSecret   DraftField = "secret"
	DraftScopes   DraftField = "scopes"
)

// Has reports whether the preset leaves a field open.
func (p Preset) Has(f DraftField) bool {
	switch f {
	case DraftName:
		return p == PresetOther
	case DraftIssuer:
		return p == PresetOther || p == PresetGitLab
	case DraftTenant:
		return p == PresetMicrosoft
	case DraftSecret:
		return p != PresetMicrosoft // which refuses public clients that send one
	}
	return true
}

// checked reports whether what is typed says where the provider is.
func (p Preset) checked() bool { return p.Has(DraftIssuer) || p.Has(DraftTenant) }

// NeedsSecret reports whether the provider's token endpoint demands one.
func (p Preset) NeedsSecret() bool { return p == PresetGoogle || p == PresetGitHub }

const gitlabIssuer = "https://gitlab.com"

// scopes are asked for unless the person changes them.
func (p Preset) scopes() string {
	switch p {
	case PresetMicrosoft:
		return "openid email profile offline_access"
	case PresetGitHub:
		return "read:user user:email"
	}
	return "openid email profile"
}

// redirect is what is registered at the provider. Google's desktop clients have
// nothing to register.
func (p Preset) redirect() string {
	switch p {
	case PresetGoogle:
		return ""
	case PresetMicrosoft:
		return "http://localhost/callback"
	}
	return "http://127.0.0.1/callback"
}

// AddedProvider is a provider that can be removed.
type AddedProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Host string `json:"host"`
	// Used: somebody is signed in there, and has to sign out first.
	Used bool `json:"used,omitempty"`
}

// ProviderActions are what a person can do on the page "Use another provider".
type ProviderActions interface {
	EditProvider(d ProviderDraft) // tells what is typed so far
	UseIssuer()                   // takes IssuerCheck.Suggest
	CheckIssuer()                 // checks the issuer once more
	ImportClient(path string)     // fills in Google's client JSON; opens the page if need be
	CopyRedirect()                // puts the redirect URI on the clipboard
	// SaveProvider adds what is typed. secret is the client secret, which no
	// State holds; "" where the one from a file is meant, or none.
	SaveProvider(secret string)
	RemoveProvider(id string) // asks, then takes one of Added away
}

// ProviderFile keeps the providers that were added in the window; it is
// *settings.Settings.
type ProviderFile interface {
	AddProvider(n settings.NewProvider, taken ...string) (auth.Provider, error)
	RemoveProvider(id string) error
	Added() []string
}

// beginNewProvider fills the page when it is opened. What was typed before is
// still there.
func (p *Presenter) beginNewProvider() {
	v := &p.pages.newProvider
	v.Saved, v.Copied, v.Wrong, v.Problem = nil, false, "", nil
	if v.Draft.Preset == "" {
		p.fill(ProviderDraft{Preset: PresetOther, Scopes: PresetOther.scopes()})
	}
	v.Added = p.added()
	if v.Check != nil && v.Check.State != CheckGood {
		p.checkIssuer(0) // the network may be back
	}
}

// fill sets the fields for the person.
func (p *Presenter) fill(d ProviderDraft) {
	v := &p.pages.newProvider
	v.Draft, v.Redirect = d, d.Preset.redirect()
	v.Fill++
}

// EditProvider implements Actions.
func (p *Presenter) EditProvider(d ProviderDraft) {
	p.post(func() {
		v := &p.pages.newProvider
		old := v.Draft
		if d == old || !slices.Contains(Presets(), d.Preset) {
			return
		}
		v.Saved, v.Wrong, v.Problem = nil, "", nil
		if d.Preset != old.Preset {
			p.fill(turned(d, old.Preset))
			v.Copied = false
		} else {
			v.Draft = d
		}
		if d.Preset != old.Preset || d.Issuer != old.Issuer || d.Tenant != old.Tenant {
			p.checkIssuer(p.config.CheckAfter)
		}
		p.show(func(*State) {})
	})
}

// turned is a draft for another preset than before: what the presets bring is
// exchanged, what the person typed stays.
func turned(d ProviderDraft, before Preset) ProviderDraft {
	if strings.TrimSpace(d.Scopes) == "" || d.Scopes == before.scopes() {
		d.Scopes = d.Preset.scopes()
	}
	switch {
	case d.Preset == PresetGitLab && d.Issuer == "":
		d.Issuer = gitlabIssuer
	case before == PresetGitLab && d.Issuer == gitlabIssuer:
		d.Issuer = ""
	}
	if d.Preset == PresetMicrosoft && d.Tenant == "" {
		d.Tenant = "common"
	}
	return d
}

// UseIssuer implements Actions.
func (p *Presenter) UseIssuer() {
	p.post(func() {
		v := &p.pages.newProvider
		if v.Check == nil || v.Check.Suggest == "" {
			return
		}
		d := v.Draft
		d.Issuer = v.Check.Suggest
		p.fill(d)
		p.checkIssuer(0)
		p.show(func(*State) {})
	})
}

// CheckIssuer implements Actions.
func (p *Presenter) CheckIssuer() {
	p.post(func() {
		p.checkIssuer(0)
		p.show(func(*State) {})
	})
}

// CopyRedirect implements Actions.
func (p *Presenter) CopyRedirect() {
	p.post(func() {
		v := &p.pages.newProvider
		if v.Redirect == "" {
			return
		}
		p.config.Window.CopyText(v.Redirect)
		v.Copied = true
		p.show(func(*State) {})
	})
}

// ImportClient implements Actions. The client is shown before it is saved; the
// file is not needed any more then.
func (p *Presenter) ImportClient(path string) {
	p.post(func() {
		if p.attempt != nil || p.leaving {
			return
		}
		if p.openPage(PageProvider); p.pages.open != PageProvider {
			return // a question is open
		}
		p.work(func() {
			client, err := settings.ReadGoogleClient(path)
			p.post(func() { p.imported(path, client, err) })
		})
	})
}

func (p *Presenter) imported(path string, client settings.GoogleClient, err error) {
	v := &p.pages.newProvider
	v.Saved, v.Wrong, v.Problem = nil, "", nil
	if err != nil {
		v.Problem = problemView(err)
		p.show(func(*State) {})
		return
	}
	d := v.Draft
	before := d.Preset
	d.Preset, d.ClientID = PresetGoogle, client.ID
	p.enter.secret, v.Held = client.Secret, baseName(path)
	p.fill(turned(d, before))
	p.checkIssuer(0)
	p.show(func(*State) {})
}

// baseName is the last part of a path of any system, fit to be shown.
func baseName(path string) string {
	return auth.CleanText(path[strings.LastIndexAny(path, `/\`)+1:], 100)
}

// RegisterHelp implements Actions: a real client is entered on the page for it.
func (p *Presenter) RegisterHelp() {
	p.post(func() {
		if p.attempt != nil || p.leaving {
			return
		}
		if v := &p.pages.newProvider; v.Draft.Preset == "" {
			p.fill(ProviderDraft{Preset: PresetGoogle, Scopes: PresetGoogle.scopes()})
		}
		p.openPage(PageProvider)
	})
}
