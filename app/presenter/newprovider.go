package presenter

import (
	"slices"

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
