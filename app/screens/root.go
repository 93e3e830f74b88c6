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
	screens map[presenter.Screen]screen
	confirm *confirm
	secret  *passphrase
	pages   []screen // all of them

	state presenter.State
	shown screen // nil: the empty ground
}

// New makes all screens. clock tells the time; it is called on Fyne's goroutine
// only.
func New(a presenter.Actions, clock func() time.Time) *Root {
	r := &Root{actions: a, clock: clock, ribbon: newRibbon(a), side: newSideBar(a), confirm: newConfirm(a), secret: newPassphrase(a)}
	signIn, waiting, profile := newSignIn(a), newWaiting(a), newProfile(a)
	r.screens = map[presenter.Screen]screen{
		presenter.ScreenSignIn:  signIn,
		presenter.ScreenWaiting: waiting,
		presenter.ScreenProfile: profile,
	}
	r.pages = []screen{signIn, waiting, profile, r.confirm, r.secret}

	body := []fyne.CanvasObject{}
	for _, p := range r.pages {
		p.page().Object.Hide()
		body = append(body, p.page().Object)
	}
	r.ribbon.object.Hide()
	r.side.object.Hide()
	r.object = &fyne.Container{
		Layout: &rootLayout{r.ribbon.object, r.side.object},
		Objects: []fyne.CanvasObject{
			widgets.NewPanel(base.ColorNameBackground, "", 0),
			r.ribbon.object,
			r.side.object,
			widgets.Layers(body...),
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

	var next screen
	if s.Passphrase != nil {
		next = r.secret
	} else if s.Confirm != nil {
		next = r.confirm
	} else if v, ok := r.screens[s.Screen]; ok {
		next = v
	}
	if next != nil {
		next.update(s, now)
	}
	changed := next != r.shown
	if changed {
		if r.shown != nil {
			r.shown.page().Object.Hide()
		}
		if next != nil {
			next.page().ToTop()
			next.page().Object.Show()
		}
		r.shown = next
	}
	r.object.Refresh()
	r.dropLostFocus()
	r.focusFirst(changed || askedAnew)
}

// focusFirst puts the focus where something must be typed, when that page
// appears.
func (r *Root) focusFirst(changed bool) {
	page, ok := r.shown.(interface{ first() fyne.Focusable })
	if c := fyne.CurrentApp().Driver().CanvasForObject(r.object); ok && changed && c != nil {
		c.Focus(page.first())
	}
}

// Tick draws what changes with time alone: the time that is left, and how long
// ago the profile was loaded.
func (r *Root) Tick(now time.Time) {
	if r.shown != nil {
		r.shown.tick(now)
	}
}

// TypedKey does what a key does while nothing has the focus: Enter the next
// step, Esc back, and the keys that scroll.
func (r *Root) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		r.Primary()
	case fyne.KeyEscape:
		r.Escape()
	case fyne.KeyUp:
		r.scroll(-40)
	case fyne.KeyDown:
		r.scroll(40)
	case fyne.KeyPageUp:
		r.scrollPages(-1)
	case fyne.KeyPageDown:
		r.scrollPages(1)
	}
}

// Primary does the one thing to do next on the screen that is shown.
func (r *Root) Primary() {
	if r.shown != nil {
		r.shown.primary()
	}
}

// Escape cancels, goes back or closes a problem.
func (r *Root) Escape() {
	if r.shown != nil {
		r.shown.escape()
	}
}

func (r *Root) scroll(dy float32) {
	if r.shown != nil {
		r.shown.page().ScrollBy(dy)
	}
}

func (r *Root) scrollPages(n float32) {
	if r.shown != nil {
		r.scroll(n * r.shown.page().Height() * 0.9)
	}
}

// dropLostFocus takes the focus off what is no longer shown; otherwise Enter and
// Esc would go there and do nothing.
func (r *Root) dropLostFocus() {
	c := fyne.CurrentApp().Driver().CanvasForObject(r.object)
	if c == nil || c.Focused() == nil {
		return
	}
	focused := c.Focused()
	for _, p := range r.pages {
		for _, f := range p.focusable() {
			if f == focused && (p != r.shown || !visible(f, p)) {
				c.Unfocus()
				return
			}
		}
	}
	if r.ribbon.lost(focused) {
		c.Unfocus()
	}
	for _, f := range r.side.focusable() {
		if f == focused && !r.side.object.Visible() {
			c.Unfocus()
		}
	}
}

// visible reports whether f and everything around it is shown.
func visible(f fyne.Focusable, p screen) bool {
	found := false
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if found || !o.Visible() {
			return
		}
		if o == f.(fyne.CanvasObject) {
			found = true
			return
		}
		if c, ok := o.(*fyne.Container); ok {
			for _, child := range c.Objects {
				walk(child)
			}
		}
	}
	walk(p.page().Content())
	return found
}

// rootLayout puts the ribbon at the top, the side bar at the left below it, and
// the page into the rest.
type rootLayout struct{ ribbon, side fyne.CanvasObject }

func (l *rootLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var top, left float32
	if l.ribbon.Visible() {
		top = widgets.HeightFor(l.ribbon, size.Width)
		l.ribbon.Resize(fyne.NewSize(size.Width, top))
	}
	if l.side.Visible() {
		left = sideBarWidth
		l.side.Move(fyne.NewPos(0, top))
		l.side.Resize(fyne.NewSize(left, size.Height-top))
	}
	objects[0].Resize(size)
	objects[3].Move(fyne.NewPos(left, top))
	objects[3].Resize(fyne.NewSize(size.Width-left, size.Height-top))
}

func (l *rootLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(MinWidth, MinHeight)
}

// revealing makes buttons scroll themselves into view when the keyboard reaches
// them.
func revealing(p *widgets.Page, buttons ...*widgets.Button) {
	for _, b := range buttons {
		b.OnFocus = func(b *widgets.Button) { p.Reveal(b) }
	}
}
