package screens

import (
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// waiting is the screen while the browser is open.
type waiting struct {
	actions presenter.Actions
	frame   *widgets.Page

	title, line *widgets.Text
	avatar      *widgets.Avatar
	name        *widgets.Text
	problem     *problem
	steps       [4]*widgets.Step
	card        *fyne.Container // of the steps
	elsewhere   *elsewhere      // in its place

	time                      *fyne.Container // of left and more
	more                      *widgets.Button // when little time is left
	again, copy, back, cancel *widgets.Button
	hint, left                *widgets.Text
	aside                     *fyne.Container // of away
	away                      *widgets.Button // to elsewhere

	view presenter.WaitingView
}

func newWaiting(a presenter.Actions) *waiting {
	w := &waiting{
		actions: a,
		problem: newProblem(a),
		title:   widgets.NewText(theme.SizeTitle, base.ColorNameForeground, fyne.TextAlignCenter, widgets.FitWrap),
		line:    widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap),
		avatar:  widgets.NewAvatar(48),
		name:    widgets.NewText(theme.SizeSubtitle, base.ColorNameForeground, fyne.TextAlignCenter, widgets.FitWrap),
		more:    widgets.NewButton(widgets.Soft, Word("waiting.more"), a.Extend),
		again:   widgets.NewButton(widgets.Primary, Word("waiting.again"), a.OpenAgain),
		copy:    widgets.NewButton(widgets.Secondary, Word("waiting.copy"), a.CopyLink),
		back:    widgets.NewButton(widgets.Secondary, Word("waiting.elsewhere.back"), func() { a.Elsewhere(false) }),
		cancel:  widgets.NewButton(widgets.Plain, Word("waiting.cancel"), a.Cancel),
		hint:    widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap),
		left:    widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap),
		away:    widgets.NewButton(widgets.Plain, Word("waiting.elsewhere"), func() { a.Elsewhere(true) }),

		elsewhere: newElsewhere(a),
	}
	w.hint.Set(Word("waiting.hint"), fyne.TextStyle{})
	var lines []widgets.Slot
	for i := range w.steps {
		w.steps[i] = widgets.NewStep(i + 1)
		lines = append(lines, widgets.Slot{Object: w.steps[i], Before: 12})
	}
	w.card = widgets.Card(widgets.Column(lines...))
	w.time, w.aside = widgets.Flow(12, true, w.left, w.more), widgets.Flow(0, true, w.away)
	const card = columnWidth
	w.frame = widgets.NewPage(widgets.Column(
		widgets.Slot{Object: w.avatar, Width: 48, Center: true},
		widgets.Slot{Object: w.title, Before: 16},
		widgets.Slot{Object: w.name, Before: 4},
		widgets.Slot{Object: w.line, Before: 16},
		widgets.Slot{Object: w.problem.object, Before: 20, Width: card, Center: true},
		widgets.Slot{Object: w.card, Before: 20, Width: card, Center: true},
		widgets.Slot{Object: w.elsewhere.object, Before: 20, Width: card, Center: true},
		widgets.Slot{Object: w.time, Before: 12},
		widgets.Slot{Object: widgets.Flow(12, true, w.again, w.copy, w.back, w.cancel), Before: 20},
		widgets.Slot{Object: w.hint, Before: 16},
		widgets.Slot{Object: w.aside, Before: 4},
	), 640, 24, true)
	revealing(w.frame, append(w.problem.buttons(), w.buttons()...)...)
	w.elsewhere.field.OnFocus = func(f *widgets.Field) { w.frame.Reveal(f) }
	return w
}

func (w *waiting) page() *widgets.Page { return w.frame }

func (w *waiting) update(s presenter.State, now time.Time) {
	v := s.Waiting
	w.view = v
	w.updateHead(v)
	// The screen itself says that no browser opened, and offers the link.
	p := s.Problem
	if p != nil && p.Code == "browser_failed" && v.Browser == presenter.BrowserFailed {
		p = nil
	}
	w.problem.update(p, s)
	setVisible(w.line, p == nil) // what it tells to do no longer holds
	for i, l := range v.Steps {
		w.steps[i].Set(stepText(l), l.State, Word("step.state."+string(known(l.State))))
	}
	w.updateButtons(v)
	w.elsewhere.update(w.openElsewhere(), s)
	setVisible(w.card, w.openElsewhere() == nil)
	w.tick(now)
}

