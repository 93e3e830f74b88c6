package presenter

import "strings"

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
