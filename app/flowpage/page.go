package flowpage

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"strconv"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth/flow"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

// view is what the template writes.
type view struct {
	Language, Policy string
	Style            template.CSS // ours, embedded
	Title, About     string
	Began, Issuer    string
	Diagram          drawing
	DiagramTitle     string
	Steps            []section
	Made             string
}

// section is one step.
type section struct {
	ID, Title, Text string
	Failure         string
	Question        string // "Why is PKCE needed?"
	Answer          string
	Proof           []flow.Param
	Match           *mark
	Sent, Got       []flow.Param
	SentWord        string
	GotWord         string
	CheckedWord     string
	Checks          []checked
	Took            string
}

// checked is one check.
type checked struct {
	Mark          mark
	Name, Spec    string
	Expected, Got string // sentences
}

// mark is a verdict: a sign for the eye, a word for a screen reader.
type mark struct{ Class, Sign, Word string }

// page is the record as a page that stands by itself.
func (x Exporter) page(e presenter.Export) ([]byte, error) {
	w, err := wordsOf(e.Language)
	if err != nil {
		return nil, err
	}
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	v := e.View
	v.Trial = nil
	sum := sha256.Sum256([]byte(pageStyle))
	out := view{
		Language: tagOf(e.Language), Style: template.CSS(pageStyle), //nolint:gosec // embedded, no remote text
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Title:  w.say("flow.page.title", map[string]string{"Provider": clean(v.Provider)}),
		About:  w.say("flow.page.about", map[string]string{"Product": x.Product}),
		Began:  w.say("flow.page.began", map[string]string{"When": w.when(v.When, tagOf(e.Language))}),
		Issuer: clean(v.Issuer), DiagramTitle: w.say("tab.flow", nil), Diagram: draw(v.Diagram(), w),
		Made: x.Product + " " + x.Version + " · " + w.when(e.At, tagOf(e.Language)),
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, w.section(s, v))
	}
	var b bytes.Buffer
	if err := t.Execute(&b, out); err != nil {
		return nil, fmt.Errorf("writing the page: %w", err)
	}
	return b.Bytes(), nil
}

func tagOf(tag string) string {
	if tag == "" {
		return "en"
	}
	return tag
}

// clean makes remote text fit to be shown; the template makes it text.
func clean(s string) string { return flow.Public("", s).Value }

func (w words) section(s presenter.FlowStep, v presenter.FlowView) section {
	key := "flow." + string(s.ID)
	values := map[string]string{"Provider": clean(v.Provider), "Host": clean(s.Host)}
	text := key + ".text"
	if s.ToAPI {
		text = "flow.identity.text.api"
	}
	out := section{ID: string(s.ID), Title: w.say(key+".title", values), Text: w.say(text, values), Took: w.took(s),
		Sent: redactParams(s.Sent), Got: redactParams(s.Got),
		SentWord: w["flow.sent"], GotWord: w["flow.got"], CheckedWord: w["flow.checked"]}
	if s.Failed {
		out.Failure = w.problem(s.Problem, values)
	}
	for _, c := range redactChecks(s.Checks) {
		c = presenter.CheckIn(c, w.phrase)
		x := checked{Mark: w.mark(c.Verdict), Name: c.Name, Spec: c.Spec}
		if c.Expected != "" {
			x.Expected = w.say("flow.wanted", map[string]string{"Expected": c.Expected})
		}
		if c.Got != "" {
			x.Got = w.say("flow.was", map[string]string{"Got": c.Got})
		}
		out.Checks = append(out.Checks, x)
	}
	w.explain(&out, s.ID, v.PKCE)
	return out
}

// explain answers why PKCE is needed and how it works, at the steps where it
// matters.
func (w words) explain(out *section, id presenter.FlowID, p *presenter.PKCEView) {
	switch id {
	case presenter.FlowResponse:
		out.Question, out.Answer = w["flow.why.title"], w["flow.why.text"]
		if p != nil && p.Code != "" {
			out.Answer = w.say("flow.why.own", map[string]string{"Code": masked(p.Code)})
		}
	case presenter.FlowExchange:
		out.Question, out.Answer = w["flow.how.title"], w["flow.how.text"]
		if p == nil || p.Verifier == "" {
			return
		}
		out.Answer = w.say("flow.how.own", map[string]string{"Sent": masked(p.Sent), "Verifier": masked(p.Verifier)})
		out.Proof = []flow.Param{{Name: "code_verifier", Value: masked(p.Verifier)}, {Name: "SHA-256", Value: masked(p.Hash)}, {Name: "code_challenge", Value: masked(p.Sent)}}
		m := mark{"good", "✓", w["flow.match"]}
		if !p.Match {
			m = mark{"bad", "✗", w["flow.differ"]}
		}
		out.Match = &m
	}
}

// problem is what went wrong, in words; its code where there are none.
func (w words) problem(code string, values map[string]string) string {
	key := "problem." + code + ".title"
	if _, known := w[key]; !known {
		return clean(code)
	}
	return w.say(key, values)
}

func (w words) mark(v flow.Verdict) mark {
	switch v {
	case flow.Passed:
		return mark{"good", "✓", w["flow.page.passed"]}
	case flow.Failed:
		return mark{"bad", "✗", w["flow.failed"]}
	}
	return mark{"quiet", "–", w["flow.page.skipped"]}
}

func (w words) took(s presenter.FlowStep) string {
	switch {
	case !s.Known:
		return w["flow.missing"]
	case s.Took <= 0:
		return ""
	case s.Took >= 10*time.Second:
		return w.say("flow.took.seconds", map[string]string{"N": strconv.Itoa(int(s.Took.Round(time.Second) / time.Second))})
	}
	return w.say("flow.took", map[string]string{"N": milliseconds(s.Took)})
}
