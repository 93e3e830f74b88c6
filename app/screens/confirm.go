package screens

import (
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// confirm is a question that must be answered before anything goes on. It takes
// the whole page, so that nothing else can be pressed meanwhile.
type confirm struct {
	actions     presenter.Actions
	frame       *widgets.Page
	title, text *widgets.Text
	yes, no     *widgets.Button
}

func newConfirm(a presenter.Actions) *confirm {
	c := &confirm{
		actions: a,
		title:   widgets.NewText(theme.SizeTitle, base.ColorNameForeground, fyne.TextAlignCenter, widgets.FitWrap),
		text:    widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap),
		yes:     widgets.NewButton(widgets.Primary, "", func() { a.Confirm(true) }),
		no:      widgets.NewButton(widgets.Secondary, Word("confirm.no"), func() { a.Confirm(false) }),
	}
	c.frame = widgets.NewPage(widgets.Column(
		widgets.Slot{Object: c.title},
		widgets.Slot{Object: c.text, Before: 16},
		widgets.Slot{Object: widgets.Flow(12, true, c.yes, c.no), Before: 32},
	), 520, 24, true)
	revealing(c.frame, c.yes, c.no)
	return c
}

func (c *confirm) page() *widgets.Page { return c.frame }

func (c *confirm) update(s presenter.State, _ time.Time) {
	v := values{"Old": s.Confirm.Old, "New": s.Confirm.New}
	// There is one kind of question so far; its key is spelled out so that the
	// test of the words finds it.
	c.title.Set(Word("confirm.other_account.title"), fyne.TextStyle{Bold: true})
	c.text.Set(wordWith("confirm.other_account.text", v), fyne.TextStyle{})
	c.yes.SetText(wordWith("confirm.other_account.yes", v))
}

func (c *confirm) tick(time.Time) {}
func (c *confirm) primary()       { c.actions.Confirm(true) }
func (c *confirm) escape()        { c.actions.Confirm(false) }

func (c *confirm) focusable() []fyne.Focusable {
	return focusables([]*widgets.Button{c.yes, c.no})
}