// openElsewhere is the card for a browser on another computer; nil where it is
// not shown: nobody asked for it, or the answer has come.
func (w *waiting) openElsewhere() *presenter.ElsewhereView {
	if back(w.view) || w.view.Person != nil || w.view.Unlock != "" {
		return nil
	}
	return w.view.Elsewhere
}

func (w *waiting) updateHead(v presenter.WaitingView) {
	host := values{"Host": v.Host, "Store": v.Unlock}
	title, line, bold := "waiting.title", "waiting.line", "Host"
	switch {
	case v.Unlock != "":
		title, line, bold = "waiting.unlock.title", "waiting.unlock.line", "Store"
	case back(v) || v.Person != nil:
		title, line = "waiting.back.title", "waiting.back.line"
	case v.Elsewhere != nil:
		title, line = "waiting.elsewhere.title", "waiting.elsewhere.line"
	case v.Browser == presenter.BrowserFailed:
		title, line = "waiting.failed.title", "waiting.failed.line"
	case v.Browser == presenter.BrowserOpening:
		title, line = "waiting.opening.title", "waiting.opening.line"
	}
	w.title.Set(wordWith(title, host), fyne.TextStyle{Bold: true})
	w.line.SetSpans(emphasized(line, host, bold)...)

	setVisible(w.avatar, v.Person != nil)
	setVisible(w.name, v.Person != nil)
	if p := v.Person; p != nil {
		w.avatar.SetPerson(wordWith("avatar.of", values{"Name": p.Name}), p.Initials, p.Color, p.Picture)
		w.name.Set(p.Name, fyne.TextStyle{Bold: true})
	}
}

func (w *waiting) updateButtons(v presenter.WaitingView) {
	browser := v.Unlock == "" && !back(v) && v.Person == nil
	here := browser && v.Elsewhere == nil
	setVisible(w.again, here)
	setVisible(w.copy, here)
	// Whoever needs a link by hand may need it elsewhere.
	setVisible(w.aside, here && (v.Copied || v.Browser == presenter.BrowserFailed))
	setVisible(w.hint, here && v.Browser == presenter.BrowserOpened)
	setVisible(w.back, browser && !here)

	w.again.SetKind(widgets.Primary)
	w.copy.SetKind(widgets.Secondary)
	if v.Browser == presenter.BrowserFailed {
		w.again.SetKind(widgets.Secondary)
		w.copy.SetKind(widgets.Primary)
	}
	w.copy.SetText(Word("waiting.copy"))
	if v.Copied {
		w.copy.SetText(Word("waiting.copied"))
	}
}

// shortTime is from when on the person is offered more.
const shortTime = time.Minute

// tick draws the time that is left while the person is in the browser.
func (w *waiting) tick(now time.Time) {
	left := w.view.Deadline.Sub(now)
	running := false
	for i, l := range w.view.Steps {
		aside := ""
		if l.ID == presenter.StepSignIn && l.State == presenter.StepActive && !w.view.Deadline.IsZero() {
			aside, running = countdown(left), true
		}
		w.steps[i].SetAside(aside)
	}
	w.left.Set(wordWith("waiting.left", values{"Time": countdown(left)}), fyne.TextStyle{})
	over, short := running && w.openElsewhere() != nil, running && left <= shortTime
	if w.left.Visible() != over || w.more.Visible() != short || w.time.Visible() != (over || short) {
		setVisible(w.left, over)
		setVisible(w.more, short)
		setVisible(w.time, over || short)
		w.frame.Object.Refresh()
	}
}

func (w *waiting) primary() {
	switch {
	case w.problem.shown():
		w.problem.primary()
	case w.elsewhere.object.Visible():
		w.elsewhere.primary()
	case w.copy.Visible() && w.copy.Kind() == widgets.Primary:
		w.copy.Press()
	case w.again.Visible():
		w.again.Press()
	}
}

func (w *waiting) escape() {
	if w.problem.shown() {
		w.problem.escape()
		return
	}
	if w.elsewhere.object.Visible() {
		w.actions.Elsewhere(false)
		return
	}
	w.actions.Cancel()
}

func (w *waiting) buttons() []*widgets.Button {
	return []*widgets.Button{w.elsewhere.copy, w.elsewhere.finish, w.more, w.again, w.copy, w.back, w.cancel, w.away}
}

func (w *waiting) focusable() []fyne.Focusable {
	return append(focusables(w.problem.buttons(), w.buttons()), w.elsewhere.field)
}
