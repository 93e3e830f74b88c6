package screens

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
	"app.latchkey/auth/flow"
)

// flowPanel is beside the diagram of "How you signed in": all that is known of
// the step that is chosen, or of the try.
type flowPanel struct {
	object *fyne.Container

	sum     *widgets.Text // of an attack
	title   *widgets.Text
	text    *widgets.Text
	verdict *widgets.Text
	proof   *codeBox // the two halves of PKCE
	why     *widgets.Text
	sent    *codeBox
	got     *codeBox
	checks  *widgets.Text
	took    *widgets.Text
}

// codeBox is a heading, and below it names and values on a ground of their own.
type codeBox struct {
	object *fyne.Container
	head   *widgets.Text
	body   *widgets.Text
}

func newCodeBox() *codeBox {
	const pad = 2 * theme.Grid
	b := &codeBox{head: smallText(base.ColorNameForeground), body: smallText(base.ColorNameForeground)}
	b.object = widgets.Column(
		widgets.Slot{Object: b.head},
		widgets.Slot{Object: widgets.Layers(widgets.NewPanel(theme.ColorCode, "", theme.RadiusSoft), widgets.Inset(pad, pad, pad, pad, b.body)), Before: 4},
	)
	return b
}

// set hides the box where there is nothing.
func (b *codeBox) set(head string, spans []widgets.Span) {
	b.head.Set(head, fyne.TextStyle{Bold: true})
	setVisible(b.head, head != "")
	b.body.SetSpans(spans...)
	setVisible(b.object, len(spans) > 0)
}

func newFlowPanel() *flowPanel {
	p := &flowPanel{
		sum:     smallText(theme.ColorQuiet),
		title:   widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap),
		text:    smallText(theme.ColorQuiet),
		verdict: smallText(base.ColorNameForeground),
		proof:   newCodeBox(),
		why:     smallText(theme.ColorQuiet),
		sent:    newCodeBox(),
		got:     newCodeBox(),
		checks:  smallText(base.ColorNameForeground),
		took:    smallText(theme.ColorQuiet),
	}
	p.object = widgets.Column(
		widgets.Slot{Object: p.sum},
		widgets.Slot{Object: p.title, Before: 12},
		widgets.Slot{Object: p.text, Before: 8},
		widgets.Slot{Object: p.verdict, Before: 8},
		widgets.Slot{Object: p.proof.object, Before: 12},
		widgets.Slot{Object: p.why, Before: 12},
		widgets.Slot{Object: p.sent.object, Before: 12},
		widgets.Slot{Object: p.got.object, Before: 12},
		widgets.Slot{Object: p.checks, Before: 12},
		widgets.Slot{Object: p.took, Before: 12},
	)
	return p
}

func (p *flowPanel) update(v presenter.FlowView) {
	setVisible(p.sum, v.Trial != nil)
	if v.Trial != nil {
		p.updateTry(*v.Trial)
		return
	}
	i := slices.IndexFunc(v.Steps, func(s presenter.FlowStep) bool { return s.ID == v.Selected })
	if i < 0 {
		return
	}
	s := v.Steps[i]
	p.title.Set(Word("flow."+string(s.ID)+".title"), fyne.TextStyle{Bold: true})
	p.text.Set(whatHappens(s, v.Provider), fyne.TextStyle{})
	setText(p.verdict, failureSpans(s))
	p.proof.set("", proofSpans(s.ID, v.PKCE))
	setText(p.why, whySpans(s.ID, v.PKCE))
	p.sent.set(Word("flow.sent"), paramSpans(s.Sent))
	p.got.set(Word("flow.got"), paramSpans(s.Got))
	setText(p.checks, checkSpans(s.Checks))
	p.took.Set(tookWords(s.Known, s.Took), fyne.TextStyle{})
	setVisible(p.took, s.Took > 0 || !s.Known)
}

// setText hides a text that has nothing to say.
func setText(t *widgets.Text, spans []widgets.Span) {
	t.SetSpans(spans...)
	setVisible(t, len(spans) > 0)
}

func whatHappens(s presenter.FlowStep, provider string) string {
	key := "flow." + string(s.ID) + ".text"
	if s.ToAPI {
		key = "flow.identity.text.api"
	}
	return wordWith(key, values{"Provider": provider, "Host": s.Host})
}

// failureSpans say what went wrong in a step.
func failureSpans(s presenter.FlowStep) []widgets.Span {
	if !s.Failed {
		return nil
	}
	general := values{"Provider": Word("problem.provider"), "Host": Word("problem.host"), "Store": Word("problem.store")}
	return []widgets.Span{{Mark: widgets.MarkBad, Said: Word("flow.failed"), Text: sentence(problemKey(s.Problem, "title"), general), Color: theme.ColorWarning}}
}

