package screens

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
	"app.latchkey/auth/flow"
)

// updateTry shows an attack: how it stands, and one of its tries.
func (p *flowPanel) updateTry(v presenter.TrialView) {
	p.sum.SetSpans(sumSpan(v))
	p.proof.set("", nil)
	setText(p.why, nil)
	setText(p.checks, nil)
	i := slices.IndexFunc(v.Tries, func(t presenter.Try) bool { return t.ID == v.Selected })
	setVisible(p.title, i >= 0)
	setVisible(p.text, i >= 0)
	if i < 0 {
		setText(p.verdict, nil)
		p.sent.set("", nil)
		p.got.set("", nil)
		setVisible(p.took, false)
		return
	}
	t := v.Tries[i]
	p.title.Set(Word("flow.try."+t.ID+".title"), fyne.TextStyle{Bold: true})
	p.text.Set(Word("flow.try."+t.ID+".text"), fyne.TextStyle{})
	setText(p.verdict, verdictSpans(v.Kind, t))
	method, address, _ := strings.Cut(t.Request, " ")
	p.sent.set(Word("flow.sent"), paramSpans(append([]flow.Param{{Name: method, Value: address}}, t.Sent...)))
	var got []flow.Param
	if t.Status != 0 {
		got = append([]flow.Param{{Name: "HTTP", Value: strconv.Itoa(t.Status)}}, t.Got...)
	}
	p.got.set(Word("flow.got"), paramSpans(got))
	p.took.Set(tookWords(true, t.Took), fyne.TextStyle{})
	setVisible(p.took, t.Took > 0)
}

// sumSpan says in one line how an attack stands.
func sumSpan(v presenter.TrialView) widgets.Span {
	switch {
	case v.Running:
		return widgets.Span{Text: Word("flow.try.running")}
	case v.Failed:
		return widgets.Span{Text: Word("flow.try.broken"), Color: theme.ColorWarning}
	case v.GotIn() > 0:
		return widgets.Span{Text: wordWith("flow.try.in", values{"N": strconv.Itoa(v.GotIn())}), Color: theme.ColorWarning}
	}
	key := "flow.try.none.code"
	if v.Kind == presenter.TrialCallback {
		key = "flow.try.none.callback"
	}
	return widgets.Span{Mark: widgets.MarkGood, Text: Word(key), Color: theme.ColorGood}
}

// verdictSpans say what became of a try, and what that means.
func verdictSpans(kind presenter.TrialKind, t presenter.Try) []widgets.Span {
	mark, word, meaning := flow.Failed, "", ""
	switch {
	case t.Outcome == presenter.TryReady:
		return nil
	case t.Outcome == presenter.TryTaken && t.Honest:
		mark, word, meaning = flow.Passed, Word("flow.try.right"), Word("flow.try.callback.right.text")
	case t.Outcome == presenter.TryTaken && kind == presenter.TrialCallback:
		word, meaning = Word("flow.try.taken"), Word("flow.try.callback.taken.text")
	case t.Outcome == presenter.TryTaken:
		word, meaning = Word("flow.try.taken"), Word("flow.try.code.taken.text")
	case t.Outcome == presenter.TryRefused && t.Honest:
		word = Word("flow.try.lost")
	case t.Outcome == presenter.TryRefused && kind == presenter.TrialCallback:
		mark, word, meaning = flow.Passed, Word("flow.try.refused"), Word("flow.try.callback.refused.text")
	case t.Outcome == presenter.TryRefused:
		mark, word, meaning = flow.Passed, Word("flow.try.refused"), Word("flow.try.code.refused.text")
	default:
		word = Word("flow.try.unclear")
	}
	verdict := checkMark(mark)
	verdict.Text, verdict.Said, verdict.Style = word, "", fyne.TextStyle{Bold: true}
	out := []widgets.Span{verdict}
	if meaning != "" {
		out = append(out, widgets.Span{Text: "\n" + meaning})
	}
	return out
}
