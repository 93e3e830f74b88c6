package screens

import (
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// passphrase asks for the vault's passphrase, or for a new one, typed twice. It
// takes the whole page. What is typed is given to Actions.Passphrase and
// forgotten.
type passphrase struct {
	actions           presenter.Actions
	frame             *widgets.Page
	title, text, hint *widgets.Text
	field, again      *widgets.Secret
	ok, no            *widgets.Button
	shown             presenter.PassphraseView
}

func newPassphrase(a presenter.Actions) *passphrase {
	p := &passphrase{
		actions: a,
		title:   widgets.NewText(theme.SizeTitle, base.ColorNameForeground, fyne.TextAlignCenter, widgets.FitWrap),
		text:    widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap),
		hint:    widgets.NewText(theme.SizeBody, theme.ColorWarning, fyne.TextAlignCenter, widgets.FitWrap),
		field:   widgets.NewSecret(Word("passphrase.field")),
		again:   widgets.NewSecret(Word("passphrase.again")),
	}
	p.ok = widgets.NewButton(widgets.Primary, "", p.primary)
	p.no = widgets.NewButton(widgets.Secondary, Word("passphrase.cancel"), p.escape)
	p.field.OnEnter, p.again.OnEnter = p.primary, p.primary
	p.field.OnEscape, p.again.OnEscape = p.escape, p.escape
	p.text.SetLive(accessibility.LiveAssertive) // the question
	p.frame = widgets.NewPage(widgets.Column(
		widgets.Slot{Object: p.title},
		widgets.Slot{Object: p.text, Before: 16},
		widgets.Slot{Object: p.field, Before: 28, Width: buttonWidth, Center: true},
		widgets.Slot{Object: p.again, Before: 12, Width: buttonWidth, Center: true},
		widgets.Slot{Object: p.hint, Before: 12},
		widgets.Slot{Object: widgets.Flow(12, true, p.ok, p.no), Before: 28},
	), 520, 24, true)
	revealing(p.frame, p.ok, p.no)
	return p
}

func (p *passphrase) page() *widgets.Page { return p.frame }

// update draws the question. The same question keeps what is typed.
func (p *passphrase) update(s presenter.State, _ time.Time) {
	if *s.Passphrase == p.shown {
		return
	}
	p.shown = *s.Passphrase
	p.field.SetText("")
	p.again.SetText("")
	title, text, ok := Word("passphrase.title"), Word("passphrase.text"), Word("passphrase.ok")
	if p.shown.New {
		title, text, ok = Word("passphrase.new.title"), Word("passphrase.new.text"), Word("passphrase.new.ok")
	}
	p.title.Set(title, fyne.TextStyle{Bold: true})
	p.text.Set(text, fyne.TextStyle{})
	p.ok.SetText(ok)
	setVisible(p.again, p.shown.New)
	switch {
	case p.shown.Wrong:
		p.say(Word("passphrase.wrong"))
	case p.shown.Short:
		p.say(p.tooShort())
	default:
		p.say("")
	}
}

func (p *passphrase) tooShort() string {
	return wordCount("passphrase.short", p.shown.Least, nil)
}

func (p *passphrase) say(hint string) {
	p.hint.Set(hint, fyne.TextStyle{})
	setVisible(p.hint, hint != "")
	p.frame.Object.Refresh()
}

func (p *passphrase) tick(time.Time) {}

// primary gives the answer, if it can be one.
func (p *passphrase) primary() {
	text := p.field.Text()
	switch {
	case text == "":
	case p.shown.New && utf8.RuneCountInString(text) < p.shown.Least:
		p.say(p.tooShort())
	case p.shown.New && text != p.again.Text():
		p.say(Word("passphrase.differ"))
	default:
		p.forget()
		p.actions.Passphrase(text, true)
	}
}

func (p *passphrase) escape() {
	p.forget()
	p.actions.Passphrase("", false)
}

func (p *passphrase) forget() {
	p.field.SetText("")
	p.again.SetText("")
}

// first is what has the focus when the page appears.
func (p *passphrase) first() fyne.Focusable { return p.field }

func (p *passphrase) focusable() []fyne.Focusable {
	return append([]fyne.Focusable{p.field, p.again}, focusables([]*widgets.Button{p.ok, p.no})...)
}
