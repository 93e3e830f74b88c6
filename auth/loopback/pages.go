package loopback

import (
	"bytes"
	"cmp"
	_ "embed"
	"html/template"
	"net/http"
	"strings"
	"unicode"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pages renders the receiver's pages. Nothing of a request gets into them; its
// Accept-Language header chooses among the languages that there are, where the
// program did not.
type pages struct {
	product  string
	language string // BCP 47; "": the browser's
}

func newPages(product, language string) *pages {
	return &pages{product: clean(product), language: language}
}

// to returns the pages for whoever asks.
func (p *pages) to(req *http.Request) page {
	if p.language != "" {
		return page{p.product, textsFor(p.language)}
	}
	return page{p.product, textsFor(accepted(req.Header.Get("Accept-Language"))...)}
}

// page renders pages in one language.
type page struct {
	product string
	texts   texts
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
func (p page) waiting(nonce, provider string) []byte {
	key := "checking.text"
	if provider = clean(provider); provider != "" {
		key = "checking.by"
	}
	v := p.view(nonce)
	v.Title, v.Text = p.word("checking", ""), p.word(key, provider)
	return render(v, "head", "waiting")
}

// verdict is its second part.
func (p page) verdict(nonce string, d Verdict) []byte {
	v := p.view(nonce)
	v.be(d.outcome())
	v.Title, v.Text = d.Title, d.Text
	if v.Title == "" {
		v.Title = p.word(cmp.Or(d.title, string(v.Kind)+".title"), "")
	}
	if v.Text == "" {
		v.Text = p.word(cmp.Or(d.text, string(v.Kind)+".text"), "")
	}
	return render(v, "hide", "end", "foot")
}

// refusal is a whole page that says why a request was not taken.
func (p page) refusal(nonce string, k kind) []byte {
	v := p.view(nonce)
	v.be(k)
	v.Title, v.Text = p.word(string(k)+".title", ""), p.word(string(k)+".text", "")
	return render(v, "head", "end", "foot")
}

func (p page) view(nonce string) view {
	return view{Lang: p.texts.lang, Product: p.product, Nonce: nonce}
}

func (p page) word(key, provider string) string {
	return strings.NewReplacer("{product}", p.product, "{provider}", provider).Replace(p.texts.words[key])
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
