package screens

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
	"app.latchkey/auth/flow"
)

// The lanes of the diagram: the four roles of RFC 6749 §1.1.
const (
	laneUser = iota
	laneClient
	laneServer
	laneResources
)

// howSignedIn is the tab "How you signed in": the steps of this account's
// sign-in as a diagram, and beside it what one of them sent and what was checked.
type howSignedIn struct {
	object *fyne.Container
	none   *widgets.Text
	card   *fyne.Container

	diagram     *widgets.Sequence
	title, text *widgets.Text
	sent        *widgets.Text
	sentGround  *fyne.Container
	checks      *widgets.Text
	why         *widgets.Text
	took        *widgets.Text
}

func newHowSignedIn(a presenter.Actions) *howSignedIn {
	text := func(size fyne.ThemeSizeName, c fyne.ThemeColorName) *widgets.Text {
		return widgets.NewText(size, c, fyne.TextAlignLeading, widgets.FitWrap)
	}
	h := &howSignedIn{
		none:   text(theme.SizeBody, theme.ColorQuiet).Set(Word("flow.none"), fyne.TextStyle{}),
		title:  text(theme.SizeBody, base.ColorNameForeground),
		text:   text(theme.SizeSmall, theme.ColorQuiet),
		sent:   text(theme.SizeSmall, base.ColorNameForeground),
		checks: text(theme.SizeSmall, base.ColorNameForeground),
		why:    text(theme.SizeSmall, theme.ColorQuiet),
		took:   text(theme.SizeSmall, theme.ColorQuiet),
	}
	h.diagram = widgets.NewSequence(func(key string) { a.ShowStep(presenter.FlowID(key)) })
	const pad = 2 * theme.Grid
	h.sentGround = widgets.Layers(widgets.NewPanel(theme.ColorCode, "", theme.RadiusSoft), widgets.Inset(pad, pad, pad, pad, h.sent))
	panel := widgets.Column(
		widgets.Slot{Object: h.title},
		widgets.Slot{Object: h.text, Before: 8},
		widgets.Slot{Object: h.sentGround, Before: 12},
		widgets.Slot{Object: h.checks, Before: 12},
		widgets.Slot{Object: h.why, Before: 12},
		widgets.Slot{Object: h.took, Before: 12},
	)
	h.card = widgets.Card(widgets.Split(24, 232, 640, h.diagram, panel))
	h.object = widgets.Column(widgets.Slot{Object: h.none}, widgets.Slot{Object: h.card})
	return h
}

func (h *howSignedIn) update(v presenter.FlowView) {
	setVisible(h.none, len(v.Steps) == 0)
	setVisible(h.card, len(v.Steps) > 0)
	if len(v.Steps) == 0 {
		return
	}
	h.diagram.Set([]string{Word("flow.lane.user"), Word("flow.lane.client"), Word("flow.lane.server"), Word("flow.lane.resources")},
		arrows(v), string(v.Selected))
	i := slices.IndexFunc(v.Steps, func(s presenter.FlowStep) bool { return s.ID == v.Selected })
	if i < 0 {
		return
	}
	step := v.Steps[i]
	words := values{"Provider": v.Provider, "Host": step.Host, "N": fmt.Sprint(i + 1)}
	h.title.Set(wordWith("flow."+string(step.ID)+".title", words), fyne.TextStyle{Bold: true})
	h.text.Set(wordWith("flow."+string(step.ID)+".text", words), fyne.TextStyle{})
	h.sent.SetSpans(paramSpans(step.Params)...)
	setVisible(h.sentGround, len(step.Params) > 0)
	h.checks.SetSpans(checkSpans(step.Checks)...)
	setVisible(h.checks, len(step.Checks) > 0)
	h.why.SetSpans(whySpans(step.ID)...)
	setVisible(h.why, len(whySpans(step.ID)) > 0)
	h.took.Set(tookWords(step), fyne.TextStyle{})
	setVisible(h.took, step.Took > 0 || !step.Known)
}

