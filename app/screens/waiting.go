package screens

import (
	"fmt"
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

	again, copy, cancel *widgets.Button
	hint                *widgets.Text

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
		again:   widgets.NewButton(widgets.Primary, Word("waiting.again"), a.OpenAgain),
		copy:    widgets.NewButton(widgets.Secondary, Word("waiting.copy"), a.CopyLink),
		cancel:  widgets.NewButton(widgets.Plain, Word("waiting.cancel"), a.Cancel),
		hint:    widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignCenter, widgets.FitWrap),
	}
	w.hint.Set(Word("waiting.hint"), fyne.TextStyle{})
	var lines []widgets.Slot
	for i := range w.steps {
		w.steps[i] = widgets.NewStep(i + 1)
		lines = append(lines, widgets.Slot{Object: w.steps[i], Before: 12})
	}
	const card = columnWidth
	w.frame = widgets.NewPage(widgets.Column(
		widgets.Slot{Object: w.avatar, Width: 48, Center: true},
		widgets.Slot{Object: w.title, Before: 16},
		widgets.Slot{Object: w.name, Before: 4},
		widgets.Slot{Object: w.line, Before: 16},
		widgets.Slot{Object: w.problem.object, Before: 20, Width: card, Center: true},
		widgets.Slot{Object: widgets.Card(widgets.Column(lines...)), Before: 20, Width: card, Center: true},
		widgets.Slot{Object: widgets.Flow(12, true, w.again, w.copy, w.cancel), Before: 20},
		widgets.Slot{Object: w.hint, Before: 16},
	), 640, 24, true)
	revealing(w.frame, append(w.problem.buttons(), w.buttons()...)...)
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
	w.tick(now)
}

// known maps what is not a state to "to do".
func known(s presenter.StepState) presenter.StepState {
	switch s {
	case presenter.StepActive, presenter.StepDone, presenter.StepFailed:
		return s
	}
	return presenter.StepTodo
}

func stepText(l presenter.StepLine) string {
	switch l.ID {
	case presenter.StepBrowser:
		if l.State == presenter.StepDone {
			return Word("step.browser")
		}
		return Word("step.browser.todo")
	case presenter.StepSignIn:
		if l.State == presenter.StepDone {
			return Word("step.signin.done")
		}
		return Word("step.signin")
	case presenter.StepCheck:
		return Word("step.check")
	case presenter.StepLoad:
		return Word("step.load")
	}
	return ""
}

// back reports whether the browser has come back, so that nothing more is to be
// done there.
func back(v presenter.WaitingView) bool {
	for _, l := range v.Steps {
		if l.ID == presenter.StepSignIn {
			return l.State == presenter.StepDone
		}
	}
	return false
}

func (w *waiting) updateHead(v presenter.WaitingView) {
	host := values{"Host": v.Host, "Store": v.Unlock}
	title, line, bold := "waiting.title", "waiting.line", "Host"
	switch {
	case v.Unlock != "":
		title, line, bold = "waiting.unlock.title", "waiting.unlock.line", "Store"
	case back(v) || v.Person != nil:
		title, line = "waiting.back.title", "waiting.back.line"
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
	setVisible(w.again, browser)
	setVisible(w.copy, browser)
	setVisible(w.hint, browser && v.Browser == presenter.BrowserOpened)

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

// tick draws the time that is left while the person is in the browser.
func (w *waiting) tick(now time.Time) {
	for i, l := range w.view.Steps {
		aside := ""
		if l.ID == presenter.StepSignIn && l.State == presenter.StepActive && !w.view.Deadline.IsZero() {
			aside = countdown(w.view.Deadline.Sub(now))
		}
		w.steps[i].SetAside(aside)
	}
}

// countdown is m:ss, rounded up so that 0:00 means over.
func countdown(d time.Duration) string {
	s := max(0, int((d+time.Second-1)/time.Second))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func (w *waiting) primary() {
	switch {
	case w.problem.shown():
		w.problem.primary()
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
	w.actions.Cancel()
}

func (w *waiting) buttons() []*widgets.Button {
	return []*widgets.Button{w.again, w.copy, w.cancel}
}

func (w *waiting) focusable() []fyne.Focusable {
	return focusables(w.problem.buttons(), w.buttons())
}
