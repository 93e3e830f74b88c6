package screens

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// newProviderPage draws presenter.NewProviderView: a form, what the provider
// says about itself, and what was added here before.
type newProviderPage struct {
	overlay
	presets  map[presenter.Preset]*widgets.Button
	form     *providerForm
	check    *issuerCheck
	redirect *redirectRow
	file     *widgets.Button
	fileRow  *fyne.Container
	problem  *widgets.Text
	save     *widgets.Button
	saved    *fyne.Container
	savedBy  *widgets.Text
	signIn   *widgets.Button
	added    *addedProviders

	view    presenter.NewProviderView
	dialog  *dialog.FileDialog // nil: none is open
	pressed bool               // Save was, and what came of it is not drawn yet
}

func newNewProviderPage(a presenter.Actions) *newProviderPage {
	p := &newProviderPage{presets: map[presenter.Preset]*widgets.Button{}}
	p.form = newProviderForm(func(d presenter.ProviderDraft) { a.EditProvider(d) }, func() { p.press() })
	p.check, p.redirect, p.added = newIssuerCheck(a), newRedirectRow(a), newAddedProviders(a)
	p.file = widgets.NewButton(widgets.Secondary, Word("provider.import"), p.chooseFile)
	p.fileRow = widgets.Column(
		widgets.Slot{Object: widgets.Flow(12, false, p.file)},
		widgets.Slot{Object: plainText(theme.SizeSmall, theme.ColorQuiet, Word("provider.import.hint")), Before: 4},
	)
	p.problem = plainText(theme.SizeBody, theme.ColorWarning, "")
	p.save = widgets.NewButton(widgets.Primary, Word("provider.save"), p.press)
	p.savedBy = plainText(theme.SizeBody, theme.ColorGood, "").SetLive(accessibility.LivePolite)
	p.signIn = widgets.NewButton(widgets.Primary, "", func() {
		if p.view.Saved != nil {
			a.SignIn(p.view.Saved.ID)
		}
	})
	p.saved = widgets.Card(widgets.Column(
		widgets.Slot{Object: p.savedBy},
		widgets.Slot{Object: plainText(theme.SizeBody, base.ColorNameForeground, Word("provider.saved.text")), Before: 4},
		widgets.Slot{Object: widgets.Flow(0, false, p.signIn), Before: 16},
	))
	tabs := []fyne.CanvasObject{}
	for _, preset := range presenter.Presets() {
		b := widgets.NewButton(widgets.Tab, Word("provider.preset."+string(preset)), func() { p.choose(preset) })
		p.presets[preset] = b
		tabs = append(tabs, b)
	}
	f := p.form
	content := widgets.Column(
		widgets.Slot{Object: p.saved},
		widgets.Slot{Object: plainText(theme.SizeSmall, theme.ColorQuiet, Word("provider.preset")), Before: 24},
		widgets.Slot{Object: widgets.Flow(24, false, tabs...)},
		widgets.Slot{Object: p.fileRow, Before: 16},
		widgets.Slot{Object: p.problem, Before: 12},
		widgets.Slot{Object: f.name.object, Before: 16},
		widgets.Slot{Object: f.issuer.object, Before: 16},
		widgets.Slot{Object: f.tenant.object, Before: 16},
		widgets.Slot{Object: p.check.object, Before: 12},
		widgets.Slot{Object: f.client.object, Before: 16},
		widgets.Slot{Object: f.secretRow, Before: 16},
		widgets.Slot{Object: f.scopes.object, Before: 16},
		widgets.Slot{Object: p.redirect.object, Before: 20},
		widgets.Slot{Object: widgets.Flow(12, false, p.save), Before: 20},
		widgets.Slot{Object: p.added.object, Before: 32},
	)
	p.overlay = newOverlay(a, "provider.title", content)
	p.back.OnTapped = p.escape
	p.added.frame = p.frame
	f.reveal(p.frame)
	revealing(p.frame, append(append([]*widgets.Button{p.file, p.save, p.signIn, p.redirect.copy}, p.check.buttons()...), p.presetButtons()...)...)
	return p
}

