package screens

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// howSignedIn is the tab "How you signed in": the steps of this account's
// sign-in as a diagram, and beside it what one of them sent and what was
// checked. In demo mode it shows attacks in the same way.
type howSignedIn struct {
	actions presenter.Actions
	object  *fyne.Container
	none    *widgets.Text
	card    *fyne.Container

	tools                *fyne.Container
	code, callback, back *widgets.Button
	asPage, asData       *widgets.Button
	saved                *fyne.Container
	savedText            *widgets.Text
	open                 *widgets.Button
	diagram              *widgets.Sequence
	panel                *flowPanel
	view                 presenter.FlowView
}

func newHowSignedIn(a presenter.Actions) *howSignedIn {
	h := &howSignedIn{
		actions:   a,
		none:      smallText(theme.ColorQuiet).Set(Word("flow.none"), fyne.TextStyle{}),
		savedText: smallText(theme.ColorQuiet),
		panel:     newFlowPanel(),
		code:      widgets.NewButton(widgets.Soft, Word("flow.tool.code"), func() { a.StartTrial(presenter.TrialCode) }),
		callback:  widgets.NewButton(widgets.Soft, Word("flow.tool.callback"), func() { a.StartTrial(presenter.TrialCallback) }),
		back:      widgets.NewButton(widgets.Soft, Word("flow.tool.back"), a.CloseTrial),
		asPage:    widgets.NewButton(widgets.Soft, Word("flow.tool.page"), func() { a.SaveFlow(presenter.FormatPage, Language().String()) }),
		asData:    widgets.NewButton(widgets.Soft, Word("flow.tool.data"), func() { a.SaveFlow(presenter.FormatData, Language().String()) }),
		open:      widgets.NewButton(widgets.Soft, Word("flow.saved.open"), a.OpenSaved),
	}
	h.savedText.SetLive(accessibility.LivePolite)
	h.diagram = widgets.NewSequence(h.choose)
	h.tools = widgets.Flow(8, false, h.back, h.code, h.callback, h.asPage, h.asData)
	h.saved = widgets.Flow(8, false, h.savedText, h.open)
	h.card = widgets.Card(widgets.Split(24, 232, 640, h.diagram, h.panel.object))
	h.object = widgets.Column(
		widgets.Slot{Object: h.none},
		widgets.Slot{Object: h.tools},
		widgets.Slot{Object: h.saved, Before: 8},
		widgets.Slot{Object: h.card, Before: 12},
	)
	return h
}

// smallText is text that wraps.
func smallText(c fyne.ThemeColorName) *widgets.Text {
	return widgets.NewText(theme.SizeSmall, c, fyne.TextAlignLeading, widgets.FitWrap)
}

// choose shows another step, or another try of the attack that is shown.
func (h *howSignedIn) choose(key string) {
	if h.view.Trial != nil {
		h.actions.ShowTry(key)
		return
	}
	h.actions.ShowStep(presenter.FlowID(key))
}

// escape leaves an attack for the steps; it says whether there was one.
func (h *howSignedIn) escape() bool {
	if !h.object.Visible() || h.view.Trial == nil {
		return false
	}
	h.actions.CloseTrial()
	return true
}

func (h *howSignedIn) buttons() []*widgets.Button {
	return []*widgets.Button{h.back, h.code, h.callback, h.asPage, h.asData, h.open}
}

func (h *howSignedIn) update(v presenter.FlowView) {
	h.view = v
	known, trial := len(v.Steps) > 0, v.Trial != nil
	setVisible(h.none, !known)
	setVisible(h.card, known)
	setVisible(h.tools, known && (v.CanTry || v.CanSave))
	setVisible(h.back, trial)
	setVisible(h.code, v.CanTry)
	setVisible(h.callback, v.CanTry)
	setVisible(h.asPage, v.CanSave && !trial)
	setVisible(h.asData, v.CanSave && !trial)
	h.code.SetBusy(trial && v.Trial.Running)
	h.callback.SetBusy(trial && v.Trial.Running)
	h.updateSaved(v.Saved)
	if !known {
		return
	}
	d := v.Diagram()
	h.diagram.Set(wordsOfLanes(d.Lanes), arrows(d), d.Selected)
	h.panel.update(v)
}

func (h *howSignedIn) updateSaved(s *presenter.SavedView) {
	setVisible(h.saved, s != nil && h.view.Trial == nil)
	if s == nil {
		return
	}
	setVisible(h.open, !s.Failed)
	if s.Failed {
		h.savedText.SetSpans(widgets.Span{Text: Word("flow.saved.failed"), Color: theme.ColorWarning})
		return
	}
	h.savedText.SetSpans(widgets.Span{Text: wordWith("flow.saved", values{"Path": s.Path})})
}

func wordsOfLanes(keys []string) []string {
	var out []string
	for _, key := range keys {
		out = append(out, Word(key))
	}
	return out
}

// phrase is the words of a phrase; an empty one has none.
func phrase(p presenter.Phrase) string {
	if p.Key == "" {
		return ""
	}
	return wordWith(p.Key, values(p.Values))
}

// arrows are the messages of a diagram in the person's language.
func arrows(d presenter.Diagram) []widgets.Arrow {
	var out []widgets.Arrow
	for _, m := range d.Messages {
		note := phrase(m.Note)
		if m.Took > 0 && note != "" {
			note = wordWith("flow.note.took", values{"Note": note, "N": inMilliseconds(m.Took)})
		}
		out = append(out, widgets.Arrow{Key: m.Key, From: m.From, To: m.To, Label: phrase(m.Label), Note: note,
			Aside: phrase(m.Aside), Failed: m.Failed, Stopped: m.Stopped})
	}
	return out
}

func inMilliseconds(d time.Duration) string {
	return strconv.FormatInt(max(1, d.Round(time.Millisecond).Milliseconds()), 10)
}
