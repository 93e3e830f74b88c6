package opsuite

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Page is a page of the provider with its forms.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   string
	Forms  []Form
}

// Form is a form with what it would send if no button were pressed.
type Form struct {
	ID, Action string
	Values     url.Values
	Buttons    []Button
}

// Button is a button of a form.
type Button struct{ ID, Name, Value string }

// The providers under test write plain, well-formed forms; an HTML parser
// would be a dependency of every module that runs the suite.
var (
	formElement    = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`)
	controlElement = regexp.MustCompile(`(?is)<(input|button)\b((?:[^>"']|"[^"]*"|'[^']*')*)>`)
	attribute      = regexp.MustCompile(`(?is)([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?`)
)

func parsePage(u *url.URL, status int, header http.Header, body string) *Page {
	p := &Page{URL: u, Status: status, Header: header, Body: body}
	if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
		return p
	}
	for _, m := range formElement.FindAllStringSubmatch(body, -1) {
		attrs := attributes(m[1])
		f := Form{ID: attrs["id"], Action: attrs["action"], Values: url.Values{}}
		for _, c := range controlElement.FindAllStringSubmatch(m[2], -1) {
			f.add(strings.ToLower(c[1]), attributes(c[2]))
		}
		p.Forms = append(p.Forms, f)
	}
	return p
}

// add notes a control, unless it would not be sent.
func (f *Form) add(element string, attrs map[string]string) {
	_, disabled := attrs["disabled"]
	_, checked := attrs["checked"]
	kind := attrs["type"]
	switch {
	case disabled:
	case element == "button":
		f.Buttons = append(f.Buttons, Button{attrs["id"], attrs["name"], attrs["value"]})
	case attrs["name"] == "" || kind == "submit" || (kind == "checkbox" || kind == "radio") && !checked:
	default:
		f.Values.Add(attrs["name"], attrs["value"])
	}
}

func attributes(text string) map[string]string {
	out := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		out[strings.ToLower(m[1])] = html.UnescapeString(m[2] + m[3] + m[4])
	}
	return out
}

// Press returns the submission of the first button that matches, nil if there
// is none.
func (p *Page) Press(kind Kind, match func(Button) bool) *Submission {
	for _, f := range p.Forms {
		for _, b := range f.Buttons {
			if !match(b) {
				continue
			}
			s := &Submission{Page: kind, Action: f.Action, Values: url.Values{}}
			for name, values := range f.Values {
				s.Values[name] = append([]string(nil), values...)
			}
			if b.Name != "" {
				s.Values.Add(b.Name, b.Value)
			}
			return s
		}
	}
	return nil
}
