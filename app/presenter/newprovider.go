package presenter

// NewProviderView is the page "Use another provider".
type NewProviderView struct{}

// ProviderActions are what a person can do on the page "Use another provider".
type ProviderActions interface{}

// beginNewProvider fills the page when it is opened.
func (p *Presenter) beginNewProvider() {}