// plainText is a text that wraps, from the left.
func plainText(size fyne.ThemeSizeName, color fyne.ThemeColorName, s string) *widgets.Text {
	return widgets.NewText(size, color, fyne.TextAlignLeading, widgets.FitWrap).Set(s, fyne.TextStyle{})
}

func (p *newProviderPage) presetButtons() []*widgets.Button {
	var out []*widgets.Button
	for _, preset := range presenter.Presets() {
		out = append(out, p.presets[preset])
	}
	return out
}

func (p *newProviderPage) update(s presenter.State, _ time.Time) {
	v, old := *s.NewProvider, p.view
	p.view = v
	for preset, b := range p.presets {
		b.SetSelected(preset == v.Draft.Preset)
	}
	p.form.update(v)
	p.check.update(v.Check)
	p.redirect.update(v)
	p.added.update(v.Added)
	setVisible(p.fileRow, v.Draft.Preset == presenter.PresetGoogle)
	setVisible(p.problem, v.Problem != nil)
	if v.Problem != nil {
		w := problemValues(v.Problem, s)
		p.problem.SetSpans(inline(sentence(problemKey(v.Problem.Code, "title"), w), sentence(problemKey(v.Problem.Code, "text"), w), base.ColorNameForeground)...)
	}
	wrong := p.form.setWrong(v.Wrong)
	p.save.SetBusy(v.Saving)
	p.save.SetText(Word("provider.save"))
	if v.Saving {
		p.save.SetText(Word("provider.saving"))
	}
	setVisible(p.saved, v.Saved != nil)
	if v.Saved != nil {
		w := values{"Provider": v.Saved.Name}
		p.savedBy.Set(wordWith("provider.saved", w), fyne.TextStyle{Bold: true})
		p.signIn.SetText(wordWith("provider.signin", w))
		p.signIn.SetNote(v.Saved.Host)
	}
	p.frame.Object.Refresh()
	switch {
	case v.Saved != nil && old.Saved == nil:
		p.focus(p.signIn)
		p.frame.ToTop()
	case v.Problem != nil && old.Problem == nil:
		p.frame.ToTop()
	case wrong != nil && p.pressed:
		p.focus(wrong)
	}
	p.pressed = p.pressed && v.Saving
}

// focus goes on where the person has something to do next; what has the focus
// is scrolled to.
func (p *newProviderPage) focus(f fyne.Focusable) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p.frame.Object); c != nil {
		c.Focus(f)
	}
}

func (p *newProviderPage) choose(preset presenter.Preset) {
	d := p.form.draft()
	d.Preset = preset
	p.actions.EditProvider(d)
}

func (p *newProviderPage) press() {
	if !p.view.Saving {
		p.pressed = true
		p.actions.SaveProvider(p.form.secret.Text())
	}
}

func (p *newProviderPage) tick(time.Time) {}

// primary is the next thing to do: to sign in with what was added, or to add.
func (p *newProviderPage) primary() {
	if p.view.Saved != nil {
		p.signIn.Press()
		return
	}
	p.press()
}

// escape closes the dialog that is open, else the page. What was typed stays, but
// for the secret.
func (p *newProviderPage) escape() {
	if p.dialog != nil {
		p.dialog.Dismiss()
		p.dialog = nil
		return
	}
	p.form.forget()
	p.actions.ClosePage()
}

func (p *newProviderPage) focusable() []fyne.Focusable {
	out := focusables([]*widgets.Button{p.back, p.signIn}, p.presetButtons(), []*widgets.Button{p.file})
	out = append(out, p.form.focusable()...)
	return append(out, focusables(p.check.buttons(), []*widgets.Button{p.redirect.copy, p.save}, p.added.buttons())...)
}
