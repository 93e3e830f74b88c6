package presenter

// SettingsView is the page of settings.
type SettingsView struct{}

// SettingsActions are what a person can do on the page of settings.
type SettingsActions interface{}

// beginSettings fills the page when it is opened.
func (p *Presenter) beginSettings() {}
