package screens

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// problem is the notice that says what went wrong, with one next step.
type problem struct {
	actions     presenter.Actions
	object      *fyne.Container
	picture     *widgets.Pictogram
	title, text *widgets.Text
	next, copy  *widgets.Button
	close       *widgets.Button

	view *presenter.ProblemView
}

func newProblem(a presenter.Actions) *problem {
	p := &problem{
		actions: a,
		title:   widgets.NewText(theme.SizeBody, theme.ColorWarning, fyne.TextAlignLeading, widgets.FitWrap),
		text:    widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap),
	}
	p.text.SetLive(accessibility.LiveAssertive)
	p.next = widgets.NewButton(widgets.Primary, "", p.primary)
	p.copy = widgets.NewButton(widgets.Plain, Word("problem.copy"), p.copyDetail)
	p.close = widgets.NewCloseButton(Word("problem.close"), a.Dismiss)
	// The cross is drawn over the corner rather than laid out beside the title, so
	// that Tab comes to it last.
	p.picture = widgets.NewPictogram()
	p.object = widgets.Notice(widgets.Layers(
		widgets.Illustrated(p.picture, widgets.Column(
			widgets.Slot{Object: widgets.Inset(0, 32, 0, 0, p.title)},
			widgets.Slot{Object: p.text, Before: 4},
			widgets.Slot{Object: widgets.Flow(8, false, p.next, p.copy), Before: 16},
		)),
		widgets.TopRight(p.close),
	))
	p.object.Hide()
	return p
}

// update shows v, or nothing if it is nil. The State fills in names that the
// problem does not bring.
func (p *problem) update(v *presenter.ProblemView, s presenter.State) {
	setVisible(p.object, v != nil)
	if v == nil {
		p.view = nil
		return
	}
	if p.view == nil || p.view.Code != v.Code || p.view.Detail != v.Detail {
		p.copy.SetText(Word("problem.copy"))
	}
	p.view = v
	w := problemValues(v, s)
	p.title.Set(sentence(problemKey(v.Code, "title"), w), fyne.TextStyle{Bold: true})
	p.text.Set(sentence(problemKey(v.Code, "text"), w), fyne.TextStyle{})
	p.picture.SetMotif(motifs[v.Code])
	p.next.SetText(Word(nextKey(v.Next)))
	setVisible(p.copy, v.Detail != "")
	setVisible(p.close, v.Next != presenter.NextDismiss)
}

// motifs are the drawings of the commonest problems.
var motifs = map[string]widgets.Motif{
	"offline": widgets.MotifNetwork, "provider_unreachable": widgets.MotifNetwork, "server_busy": widgets.MotifClock,
	"clock_skew": widgets.MotifClock, "signin_timeout": widgets.MotifClock, "id_token_expired": widgets.MotifClock, "id_token_iat": widgets.MotifClock,
	"store_locked": widgets.MotifLock, "store_dismissed": widgets.MotifLock, "store_unavailable": widgets.MotifLock, "store_restart": widgets.MotifLock,
	"store_write_failed": widgets.MotifLock, "tls_failed": widgets.MotifLock,
	"browser_failed": widgets.MotifBrowser, "provider_html": widgets.MotifBrowser,
	"refresh_revoked": widgets.MotifKey, "token_invalid_client": widgets.MotifKey,
	"config_invalid": widgets.MotifPage,
	"access_denied":  widgets.MotifStop, "loopback_unavailable": widgets.MotifStop,
}

// problemKey is the key of a problem's words. A code without words is drawn as
// an internal problem; its own code is in the detail.
func problemKey(code, part string) string {
	key := "problem." + code + "." + part
	if Word(key) == key {
		return "problem.internal." + part
	}
	return key
}

// nextKey is the key of the button's word. An unknown step can only be closed.
func nextKey(n presenter.Next) string {
	key := "next." + string(n)
	if Word(key) == key {
		return "next." + string(presenter.NextDismiss)
	}
	return key
}

// sentence is the words for a key, beginning with a capital where a general word
// such as "the provider" stands first. A provider's own name or host is left as
// it is.
func sentence(key string, w values) string {
	s := wordWith(key, w)
	for _, general := range []string{Word("problem.provider"), Word("problem.host"), Word("problem.store")} {
		if strings.HasPrefix(s, general) {
			r, n := utf8.DecodeRuneInString(s)
			return string(unicode.ToUpper(r)) + s[n:]
		}
	}
	return s
}

// problemValues are the problem's own, and general words for what it does not
// name, so that a sentence never has a hole.
func problemValues(v *presenter.ProblemView, s presenter.State) values {
	w := values{
		"Provider": Word("problem.provider"),
		"Host":     Word("problem.host"),
		"Store":    Word("problem.store"),
		"Error":    "",
		"Ports":    "",
		"Seconds":  "",
		"Address":  Word("problem.address"),
		"Clock":    "",
		"Got":      "",
	}
	if skew, err := strconv.Atoi(v.Values["Skew"]); err == nil {
		w["Clock"] = clockWords(skew)
	}
	fill := func(key string, candidates ...string) {
		for _, c := range candidates {
			if c != "" {
				w[key] = c
				return
			}
		}
	}
	fill("Provider", s.Profile.Provider, s.Waiting.Provider, v.Values["Host"])
	fill("Host", s.Waiting.Host)
	fill("Store", s.Waiting.Unlock, s.SignIn.Keep.Name)
	for k, x := range v.Values {
		fill(k, x)
	}
	return w
}

func (p *problem) shown() bool { return p.view != nil && p.object.Visible() }

func (p *problem) primary() {
	switch {
	case p.view == nil:
	case p.view.Next == presenter.NextDismiss:
		p.actions.Dismiss()
	default:
		p.actions.Next()
	}
}

func (p *problem) escape() {
	if p.view != nil {
		p.actions.Dismiss()
	}
}

func (p *problem) copyDetail() {
	if p.view == nil {
		return
	}
	fyne.CurrentApp().Clipboard().SetContent(p.view.Detail)
	p.copy.SetText(Word("problem.copied"))
}

func (p *problem) buttons() []*widgets.Button {
	return []*widgets.Button{p.next, p.copy, p.close}
}