func tookWords(known bool, took time.Duration) string {
	switch {
	case !known:
		return Word("flow.missing")
	case took >= 10*time.Second:
		return wordWith("flow.took.seconds", values{"N": strconv.Itoa(int(took.Round(time.Second) / time.Second))})
	}
	return wordWith("flow.took", values{"N": inMilliseconds(took)})
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

// shortSpec is where a rule stands, in the words that people who work with it
// use: the panel is narrow.
func shortSpec(spec string) string {
	return strings.NewReplacer("OpenID Connect Core", "OIDC Core", "OpenID Connect Discovery", "OIDC Discovery").Replace(spec)
}

// checkSpans are the checks, one a line: verdict, name and where the rule is;
// and of one that failed, what was expected and what came.
func checkSpans(checks []flow.Check) []widgets.Span {
	if len(checks) == 0 {
		return nil
	}
	out := []widgets.Span{{Text: Word("flow.checked"), Style: fyne.TextStyle{Bold: true}}}
	for _, c := range checks {
		c = presenter.CheckIn(c, phrase)
		out = append(out, newLine, checkMark(c.Verdict), widgets.Span{Text: c.Name}, widgets.Span{Text: "  " + shortSpec(c.Spec), Color: theme.ColorQuiet})
		if c.Verdict != flow.Failed {
			continue
		}
		if c.Expected != "" {
			out = append(out, newLine, widgets.Span{Mark: widgets.MarkRoom, Text: wordWith("flow.wanted", values{"Expected": c.Expected}), Color: theme.ColorQuiet})
		}
		if c.Got != "" {
			out = append(out, newLine, widgets.Span{Mark: widgets.MarkRoom, Text: wordWith("flow.was", values{"Got": c.Got}), Color: theme.ColorQuiet})
		}
	}
	return out
}

var newLine = widgets.Span{Text: "\n"}

// checkMark is how a check ended, as a mark and for screen readers in a word.
func checkMark(v flow.Verdict) widgets.Span {
	switch v {
	case flow.Failed:
		return widgets.Span{Mark: widgets.MarkBad, Said: Word("flow.failed"), Color: theme.ColorWarning}
	case flow.Skipped:
		return widgets.Span{Mark: widgets.MarkSkipped, Said: Word("flow.page.skipped"), Color: theme.ColorQuiet}
	}
	return widgets.Span{Mark: widgets.MarkGood, Said: Word("flow.page.passed"), Color: theme.ColorGood}
}

// proofSpans are the two halves of PKCE with the person's own values, where the
// code is redeemed.
func proofSpans(id presenter.FlowID, v *presenter.PKCEView) []widgets.Span {
	if id != presenter.FlowExchange || v == nil {
		return nil
	}
	verdict, word := flow.Passed, "flow.match"
	if !v.Match {
		verdict, word = flow.Failed, "flow.differ"
	}
	lines := paramSpans([]flow.Param{{Name: "code_verifier ", Value: v.Verifier}, {Name: "SHA-256       ", Value: v.Hash}, {Name: "code_challenge", Value: v.Sent}})
	mark := checkMark(verdict)
	mark.Text, mark.Said = Word(word), ""
	return append(lines, newLine, mark, widgets.Span{Text: "  " + v.Spec, Color: theme.ColorQuiet})
}

// whySpans answer what people ask at a step: why PKCE is needed where the code
// could be read, and how it works where the code is redeemed.
func whySpans(id presenter.FlowID, v *presenter.PKCEView) []widgets.Span {
	own := v != nil && v.Code != "" && v.Verifier != ""
	question, answer := "", ""
	switch {
	case id == presenter.FlowResponse && own:
		question, answer = Word("flow.why.title"), wordWith("flow.why.own", values{"Code": v.Code})
	case id == presenter.FlowResponse:
		question, answer = Word("flow.why.title"), Word("flow.why.text")
	case id == presenter.FlowExchange && own:
		question, answer = Word("flow.how.title"), wordWith("flow.how.own", values{"Sent": v.Sent, "Verifier": v.Verifier})
	case id == presenter.FlowExchange:
		question, answer = Word("flow.how.title"), Word("flow.how.text")
	default:
		return nil
	}
	return []widgets.Span{
		{Text: question + "\n", Style: fyne.TextStyle{Bold: true}, Color: base.ColorNameForeground},
		{Text: answer},
	}
}
