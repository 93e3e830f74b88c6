package rpcheck

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/mockprovider/browser"
)

// markup is what an attacker puts into a parameter in the hope that a page shows it.
const markup = `"><script>rpcheck()</script><img src=x onerror=rpcheck()>`

// reply is an attack on, or by, the pages that the client shows in the browser.
type reply struct {
	name, about, must, spec string
	no                      int
	// change changes the right response's query; nil leaves it.
	change func(url.Values)
	// wrong says what is wrong about one of the client's replies. last is the page
	// at which the browser stays.
	wrong func(v *browser.Visit, s *Stand, last bool) string
}

var replies = []reply{
	{name: "markup-in-error", no: 14, spec: "RFC 6749 §10.14",
		about: "error, error_description and error_uri hold script, and the state is right", must: "show none of it as markup",
		change: func(q url.Values) {
			q.Del("code")
			for _, name := range []string{"error", "error_description", "error_uri", "session_state"} {
				q.Set(name, markup)
			}
		}, wrong: showsMarkup},
	{name: "markup-in-stray", no: 14, spec: "RFC 6749 §10.14",
		about: "the same without the state", must: "show none of it as markup",
		change: func(q url.Values) {
			for _, name := range []string{"code", "state", "error", "error_description", markup} {
				q.Set(name, markup)
			}
		}, wrong: showsMarkup},
	{name: "open-redirect", no: 16, spec: "RFC 9700 §4.11, RFC 6749 §10.15",
		about: "the response carries next, url, return_to, redirect_uri, … with an address of the attacker's", must: "lead to addresses of its own alone",
		change: func(q url.Values) {
			for _, name := range []string{"next", "url", "return_to", "returnUrl", "redirect", "redirect_uri", "continue", "success_url", "failure_url", "error_uri"} {
				q.Set(name, "https://evil.test/")
			}
		},
		wrong: func(v *browser.Visit, s *Stand, _ bool) string {
			at, err := url.Parse(v.URL)
			if err != nil {
				return "it answers from an address that cannot be read"
			}
			if to, err := at.Parse(v.Header.Get("Location")); err != nil || to.Host != s.Redirect().Host {
				return "it sends the browser elsewhere"
			}
			if strings.Contains(v.Body, "evil.test") || strings.Contains(v.Header.Get("Refresh"), "evil.test") {
				return "its page leads elsewhere"
			}
			return ""
		}},
	{name: "code-in-address-bar", no: 12, spec: "RFC 9700 §4.2, §4.3",
		about: "somebody looks into the address bar and the history afterwards", must: "leave the browser at an address without code and state",
		wrong: func(v *browser.Visit, _ *Stand, last bool) string {
			at, err := url.Parse(v.URL)
			if err != nil || last && (at.Query().Has("code") || at.Query().Has("state")) && !strings.Contains(v.Body, "replaceState") {
				return "the browser stays at an address with the code"
			}
			return ""
		}},
	{name: "code-in-referer", no: 12, spec: "RFC 9700 §4.2",
		about: "the page that got the code leads elsewhere, or loads something", must: "send Referrer-Policy: no-referrer, or redirect at once",
		wrong: func(v *browser.Visit, _ *Stand, _ bool) string {
			if v.Header.Get("Location") == "" && v.Header.Get("Referrer-Policy") != "no-referrer" {
				return "its page has no Referrer-Policy: no-referrer"
			}
			return ""
		}},
	{name: "page-cached", no: 12, spec: "RFC 9700 §4.3",
		about: "somebody looks into the browser's cache", must: "send Cache-Control: no-store with every reply",
		wrong: func(v *browser.Visit, _ *Stand, _ bool) string {
			if !strings.Contains(v.Header.Get("Cache-Control"), "no-store") {
				return "a reply may be cached"
			}
			return ""
		}},
	{name: "page-framed", no: 32, spec: "RFC 9700 §4.16, RFC 6749 §10.13",
		about: "a page of the attacker's shows the client's pages in a frame", must: "forbid it, by frame-ancestors or X-Frame-Options",
		wrong: func(v *browser.Visit, _ *Stand, _ bool) string {
			framed := strings.Contains(v.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") || strings.EqualFold(v.Header.Get("X-Frame-Options"), "DENY")
			if v.Header.Get("Location") == "" && !framed {
				return "its page may be framed"
			}
			return ""
		}},
}

// showsMarkup says whether a reply holds the markup in a form that a browser takes
// for a page.
func showsMarkup(v *browser.Visit, _ *Stand, _ bool) string {
	plain := strings.HasPrefix(v.Header.Get("Content-Type"), "text/plain") && v.Header.Get("X-Content-Type-Options") == "nosniff"
	if strings.Contains(v.Body, "<script>rpcheck") && !plain {
		return "its page shows the markup as it came"
	}
	return ""
}

func replyAttacks() []Case {
	var cases []Case
	for _, x := range replies {
		cases = append(cases, Case{Name: "attack/" + x.name, Kind: Attack, Want: Refuse, About: x.about, Must: x.must, Spec: x.spec,
			Source: attackNumber(x.no), Play: x.play})
	}
	return append(cases, Case{Name: "attack/start-page-read", Kind: Attack, Want: Refuse, Source: attackNumber(7), Spec: "RFC 9700 §4.7",
		About: "a program asks the client's port for /, /login, /start and other pages that lead to the provider",
		Must:  "tell nobody state or code challenge but the browser that was opened", Play: startPageRead})
}

func (x reply) play(ctx context.Context, s *Stand) Outcome {
	_, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	if x.change != nil {
		q := response.URL.Query()
		x.change(q)
		response.URL.RawQuery = q.Encode()
	}
	s.Person.Stop = func(*http.Request) bool { return true } // so that each reply is seen
	for next := response; next != nil; {
		visit, err := s.Deliver(ctx, s.Person, next)
		if err != nil {
			break
		}
		next = visit.Next
		if wrong := x.wrong(visit, s, next == nil); wrong != "" {
			return Took("%s", wrong)
		}
	}
	return Withstood("nothing is wrong about its replies")
}

func startPageRead(ctx context.Context, s *Stand) Outcome {
	_, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	for _, path := range []string{"", "/", "/index.html", "/start", "/start/", "/login", "/signin", "/sign-in", "/authorize", "/auth", "/oauth", "/done", "/done/"} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Redirect().Host+path, nil)
		if err != nil {
			return RefusedBy(SignIn, err)
		}
		stranger := s.Browser(Stranger)
		stranger.Stop = func(*http.Request) bool { return true }
		visit, err := s.Deliver(ctx, stranger, request)
		if err != nil {
			break
		}
		told := visit.Body + visit.Header.Get("Location") + visit.Header.Get("Refresh")
		for _, name := range []string{"state", "code_challenge", "nonce"} {
			if value := s.Request().Get(name); value != "" && strings.Contains(told, url.QueryEscape(value)) {
				return Took("%q tells anybody %s", path, name)
			}
		}
	}
	return s.goesOn(ctx, response)
}
