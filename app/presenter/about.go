package presenter

// AboutView is the page that tells what this program is.
type AboutView struct{}

// beginAbout fills the page when it is opened.
func (p *Presenter) beginAbout() {}
