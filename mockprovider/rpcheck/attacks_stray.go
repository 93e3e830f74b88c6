package rpcheck

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"app.latchkey/mockprovider/browser"
)

// stray is a request that comes to the redirect URI before the right response.
type stray struct {
	name, about, must, spec string
	no                      int
	// own says that it comes from the user's own browser, as a page in it can make
	// it: with its cookies.
	own bool
	// times is how often it comes; 0 is once.
	times int
	// change makes the stray from a GET of the bare redirect URI. right is the
	// right response's query.
	change func(request *http.Request, right url.Values)
	// wrong says what is wrong about the reply; nil if any reply will do.
	wrong func(v *browser.Visit, right url.Values) string
}

func query(values string) func(*http.Request, url.Values) {
	return func(r *http.Request, right url.Values) {
		r.URL.RawQuery = strings.NewReplacer("{state}", url.QueryEscape(right.Get("state")), "{code}", url.QueryEscape(right.Get("code"))).Replace(values)
	}
}

// strays are what anybody can send who finds the port.
var strays = []stray{
	{name: "forged-error", no: 5, spec: "RFC 8252 §8.9, RFC 6749 §10.12",
		about: "a program sends error=access_denied without a state while the client waits",
		must:  "answer 4xx and go on waiting", change: query("error=access_denied")},
	{name: "forged-error-in-own-browser", no: 5, own: true, spec: "RFC 8252 §8.9, RFC 6749 §10.12",
		about: "a page makes the user's own browser send error=access_denied without a state",
		must:  "answer 4xx and go on waiting", change: query("error=access_denied")},
	{name: "forged-error-with-state", no: 5, own: true, spec: "RFC 8252 §8.9, RFC 6749 §10.12",
		about: "an error with a state that was guessed", must: "compare state on errors too, and go on waiting",
		change: query("error=server_error&error_description=x&state=guessed")},
	{name: "forged-code", no: 5, own: true, spec: "RFC 8252 §8.9, RFC 9700 §4.7",
		about: "a code with a state that was guessed", must: "not redeem it, and go on waiting",
		change: query("code=junk&state=guessed")},
	{name: "forged-code-without-state", no: 5, own: true, spec: "RFC 8252 §8.9, RFC 6749 §10.12",
		about: "a code and no state", must: "not redeem it, and go on waiting", change: query("code=junk")},
	{name: "forged-code-with-empty-state", no: 3, own: true, spec: "RFC 6749 §10.12",
		about: "a code and an empty state", must: "not redeem it, and go on waiting", change: query("code=junk&state=")},
	{name: "junk-code-with-right-state-elsewhere", no: 13, spec: "RFC 6749 §10.12",
		about: "somebody who learnt the state sends it with a code from another browser",
		must:  "bind the attempt to the browser that began it, and go on waiting", change: query("code=junk&state={state}")},
	{name: "right-error-elsewhere", no: 13, spec: "RFC 6749 §10.12",
		about: "somebody who learnt the state sends it with error=access_denied from another browser",
		must:  "bind the attempt to the browser that began it, and go on waiting", change: query("error=access_denied&state={state}")},
	{name: "state-twice", no: 3, own: true, spec: "RFC 6749 §3.1",
		about: "the right state and another one, in one answer", must: "refuse repeated parameters, and go on waiting",
		change: query("code=junk&state={state}&state=guessed")},
	{name: "code-twice", no: 3, own: true, spec: "RFC 6749 §3.1",
		about: "two codes in one answer, with the right state", must: "refuse repeated parameters, and go on waiting",
		change: query("code=junk&code={code}&state={state}")},
	{name: "wrong-host", no: 6, own: true, spec: "RFC 9110 §7.4",
		about: "a code with the right state under another Host, as after DNS rebinding", must: "answer nothing but 4xx under another name",
		change: func(r *http.Request, right url.Values) {
			query("code=junk&state={state}")(r, right)
			r.Host = "evil.test:" + r.URL.Port()
		},
		wrong: func(v *browser.Visit, _ url.Values) string {
			if v.Status < 400 {
				return "it answers a request that is not for it"
			}
			return ""
		}},
	{name: "preflight", no: 5, own: true, spec: "RFC 8252 §8.9",
		about: "a page's preflight (OPTIONS), which asks whether it may read and send more", must: "allow nothing, and go on waiting",
		change: func(r *http.Request, right url.Values) {
			r.Method = http.MethodOptions
			r.Header.Set("Origin", "https://evil.test")
			r.Header.Set("Access-Control-Request-Method", "PUT")
			r.Header.Set("Access-Control-Request-Private-Network", "true")
		}, wrong: allowsReading},
	{name: "read-by-a-page", no: 5, own: true, spec: "RFC 8252 §8.9",
		about: "a page asks by fetch, to read the answer", must: "send no CORS header, and go on waiting",
		change: func(r *http.Request, right url.Values) {
			query("error=x")(r, right)
			r.Header.Set("Origin", "https://evil.test")
		}, wrong: allowsReading},
	{name: "forged-post", no: 5, own: true, spec: "RFC 8252 §8.9, RFC 6749 §10.12",
		about: "a page posts a form with an error to the redirect URI", must: "answer 4xx and go on waiting",
		change: func(r *http.Request, right url.Values) {
			posted, err := http.NewRequestWithContext(r.Context(), http.MethodPost, r.URL.String(), strings.NewReader("error=access_denied&state=guessed"))
			if err == nil {
				*r = *posted
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
		}},
	{name: "favicon", no: 5, own: true, spec: "RFC 8252 §7.3",
		about: "the browser asks for /favicon.ico", must: "go on waiting",
		change: func(r *http.Request, right url.Values) { r.URL.Path = "/favicon.ico" }},
	{name: "many-strays", no: 10, times: 200, spec: "RFC 8252 §8.9",
		about: "two hundred forged answers", must: "go on waiting", change: query("error=access_denied")},
}

// allowsReading says whether a reply opens the client to pages of other origins.
func allowsReading(v *browser.Visit, _ url.Values) string {
	if allowed := v.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
		return "it lets pages of other origins read: Access-Control-Allow-Origin: " + allowed
	}
	return ""
}

// strayAttacks are requests to the client's redirect URI that anybody can send.
func strayAttacks() []Case {
	cases := make([]Case, len(strays))
	for i, x := range strays {
		cases[i] = Case{Name: "attack/" + x.name, Kind: Attack, Want: Refuse, About: x.about, Must: x.must, Spec: x.spec,
			Source: attackNumber(x.no), Play: x.play}
	}
	return cases
}

func (x stray) play(ctx context.Context, s *Stand) Outcome {
	_, response, failed := s.waiting(ctx)
	if response == nil {
		return failed
	}
	right := response.URL.Query()
	for range max(1, x.times) {
		bare := *s.Redirect()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, bare.String(), nil)
		if err != nil {
			return RefusedBy(SignIn, err)
		}
		x.change(request, right)
		who := s.Browser(Stranger)
		if x.own {
			who = s.Person
		}
		visit, err := s.Deliver(ctx, who, request)
		if err != nil {
			break // no reply is a reply; whether the client still waits is seen next
		}
		if x.wrong != nil {
			if wrong := x.wrong(visit, right); wrong != "" {
				return Took("%s", wrong)
			}
		}
	}
	return s.goesOn(ctx, response)
}
