package screens

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// diagnosticsPage draws presenter.DiagnosticsView: a line for each thing that
// was looked at, with one next step where something is wrong.
type diagnosticsPage struct {
	overlay
	summary     *widgets.Text
	again, stop *widgets.Button
	copy        *widgets.Button
	hint        *widgets.Text
	list        *fyne.Container
	lines       []*diagnosticLine // kept, so that nothing flickers
	running     bool
}

func newDiagnosticsPage(a presenter.Actions) *diagnosticsPage {
	p := &diagnosticsPage{list: widgets.Column()}
	p.summary = plainText(theme.SizeSubtitle, base.ColorNameForeground, "")
	p.again = widgets.NewButton(widgets.Secondary, Word("diagnostics.again"), a.RunDiagnostics)
	p.stop = widgets.NewButton(widgets.Secondary, Word("diagnostics.stop"), a.StopDiagnostics)
	p.copy = widgets.NewButton(widgets.Plain, Word("diagnostics.copy"), a.CopyDiagnostics)
	p.hint = plainText(theme.SizeSmall, theme.ColorQuiet, Word("diagnostics.copy.hint"))
	content := widgets.Column(
		widgets.Slot{Object: p.summary},
		widgets.Slot{Object: widgets.Card(p.list), Before: 16},
		widgets.Slot{Object: widgets.Flow(12, false, p.stop, p.again, p.copy), Before: 20},
		widgets.Slot{Object: p.hint, Before: 8},
	)
	p.overlay = newOverlay(a, "diagnostics.title", content)
	revealing(p.frame, p.again, p.stop, p.copy)
	return p
}

func (p *diagnosticsPage) update(s presenter.State, _ time.Time) {
	v := *s.Diagnostics
	p.running = v.Running
	p.summary.SetSpans(summaryOf(v))
	setVisible(p.stop, v.Running)
	setVisible(p.again, !v.Running)
	setVisible(p.copy, !v.Running && len(v.Lines) > 0)
	setVisible(p.hint, p.copy.Visible())
	p.copy.SetText(Word("diagnostics.copy"))
	if v.Copied {
		p.copy.SetText(Word("diagnostics.copied"))
	}
	for len(p.lines) < len(v.Lines) {
		p.lines = append(p.lines, newDiagnosticLine())
	}
	p.lines = p.lines[:len(v.Lines)]
	var slots []widgets.Slot
	for i, l := range v.Lines {
		p.lines[i].update(l)
		slots = append(slots, widgets.Slot{Object: p.lines[i].object, Before: 16})
	}
	fresh := widgets.Column(slots...)
	p.list.Layout, p.list.Objects = fresh.Layout, fresh.Objects
	p.frame.Object.Refresh()
}

func summaryOf(v presenter.DiagnosticsView) widgets.Span {
	bold := fyne.TextStyle{Bold: true}
	if v.Running {
		return widgets.Span{Text: Word("diagnostics.running"), Style: bold}
	}
	for _, l := range v.Lines {
		if l.State == presenter.LineFailed || l.State == presenter.LineWarning {
			return widgets.Span{Text: Word("diagnostics.bad"), Style: bold, Color: theme.ColorWarning}
		}
	}
	return widgets.Span{Text: Word("diagnostics.good"), Style: bold, Color: theme.ColorGood}
}

func (p *diagnosticsPage) tick(time.Time) {}

func (p *diagnosticsPage) primary() {
	if !p.running {
		p.again.Press()
	}
}

func (p *diagnosticsPage) focusable() []fyne.Focusable {
	return focusables([]*widgets.Button{p.back, p.stop, p.again, p.copy})
}

// diagnosticLine is one of the lines: a mark, what it is about, what was found
// and what to do.
type diagnosticLine struct {
	object            *fyne.Container
	mark              *widgets.Text
	about, text, next *widgets.Text
}

func newDiagnosticLine() *diagnosticLine {
	l := &diagnosticLine{
		mark:  widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWhole),
		about: plainText(theme.SizeBody, base.ColorNameForeground, ""),
		text:  plainText(theme.SizeBody, base.ColorNameForeground, ""),
		next:  plainText(theme.SizeBody, theme.ColorQuiet, ""),
	}
	l.object = widgets.Labelled(28, l.mark, widgets.Column(
		widgets.Slot{Object: l.about}, widgets.Slot{Object: l.text, Before: 4}, widgets.Slot{Object: l.next, Before: 4}))
	return l
}

// marks are what is drawn before the lines; what they mean is told in words too.
var marks = map[presenter.LineState]widgets.Span{
	presenter.LineRunning: {Mark: widgets.MarkRunning, Color: theme.ColorQuiet},
	presenter.LineOK:      {Mark: widgets.MarkGood, Color: theme.ColorGood},
	presenter.LineWarning: {Mark: widgets.MarkWarning, Color: theme.ColorWarning},
	presenter.LineFailed:  {Mark: widgets.MarkBad, Color: theme.ColorWarning},
	presenter.LineSkipped: {Mark: widgets.MarkSkipped, Color: theme.ColorQuiet},
}

func (l *diagnosticLine) update(v presenter.DiagnosticLine) {
	mark := marks[v.State]
	l.mark.SetSpans(mark)
	about := v.Values["Provider"]
	if v.ID != presenter.DiagnosticProvider {
		about = Word("diagnostics." + string(v.ID))
	}
	l.about.SetSpans(widgets.Span{Text: about, Style: fyne.TextStyle{Bold: true}},
		widgets.Span{Text: "  " + Word("diagnostics.state."+string(v.State)), Color: mark.Color})
	text, next := diagnosticWords(v)
	l.text.Set(text, fyne.TextStyle{})
	l.next.Set(next, fyne.TextStyle{})
	setVisible(l.text, text != "")
	setVisible(l.next, next != "")
}

// diagnosticWords is what was found, and what to do where that is not well.
func diagnosticWords(v presenter.DiagnosticLine) (text, next string) {
	w := values{"Store": Word("problem.store"), "Provider": Word("problem.provider"), "Host": Word("problem.host"), "Got": "", "Clock": ""}
	for k, x := range v.Values {
		if x != "" {
			w[k] = x
		}
	}
	if skew, err := strconv.Atoi(v.Values["Skew"]); err == nil {
		w["Clock"] = clockWords(skew)
	}
	switch {
	case v.State == presenter.LineRunning || v.Result == "":
		return "", ""
	case v.Result == "stopped":
		return Word("diagnostics.stopped"), ""
	case v.ID == presenter.DiagnosticProvider && v.State == presenter.LineFailed:
		return wordWith("diagnostics.provider.failed", values{"What": sentence("provider.fault."+v.Result+".title", w)}), wordWith("provider.fault."+v.Result+".text", w)
	}
	key := "diagnostics." + string(v.ID) + "." + v.Result
	if v.State != presenter.LineOK && v.State != presenter.LineSkipped {
		next = wordWith(key+".next", w)
	}
	return sentence(key, w), next
}
