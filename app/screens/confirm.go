package screens

import (
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// confirm is a question that must be answered before anything goes on. It takes
// the whole page; only the ribbon stands above it.
type confirm struct {
	actions     presenter.Actions
	frame       *widgets.Page
	title, text *widgets.Text
	yes, no     *widgets.Button
	risky       bool // what yes does cannot be undone
	choice      bool // no is an answer too: Esc goes back
}

func newConfirm(a presenter.Actions) *confirm {
	c := &confirm{
		actions: a,
		title:   widgets.NewText(theme.SizeTitle, base.ColorNameForeground, fyne.TextAlignCenter, widgets.FitWrap),
		text:    widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap),
		yes:     widgets.NewButton(widgets.Primary, "", func() { a.Confirm(true) }),
		no:      widgets.NewButton(widgets.Secondary, Word("confirm.no"), func() { a.Confirm(false) }),
	}
	c.text.SetLive(accessibility.LiveAssertive) // the question
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
	q := s.Confirm
	v := values{"Old": q.Old, "New": q.New, "Provider": q.Provider}
	title, text, yes := Word("confirm.other_account.title"), wordWith("confirm.other_account.text", v), wordWith("confirm.other_account.yes", v)
	if q.Kind == presenter.ConfirmRemoveAccess {
		title, text, yes = wordWith("confirm.remove_access.title", v), wordWith("confirm.remove_access.text", v), Word("confirm.remove_access.yes")
		if q.Google {
			text = wordWith("confirm.remove_access.google", v)
		}
	}
	if q.Kind == presenter.ConfirmRemoveProvider {
		title, text, yes = wordWith("confirm.remove_provider.title", v), wordWith("confirm.remove_provider.text", v), Word("confirm.remove_provider.yes")
	}
	if q.Kind == presenter.ConfirmEraseData {
		title, text, yes = Word("confirm.erase_data.title"), Word("confirm.erase_data.text"), Word("confirm.erase_data.yes")
	}
	no := Word("confirm.no")
	if q.Kind == presenter.ConfirmVault {
		title, text, yes, no = Word("confirm.vault.title"), Word("confirm.vault.text"), Word("confirm.vault.yes"), Word("confirm.vault.no")
	}
	c.no.SetText(no)
	c.title.Set(title, fyne.TextStyle{Bold: true})
	c.text.Set(text, fyne.TextStyle{})
	c.yes.SetText(yes)
	c.yes.SetKind(widgets.Primary)
	c.no.SetKind(widgets.Secondary)
	if q.Kind == presenter.ConfirmVault { // what Enter does looks like it
		c.yes.SetKind(widgets.Secondary)
		c.no.SetKind(widgets.Primary)
	}
	c.risky = q.Kind == presenter.ConfirmRemoveAccess || q.Kind == presenter.ConfirmRemoveProvider || q.Kind == presenter.ConfirmEraseData
	c.choice = q.Kind == presenter.ConfirmVault
}

func (c *confirm) tick(time.Time) {}

// primary answers yes, but not where much is lost: Enter must be meant then.
func (c *confirm) primary() {
	if !c.risky {
		c.actions.Confirm(!c.choice) // of the choice, the one that asks nothing of the person
	}
}

func (c *confirm) escape() {
	if c.choice {
		c.actions.Cancel()
		return
	}
	c.actions.Confirm(false)
}

func (c *confirm) focusable() []fyne.Focusable {
	return focusables([]*widgets.Button{c.yes, c.no})
}
