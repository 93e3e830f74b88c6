package presenter

// Page is a page that lies over the screen. What goes on below it goes on.
type Page string

// The pages. A question ([State.Passphrase], [State.Confirm]) lies over them.
const (
	PageNone        Page = ""
	PageSettings    Page = "settings"
	PageDiagnostics Page = "diagnostics"
	PageAbout       Page = "about"
	PageProvider    Page = "provider" // "Use another provider"
)

// PageActions are what the program's menu does, and the back button of its pages.
type PageActions interface {
	OpenPage(page Page) // lays a page over the screen
	ClosePage()         // shows the screen again
	Help()              // tells how the person signed in, or looks for what is wrong
	Quit()              // ends the program
}

// pages are the page that is open, and what each shows. A view's slices are
// replaced, never changed.
type pages struct {
	open        Page
	settings    SettingsView
	diagnostics DiagnosticsView
	about       AboutView
	newProvider NewProviderView
}

// put shows the page that is open in s.
func (v *pages) put(s *State) {
	s.Page, s.Settings, s.Diagnostics, s.About, s.NewProvider = v.open, nil, nil, nil, nil
	switch v.open {
	case PageSettings:
		view := v.settings
		s.Settings = &view
	case PageDiagnostics:
		view := v.diagnostics
		s.Diagnostics = &view
	case PageAbout:
		view := v.about
		s.About = &view
	case PageProvider:
		view := v.newProvider
		s.NewProvider = &view
	}
}

// OpenPage implements Actions.
func (p *Presenter) OpenPage(page Page) { p.post(func() { p.openPage(page) }) }

func (p *Presenter) openPage(page Page) {
	if p.state.Confirm != nil || p.secret != nil || p.gone() || p.pages.open == page {
		return // what is asked comes first
	}
	begin, ok := map[Page]func(){
		PageSettings: p.beginSettings, PageDiagnostics: p.beginDiagnostics,
		PageAbout: p.beginAbout, PageProvider: p.beginNewProvider,
	}[page]
	if !ok {
		return
	}
	p.pages.open = page
	begin()
	p.show(func(*State) {})
}

// ClosePage implements Actions.
func (p *Presenter) ClosePage() { p.post(p.closePage) }

func (p *Presenter) closePage() {
	if p.pages.open == PageNone || p.gone() {
		return
	}
	p.pages.open = PageNone
	p.show(func(*State) {})
}

// Help implements Actions. Whoever is signed in is shown how that was done; to
// anybody else, or with a problem on the screen, the diagnostics are of use.
func (p *Presenter) Help() {
	p.post(func() {
		if p.session == nil || p.state.Screen != ScreenProfile || p.state.Problem != nil {
			p.openPage(PageDiagnostics)
			return
		}
		p.closePage()
		p.showTab(TabFlow)
	})
}

// Quit implements Actions.
func (p *Presenter) Quit() {
	p.post(func() {
		if p.config.Quit != nil {
			p.config.Quit()
		}
	})
}
