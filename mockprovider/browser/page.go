package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// page is a parsed page with its forms.
type page struct {
	ids       map[string]bool
	refreshTo string
	forms     []form
}

// form is a form with what it would send.
type form struct {
	action  string
	fields  []field
	buttons []button
}

type field struct {
	name, value       string
	checkbox, checked bool
}

type button struct{ id, name, value string }

var errNoButton = errors.New("the page has no such button")

// parsePage reads a page's forms as a browser would.
func parsePage(body string) (*page, error) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	p := &page{ids: map[string]bool{}}
	p.walk(root, nil)
	return p, nil
}

// walk collects ids and forms below a node; f is the form around it.
func (p *page) walk(n *html.Node, f *form) {
	if n.Type == html.ElementNode {
		if id := attr(n, "id"); id != "" {
			p.ids[id] = true
		}
		switch n.Data {
		case "form":
			p.forms = append(p.forms, form{action: attr(n, "action")})
			p.walkForm(n)
			return
		case "meta":
			if strings.EqualFold(attr(n, "http-equiv"), "refresh") {
				p.refreshTo = attr(n, "content")
			}
		case "input", "button":
			f.add(n)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, f)
	}
}

func (p *page) walkForm(n *html.Node) {
	f := &form{action: attr(n, "action")}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, f)
	}
	p.forms[len(p.forms)-1] = *f
}

// add notes an input or button of the form, unless it is disabled.
func (f *form) add(n *html.Node) {
	if f == nil || hasAttr(n, "disabled") {
		return
	}
	if n.Data == "button" {
		f.buttons = append(f.buttons, button{attr(n, "id"), attr(n, "name"), attr(n, "value")})
		return
	}
	box := attr(n, "type") == "checkbox"
	f.fields = append(f.fields, field{attr(n, "name"), attr(n, "value"), box, hasAttr(n, "checked")})
}

func (p *page) has(id string) bool { return p.ids[id] }

// refresh returns where the page goes by itself, by header or meta element.
func (p *page) refresh(header string) (time.Duration, string, bool) {
	if header != "" {
		return parseRefresh(header)
	}
	return parseRefresh(p.refreshTo)
}

// press returns the request of the first button for which match is true. tick
// says whether a ticked box stays ticked; nil leaves all as they are.
func (p *page) press(ctx context.Context, base *url.URL, match func(button) bool, tick func(value string) bool) (*http.Request, error) {
	for _, f := range p.forms {
		for _, b := range f.buttons {
			if match(b) {
				return f.submit(ctx, base, b, tick)
			}
		}
	}
	return nil, errNoButton
}

// submit returns the POST that a browser would send.
func (f form) submit(ctx context.Context, base *url.URL, pressed button, tick func(string) bool) (*http.Request, error) {
	values := url.Values{}
	for _, in := range f.fields {
		if in.name == "" || in.checkbox && (!in.checked || tick != nil && !tick(in.value)) {
			continue
		}
		values.Add(in.name, in.value)
	}
	if pressed.name != "" {
		values.Add(pressed.name, pressed.value)
	}
	target, err := base.Parse(f.action)
	if err != nil {
		return nil, fmt.Errorf("the form's action: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, fmt.Errorf("sending the form: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	setOrigin(request, base)
	return request, nil
}

// setOrigin tells where a form comes from as a browser does: the page's
// Referrer-Policy (same-origin) hides that from other origins.
func setOrigin(request *http.Request, base *url.URL) {
	origin, site := base.Scheme+"://"+base.Host, "same-origin"
	switch {
	case request.URL.Scheme == base.Scheme && request.URL.Host == base.Host:
	case request.URL.Scheme == base.Scheme && request.URL.Hostname() == base.Hostname():
		origin, site = "null", "same-site"
	default:
		origin, site = "null", "cross-site"
	}
	request.Header.Set("Origin", origin)
	request.Header.Set("Sec-Fetch-Site", site)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
