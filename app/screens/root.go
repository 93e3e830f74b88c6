package screens

import (
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// The least size that every screen is usable at. Lower windows scroll.
const (
	MinWidth  float32 = 640
	MinHeight float32 = 440 // 480 with a menu bar inside the window
)

// screen is one of the screens.
type screen interface {
	page() *widgets.Page
	// update draws s. It is called for the shown screen only.
	update(s presenter.State, now time.Time)
	// tick draws what changes with time alone.
	tick(now time.Time)
	// primary does what Enter does while nothing has the focus.
	primary()
	// escape does what Esc does.
	escape()
	// focusable lists what the keyboard reaches on this screen, shown or not.
	focusable() []fyne.Focusable
}

// Root is the content of the window.
type Root struct {
	actions presenter.Actions
	clock   func() time.Time

	object  *fyne.Container
	ribbon  *ribbon
	side    *sideBar
	menu    *menuButton
	screens map[presenter.Screen]screen
	over    map[presenter.Page]screen
	confirm *confirm
	secret  *passphrase
	pages   []screen // all of them

	state presenter.State
	shown screen // nil: the empty ground

	// What had the focus when something was laid over a layer, and what gets it
	// with the first State. Each may be nil, and so may what it returns.
	left   [layers]func() fyne.Focusable
	resume func() fyne.Focusable
}

// New makes all screens. clock tells the time; it is called on Fyne's goroutine
// only.
func New(a presenter.Actions, clock func() time.Time) *Root {
	r := &Root{actions: a, clock: clock, ribbon: newRibbon(a), side: newSideBar(a), menu: newMenuButton(a), confirm: newConfirm(a), secret: newPassphrase(a)}
	signIn, waiting, profile := newSignIn(a), newWaiting(a), newProfile(a)
	r.screens = map[presenter.Screen]screen{
		presenter.ScreenSignIn:  signIn,
		presenter.ScreenWaiting: waiting,
		presenter.ScreenProfile: profile,
	}
	settings, diagnostics, about, provider := newSettingsPage(a), newDiagnosticsPage(a), newAboutPage(a), newNewProviderPage(a)
	r.over = map[presenter.Page]screen{
		presenter.PageSettings:    settings,
		presenter.PageDiagnostics: diagnostics,
		presenter.PageAbout:       about,
		presenter.PageProvider:    provider,
	}
	r.pages = []screen{signIn, waiting, profile, settings, diagnostics, about, provider, r.confirm, r.secret}

	body := []fyne.CanvasObject{}
	for _, p := range r.pages {
		p.page().Object.Hide()
		body = append(body, p.page().Object)
	}
	r.ribbon.object.Hide()
	r.side.object.Hide()
	r.menu.object.Hide()
	r.object = &fyne.Container{
		Layout: &rootLayout{r.ribbon.object, r.side.object},
		Objects: []fyne.CanvasObject{
			widgets.NewPanel(base.ColorNameBackground, "", 0),
			r.ribbon.object,
			r.side.object,
			widgets.Layers(body...),
			r.menu.object,
		},
	}
	return r
}

// Object is what the window shows. It takes the whole window, without padding.
func (r *Root) Object() fyne.CanvasObject { return r.object }

// Update draws s.
func (r *Root) Update(s presenter.State) {
	askedAnew := s.Passphrase != nil && (r.state.Passphrase == nil || r.state.Passphrase.Asked != s.Passphrase.Asked)
	r.state = s
	now := r.clock()
	r.ribbon.update(s)
	r.side.update(s)
	r.menu.update(s)

	next := r.choose(s)
	if next != nil {
		next.update(s, now)
	}
	changed, before := next != r.shown, r.shown
	if changed || askedAnew {
		r.menu.menu.Hide() // it was about what was shown
	}
	if changed {
		r.turnTo(next)
	}
	r.object.Refresh()
	r.dropLostFocus()
	r.focusFirst(changed || askedAnew)
	if changed {
		r.focusLeft(before)
	}
	if r.resume != nil {
		r.giveFocus(r.resume())
		r.resume = nil
	}
}

// choose is what s shows: a question, else a page, else the screen. It is nil
// where there is nothing to show.
func (r *Root) choose(s presenter.State) screen {
	if s.Passphrase != nil {
		return r.secret
	}
	if s.Confirm != nil {
		return r.confirm
	}
	if s.Screen == presenter.ScreenStarting {
		return nil
	}
	if v, ok := r.over[s.Page]; ok {
		return v
	}
	return r.screens[s.Screen] // nil for what is none
}

// turnTo shows next in place of what is shown.
func (r *Root) turnTo(next screen) {
	if r.shown != nil {
		if at := r.layer(r.shown); r.layer(next) > at {
			was := focusedIn(r.object)
			r.left[at] = func() fyne.Focusable { return was }
		}
		r.shown.page().Object.Hide()
	}
	if next != nil {
		next.page().ToTop()
		next.page().Object.Show()
	}
	r.shown = next
}

// layers is how many there are: screens, pages laid over them, and questions
// over both.
const layers = 3

// layer is where s lies; a lower one is seen again when it is closed.
func (r *Root) layer(s screen) int {
	if s == r.confirm || s == r.secret {
		return 2
	}
	for _, p := range r.over {
		if p == s {
			return 1
		}
	}
	return 0
}

// Tick draws what changes with time alone: the time that is left, and how long
// ago the profile was loaded.
func (r *Root) Tick(now time.Time) {
	if r.shown != nil {
		r.shown.tick(now)
	}
}
