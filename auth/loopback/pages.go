package loopback

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
	"unicode"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pages renders the receiver's pages. Nothing of a request gets into them.
type pages struct {
	product string
	texts   texts
}

func newPages(product, language string) *pages {
	return &pages{product: clean(product), texts: textsFor(language)}
}

// view is what the template sees.
type view struct {
	Lang, Product, Nonce string
	Title, Text          string
	Kind                 kind
	Good, Calm           bool // the sign: a tick, a dash; otherwise an exclamation mark
}

func (v *view) be(k kind) {
	v.Kind, v.Good, v.Calm = k, k == kindSuccess, k == kindCancelled || k == kindOver
}

// waiting is the first part of the page that waits for the verdict.
func (p *pages) waiting(nonce, provider string) []byte {
	text := p.texts.checkAnon
	if provider = clean(provider); provider != "" {
		text = p.texts.checkText
	}
	v := p.view(nonce)
	v.Title, v.Text = p.texts.checking, p.fill(text, provider)
	return render(v, "head", "waiting")
}

// verdict is its second part.
func (p *pages) verdict(nonce string, d Verdict) []byte {
	v := p.view(nonce)
	v.be(d.outcome())
	v.Title, v.Text = d.Title, d.Text
	own := p.texts.pages[v.Kind]
	if v.Title == "" {
		v.Title = p.fill(own.title, "")
	}
	if v.Text == "" {
		v.Text = p.fill(own.text, "")
	}
	return render(v, "hide", "end", "foot")
}

// refusal is a whole page that says why a request was not taken.
func (p *pages) refusal(nonce string, k kind) []byte {
	v := p.view(nonce)
	own := p.texts.pages[k]
	v.be(k)
	v.Title, v.Text = p.fill(own.title, ""), p.fill(own.text, "")
	return render(v, "head", "end", "foot")
}

func (p *pages) view(nonce string) view {
	return view{Lang: p.texts.lang, Product: p.product, Nonce: nonce}
}

func (p *pages) fill(text, provider string) string {
	return strings.NewReplacer("{product}", p.product, "{provider}", provider).Replace(text)
}

func render(v view, parts ...string) []byte {
	var b bytes.Buffer
	for _, name := range parts {
		// The templates are compiled in and a Buffer never fails; the tests
		// render each of them.
		_ = pageTemplate.ExecuteTemplate(&b, name, v)
	}
	return b.Bytes()
}

// clean makes a configured name fit for a line of text.
func clean(name string) string {
	var b strings.Builder
	n := 0
	for _, r := range name {
		if !unicode.IsGraphic(r) {
			continue
		}
		if n++; n > 60 {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
