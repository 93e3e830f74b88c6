package screens

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
	"app.latchkey/assets"
)

const (
	columnWidth = 420 // cards and problems in the middle of the window
	buttonWidth = 280 // provider buttons
)

// signIn is the first screen: who is to sign the user in.
type signIn struct {
	actions presenter.Actions
	frame   *widgets.Page
	icon    *canvas.Image
	lines   *widgets.Text
	problem *problem
	list    *fyne.Container // the provider buttons
	keep    *widgets.Text

	providers []presenter.ProviderButton
	buttons   []*widgets.Button
	none      *widgets.Text
	another   *widgets.Button // the page for one that is not offered yet
	back      *widgets.Button // shown while an account is added
	title     *widgets.Text
	adding    bool
}

func newSignIn(a presenter.Actions) *signIn {
	s := &signIn{actions: a, problem: newProblem(a)}
	s.icon = canvas.NewImageFromResource(fyne.NewStaticResource("Icon.svg", assets.IconSVG))
	s.icon.FillMode = canvas.ImageFillContain
	s.icon.SetMinSize(fyne.NewSquareSize(64))
	s.back = widgets.NewButton(widgets.Plain, Word("signin.back"), a.Cancel)
	s.another = widgets.NewButton(widgets.Plain, Word("signin.another"), func() { a.OpenPage(presenter.PageProvider) })
	s.title = widgets.NewText(theme.SizeTitle, base.ColorNameForeground, fyne.TextAlignCenter, widgets.FitWrap).
		Set(Word("signin.title"), fyne.TextStyle{Bold: true})
	s.lines = widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap).
		Set(Word("signin.line1")+"\n"+Word("signin.line2"), fyne.TextStyle{})
	s.none = widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap).
		Set(Word("signin.none"), fyne.TextStyle{})
	s.keep = widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap)
	s.list = widgets.Column()
	s.frame = widgets.NewPage(widgets.Column(
		widgets.Slot{Object: s.icon, Width: 64, Center: true},
		widgets.Slot{Object: s.title, Before: 20},
		widgets.Slot{Object: s.lines, Before: 16},
		widgets.Slot{Object: s.problem.object, Before: 24},
		widgets.Slot{Object: s.list, Before: 36, Width: buttonWidth, Center: true},
		widgets.Slot{Object: s.none, Before: 40},
		widgets.Slot{Object: s.another, Before: 20, Width: s.another.NaturalWidth(), Center: true},
		widgets.Slot{Object: s.back, Before: 16, Width: s.back.NaturalWidth(), Center: true},
		widgets.Slot{Object: s.keep, Before: 48},
	), columnWidth, 24, true)
	revealing(s.frame, append(s.problem.buttons(), s.another, s.back)...)
	return s
}

func (s *signIn) page() *widgets.Page { return s.frame }

func (s *signIn) update(st presenter.State, _ time.Time) {
	s.problem.update(st.Problem, st)
	// The problem takes the place of the two lines: they are known by then.
	setVisible(s.lines, st.Problem == nil)
	s.setProviders(st.SignIn.Providers)
	s.adding = st.SignIn.Adding
	setVisible(s.back, s.adding)
	if s.adding {
		s.title.Set(Word("signin.add"), fyne.TextStyle{Bold: true})
	} else {
		s.title.Set(Word("signin.title"), fyne.TextStyle{Bold: true})
	}
	s.keep.Set(keepLine(st.SignIn.Keep), fyne.TextStyle{})
	setVisible(s.keep, st.SignIn.Keep.Known)
}

func keepLine(k presenter.Keep) string {
	switch {
	case !k.Known:
		return ""
	case !k.Persistent:
		return Word("keep.quit")
	case k.Locked:
		return wordWith("keep.locked", values{"Store": k.Name})
	}
	return wordWith("keep.store", values{"Store": k.Name})
}

// setProviders keeps the buttons while the providers are the same, so that the
// focus stays.
func (s *signIn) setProviders(list []presenter.ProviderButton) {
	setVisible(s.none, len(list) == 0)
	setVisible(s.list, len(list) > 0)
	if slices.Equal(s.providers, list) {
		return
	}
	old := map[string]*widgets.Button{}
	for i, p := range s.providers {
		old[p.ID] = s.buttons[i]
	}
	s.providers, s.buttons = slices.Clone(list), nil
	var slots []widgets.Slot
	for _, p := range list {
		b := old[p.ID]
		if b == nil {
			b = widgets.NewButton(widgets.Provider, "", func() { s.actions.SignIn(p.ID) })
			revealing(s.frame, b)
		}
		dress(b, p)
		s.buttons = append(s.buttons, b)
		slots = append(slots, widgets.Slot{Object: b, Before: 12})
	}
	c := widgets.Column(slots...)
	s.list.Layout, s.list.Objects = c.Layout, c.Objects
}

// dress gives a button its provider's name, and Google's its own look.
func dress(b *widgets.Button, p presenter.ProviderButton) {
	b.SetText(wordWith("signin.with", values{"Provider": p.Name}))
	b.SetNote(p.Host)
	if !p.Google {
		b.SetKind(widgets.Provider)
		return
	}
	b.SetKind(widgets.Google)
	if g := assets.GoogleG(); g != nil {
		b.SetIcon(fyne.NewStaticResource("google-g.png", g))
	}
}

func (s *signIn) tick(time.Time) {}

func (s *signIn) primary() {
	switch {
	case s.problem.shown():
		s.problem.primary()
	case len(s.buttons) > 0:
		s.buttons[0].Press()
	}
}

func (s *signIn) escape() {
	if s.adding && !s.problem.shown() {
		s.actions.Cancel()
		return
	}
	s.problem.escape()
}

func (s *signIn) focusable() []fyne.Focusable {
	return focusables(s.problem.buttons(), s.buttons, []*widgets.Button{s.another, s.back})
}

func focusables(lists ...[]*widgets.Button) []fyne.Focusable {
	var out []fyne.Focusable
	for _, l := range lists {
		for _, b := range l {
			out = append(out, b)
		}
	}
	return out
}