// arrows are the messages between the roles. The code takes two: it comes back
// through the browser, which is where it could be stolen.
func arrows(v presenter.FlowView) []widgets.Arrow {
	var out []widgets.Arrow
	for _, s := range v.Steps {
		a := widgets.Arrow{Key: string(s.ID), Failed: s.Failed, Label: Word("flow." + string(s.ID) + ".label")}
		switch s.ID {
		case presenter.FlowRequest:
			a.From, a.To, a.Note = laneClient, laneUser, Word("flow.request.note")
		case presenter.FlowSignIn:
			a.From, a.To, a.Note = laneUser, laneServer, Word("flow.signin.note")
		case presenter.FlowResponse:
			a.From, a.To = laneServer, laneUser
			out = append(out, a)
			a = widgets.Arrow{Key: string(s.ID), Failed: s.Failed, From: laneUser, To: laneClient,
				Note: wordWith("flow.response.note", values{"Host": s.Host}), Aside: Word("flow.response.thief")}
		case presenter.FlowExchange:
			a.From, a.To, a.Note = laneClient, laneServer, Word("flow.exchange.note")+milliseconds(s.Took)
		case presenter.FlowProfile:
			a.From, a.To, a.Note = laneClient, laneResources, Word("flow.profile.note")+milliseconds(s.Took)
		}
		if !s.Known {
			a.Note = Word("flow.missing")
		}
		out = append(out, a)
	}
	return out
}

// milliseconds follow a note.
func milliseconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return " · " + wordWith("flow.ms", values{"N": inMilliseconds(d)})
}

func inMilliseconds(d time.Duration) string {
	return fmt.Sprint(max(1, d.Round(time.Millisecond).Milliseconds()))
}

func tookWords(s presenter.FlowStep) string {
	switch {
	case !s.Known:
		return Word("flow.missing")
	case s.Took >= 10*time.Second:
		return wordWith("flow.took.seconds", values{"N": fmt.Sprint(int(s.Took.Round(time.Second) / time.Second))})
	}
	return wordWith("flow.took", values{"N": inMilliseconds(s.Took)})
}

// paramSpans are the parameters, one a line. Addresses and lists break where
// they must.
func paramSpans(params []flow.Param) []widgets.Span {
	mono := fyne.TextStyle{Monospace: true}
	var out []widgets.Span
	for i, p := range params {
		name := p.Name + " "
		if i > 0 {
			name = "\n" + name
		}
		out = append(out, widgets.Span{Text: name, Style: mono, Color: theme.ColorQuiet}, widgets.Span{Text: p.Value, Style: mono})
	}
	return out
}

// checkSpans are the checks, one a line: verdict, name and where the rule is.
func checkSpans(checks []flow.Check) []widgets.Span {
	var out []widgets.Span
	for i, c := range checks {
		mark := widgets.Span{Text: "✓ ", Color: theme.ColorGood}
		switch c.Verdict {
		case flow.Failed:
			mark = widgets.Span{Text: "✗ ", Color: theme.ColorWarning}
		case flow.Skipped:
			mark = widgets.Span{Text: "– ", Color: theme.ColorQuiet}
		}
		if i > 0 {
			mark.Text = "\n" + mark.Text
		}
		out = append(out, mark, widgets.Span{Text: c.Name}, widgets.Span{Text: "  " + c.Spec, Color: theme.ColorQuiet})
	}
	return out
}

// whySpans answer what people ask at a step: why PKCE is needed where the code
// could be read, and how it works where the code is redeemed.
func whySpans(id presenter.FlowID) []widgets.Span {
	question, answer := "", ""
	switch id {
	case presenter.FlowResponse:
		question, answer = Word("flow.why.title"), Word("flow.why.text")
	case presenter.FlowExchange:
		question, answer = Word("flow.how.title"), Word("flow.how.text")
	default:
		return nil
	}
	return []widgets.Span{
		{Text: question + "\n", Style: fyne.TextStyle{Bold: true}, Color: base.ColorNameForeground},
		{Text: answer},
	}
}
