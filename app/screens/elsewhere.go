package screens

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// elsewhere is the card for a browser on another computer: a link to take there,
// and a field for the address to bring back.
type elsewhere struct {
	actions presenter.Actions
	object  *fyne.Container
	copy    *widgets.Button
	field   *widgets.Field
	wrong   *widgets.Text
	finish  *widgets.Button
}

func newElsewhere(a presenter.Actions) *elsewhere {
	text := func(key string) *widgets.Text {
		return widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap).
			Set(Word(key), fyne.TextStyle{})
	}
	numbered := func(number string, content fyne.CanvasObject) *fyne.Container {
		label := widgets.NewText(theme.SizeBody, base.ColorNamePrimary, fyne.TextAlignLeading, widgets.FitWhole).
			Set(number, fyne.TextStyle{Bold: true})
		return widgets.Labelled(24, label, content)
	}
	e := &elsewhere{
		actions: a,
		wrong:   widgets.NewText(theme.SizeBody, theme.ColorWarning, fyne.TextAlignLeading, widgets.FitWrap),
	}
	e.copy = widgets.NewButton(widgets.Secondary, Word("waiting.elsewhere.copy"), a.CopyRemoteLink)
	e.field = widgets.NewField(Word("waiting.elsewhere.field"), "http://127.0.0.1:…", a.Paste)
	e.finish = widgets.NewButton(widgets.Primary, Word("waiting.elsewhere.finish"), e.paste)
	e.object = widgets.Card(widgets.Column(
		widgets.Slot{Object: numbered("1", widgets.Column(
			widgets.Slot{Object: text("waiting.elsewhere.first")},
			widgets.Slot{Object: widgets.Flow(0, false, e.copy), Before: 12},
		))},
		widgets.Slot{Object: numbered("2", widgets.Column(
			widgets.Slot{Object: text("waiting.elsewhere.second")},
			widgets.Slot{Object: e.field, Before: 12},
			widgets.Slot{Object: e.wrong, Before: 8},
			widgets.Slot{Object: widgets.Flow(0, false, e.finish), Before: 12},
		)), Before: 20},
	))
	e.object.Hide()
	return e
}

// update draws the card, or hides it and forgets what was typed: an address that
// was pasted holds a code.
func (e *elsewhere) update(v *presenter.ElsewhereView, s presenter.State) {
	setVisible(e.object, v != nil)
	if v == nil {
		if e.field.Text != "" {
			e.field.SetText("")
		}
		return
	}
	e.copy.SetText(Word("waiting.elsewhere.copy"))
	if v.Copied {
		e.copy.SetText(Word("waiting.copied"))
	}
	setVisible(e.wrong, v.Problem != nil)
	if p := v.Problem; p != nil {
		w := problemValues(p, s)
		e.wrong.SetSpans(inline(sentence(problemKey(p.Code, "title"), w), sentence(problemKey(p.Code, "text"), w), "")...)
	}
}

func (e *elsewhere) paste() { e.actions.Paste(e.field.Text) }

// primary is the next of the two steps.
func (e *elsewhere) primary() {
	if e.field.Text == "" {
		e.copy.Press()
		return
	}
	e.finish.Press()
}
