package screens

import (
	"strings"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// checkLabel is the width of the labels in the card of a check.
const checkLabel = 200

// issuerCheck is the card that says what was found at an issuer, or why it can't
// be used.
type issuerCheck struct {
	actions     presenter.Actions
	object      *fyne.Container
	title, text *widgets.Text
	rows        *fyne.Container
	missing     *widgets.Text
	steps       *fyne.Container
	use, again  *widgets.Button

	view *presenter.IssuerCheck
}

func newIssuerCheck(a presenter.Actions) *issuerCheck {
	c := &issuerCheck{actions: a, rows: widgets.Column()}
	c.title = plainText(theme.SizeBody, base.ColorNameForeground, "")
	c.text = plainText(theme.SizeBody, base.ColorNameForeground, "")
	c.title.SetLive(accessibility.LivePolite)
	c.text.SetLive(accessibility.LivePolite)
	c.missing = plainText(theme.SizeSmall, theme.ColorQuiet, "")
	c.use = widgets.NewButton(widgets.Secondary, "", a.UseIssuer)
	c.again = widgets.NewButton(widgets.Secondary, Word("provider.check.again"), a.CheckIssuer)
	c.steps = widgets.Flow(12, false, c.use, c.again)
	c.object = widgets.Card(widgets.Column(
		widgets.Slot{Object: c.title},
		widgets.Slot{Object: c.text, Before: 4},
		widgets.Slot{Object: c.rows, Before: 12},
		widgets.Slot{Object: c.missing, Before: 12},
		widgets.Slot{Object: c.steps, Before: 12},
	))
	return c
}

func (c *issuerCheck) buttons() []*widgets.Button { return []*widgets.Button{c.use, c.again} }

func (c *issuerCheck) update(v *presenter.IssuerCheck) {
	setVisible(c.object, v != nil)
	c.view = v
	if v == nil {
		return
	}
	wrong, good := v.State == presenter.CheckWrong, v.State == presenter.CheckGood
	setVisible(c.text, wrong)
	setVisible(c.rows, good)
	setVisible(c.missing, good && len(v.Missing) > 0)
	setVisible(c.use, wrong && v.Suggest != "")
	setVisible(c.steps, wrong)
	switch {
	case good:
		c.drawGood(v)
	case wrong:
		c.drawWrong(v)
	default:
		c.title.SetSpans(widgets.Span{Text: Word("provider.check.running"), Color: theme.ColorQuiet})
	}
}

func (c *issuerCheck) drawGood(v *presenter.IssuerCheck) {
	c.title.SetSpans(
		widgets.Span{Mark: widgets.MarkGood, Text: wordWith("provider.check.good", values{"Host": v.Host}), Style: fyne.TextStyle{Bold: true}, Color: theme.ColorGood})
	rows := []widgets.Slot{checkRow(Word("provider.check.issuer"), v.Issuer, 0)}
	for _, e := range v.Endpoints {
		rows = append(rows, checkRow(endpointWord(e.ID), e.Host, 4))
	}
	if !v.Plain {
		pkce := Word("provider.check.pkce.unlisted")
		if v.S256 {
			pkce = Word("provider.check.pkce.yes")
		}
		rows = append(rows, checkRow(Word("provider.check.pkce"), pkce, 4))
	}
	fresh := widgets.Column(rows...)
	c.rows.Layout, c.rows.Objects = fresh.Layout, fresh.Objects
	c.rows.Refresh()
	var lacks []string
	for _, id := range v.Missing {
		lacks = append(lacks, endpointWord(id))
	}
	c.missing.Set(wordWith("provider.check.missing", values{"What": strings.Join(lacks, ", ")}), fyne.TextStyle{})
}

func endpointWord(id presenter.EndpointID) string { return Word("provider.check." + string(id)) }

func checkRow(label, value string, before float32) widgets.Slot {
	return widgets.Slot{Object: widgets.Labelled(checkLabel, plainText(theme.SizeSmall, theme.ColorQuiet, label),
		plainText(theme.SizeSmall, base.ColorNameForeground, value)), Before: before}
}

func (c *issuerCheck) drawWrong(v *presenter.IssuerCheck) {
	w := values{"Host": v.Host, "Got": v.Got}
	if v.Host == "" {
		w["Host"] = Word("problem.host")
	}
	key := "provider.fault." + v.Fault
	c.title.SetSpans(widgets.Span{Text: sentence(key+".title", w), Style: fyne.TextStyle{Bold: true}, Color: theme.ColorWarning})
	spans := []widgets.Span{{Text: wordWith(key+".text", w)}}
	if v.Passing {
		spans = append(spans, widgets.Span{Text: " " + Word("provider.check.passing"), Color: theme.ColorQuiet})
	}
	c.text.SetSpans(spans...)
	c.use.SetText(wordWith("provider.check.use", values{"Issuer": v.Suggest}))
}

// redirectRow is the redirect URI to register, with a button that copies it.
type redirectRow struct {
	object         *fyne.Container
	label, address *widgets.Text
	port           *widgets.Text
	row            *fyne.Container
	copy           *widgets.Button
}

func newRedirectRow(a presenter.Actions) *redirectRow {
	r := &redirectRow{
		label:   plainText(theme.SizeSmall, theme.ColorQuiet, ""),
		address: widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap),
		port:    plainText(theme.SizeSmall, theme.ColorQuiet, Word("provider.redirect.port")),
		copy:    widgets.NewButton(widgets.Soft, Word("provider.redirect.copy"), a.CopyRedirect),
	}
	r.row = widgets.Ends(12, false, r.address, r.copy)
	r.object = widgets.Column(
		widgets.Slot{Object: r.label},
		widgets.Slot{Object: r.row, Before: 4},
		widgets.Slot{Object: r.port, Before: 4},
	)
	return r
}

func (r *redirectRow) update(v presenter.NewProviderView) {
	there := v.Redirect != ""
	setVisible(r.row, there)
	setVisible(r.port, there)
	r.label.Set(Word("provider.redirect.none"), fyne.TextStyle{})
	if there {
		r.label.Set(Word("provider.redirect"), fyne.TextStyle{})
	}
	r.address.Set(v.Redirect, fyne.TextStyle{Monospace: true})
	r.copy.SetText(Word("provider.redirect.copy"))
	if v.Copied {
		r.copy.SetText(Word("provider.redirect.copied"))
	}
}
