// Package dashboard draws a journal as a page: each sign-in as a sequence of
// steps, with what was asked and answered, the faults that bent it, and the
// check that refused it. It is plain HTML without scripts, follows the colours
// that the person's system prefers, and fits on a telephone.
package dashboard

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/journal"
)

//go:embed dashboard.html dashboard.css
var files embed.FS

// maxSignIns is how many sign-ins are shown; the JSON export has all.
const maxSignIns = 50

// maxOther is how many requests are shown that belong to no sign-in.
const maxOther = 100

// Page is what is to be shown.
type Page struct {
	// Persona and Issuer say whose journal it is.
	Persona, Issuer string
	// Base is what all paths begin with: "" or a tenant's "/t/NAME".
	Base string
	// Path is the page's own path.
	Path string
	// Now is the time by the provider's clock; Frozen says that it stands.
	Now    time.Time
	Frozen bool
	// Entries are the journal's, oldest first.
	Entries []journal.Entry
	// Faults are the active ones.
	Faults []fault.Active
	// UserName returns the name of a subject, "" if it is not known.
	UserName func(subject string) string
	// Redact leaves secrets out.
	Redact bool
}

// CSS returns the page's style sheet, which adds to that of the provider's
// other pages.
func CSS() ([]byte, error) { return files.ReadFile("dashboard.css") }

// pageTemplate is parsed once per process, when the page is first shown.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("dashboard.html").Funcs(template.FuncMap{"json": indent}).ParseFS(files, "dashboard.html")
})

// Write draws the page.
func Write(w io.Writer, p Page) error {
	t, err := pageTemplate()
	if err != nil {
		return fmt.Errorf("the journal page: %w", err)
	}
	if err := t.Execute(w, arrange(p)); err != nil {
		return fmt.Errorf("the journal page: %w", err)
	}
	return nil
}

// view is what the template draws from.
type view struct {
	Page
	Clock   string
	SignIns []signIn
	Other   []step
	Hidden  int // sign-ins that are not shown
}

// signIn is one sign-in and its steps.
type signIn struct {
	ID, User, Client, Started string
	// Outcome is "tokens", "refused" or "open", and Words says it.
	Outcome, Words string
	Bent           bool
	Steps          []step
}

// step is one request.
type step struct {
	journal.Entry
	Title, At string
	// Kind is "ok", "refused" or "lost".
	Kind              string
	Request, Response journal.Decoded
}

// titles are the endpoints' names for people.
var titles = map[string]string{
	"authorize": "Authorization request", "login": "Login page", "consent": "Consent page", "token": "Token request",
	"userinfo": "Userinfo", "people": "People API", "user": "User API", "emails": "E-mail addresses", "picture": "Picture", "revoke": "Revocation",
	"discovery": "Discovery", "jwks": "Keys", "introspect": "Introspection", "tokeninfo": "Token info",
	"end_session": "End of session", "logout": "Sign-out page", "control": "Control API", "dashboard": "This page",
}

func arrange(p Page) view {
	v := view{Page: p, Clock: p.Now.UTC().Format("2006-01-02 15:04:05 UTC")}
	byID, order := map[string]*signIn{}, []string{}
	for _, e := range p.Entries {
		if p.Redact {
			e = e.Redacted()
		}
		s := newStep(e)
		if e.SignIn == "" {
			v.Other = append(v.Other, s)
			continue
		}
		in := byID[e.SignIn]
		if in == nil {
			in = &signIn{ID: e.SignIn, Started: e.Time.UTC().Format("15:04:05"), Outcome: "open", Words: "not finished"}
			byID[e.SignIn] = in
			order = append(order, e.SignIn)
		}
		in.add(p, s)
	}
	v.Hidden = max(0, len(order)-maxSignIns)
	for i := len(order) - 1; i >= v.Hidden; i-- {
		v.SignIns = append(v.SignIns, *byID[order[i]])
	}
	v.Other = v.Other[max(0, len(v.Other)-maxOther):]
	return v
}

// add appends a step and settles what came of the sign-in so far.
func (in *signIn) add(p Page, s step) {
	in.Steps = append(in.Steps, s)
	if s.ClientID != "" {
		in.Client = s.ClientID
	}
	if s.User != "" {
		in.User = s.User
		if p.UserName != nil && p.UserName(s.User) != "" {
			in.User = p.UserName(s.User)
		}
	}
	in.Bent = in.Bent || len(s.Faults) > 0
	switch {
	case s.Kind == "refused" && s.RefusedBy != "":
		in.Outcome, in.Words = "refused", "refused: "+s.RefusedBy
	case s.Kind == "refused":
		in.Outcome, in.Words = "refused", fmt.Sprintf("answered %d", s.Status)
	case s.Kind == "lost":
		in.Outcome, in.Words = "refused", "no answer"
	case s.Endpoint == "token" && s.Status == 200:
		in.Outcome, in.Words = "tokens", "tokens issued"
	}
}

func newStep(e journal.Entry) step {
	s := step{
		Entry: e, Title: titles[e.Endpoint], At: e.Time.UTC().Format("15:04:05.000"), Kind: "ok",
		Request: e.Request.Decode(), Response: e.Response.Decode(),
	}
	switch {
	case s.Title != "":
	case e.Status < 400:
		s.Title = "Page"
	default:
		s.Title = "Nothing here"
	}
	switch {
	case e.Status == 0:
		s.Kind = "lost"
	case e.RefusedBy != "" || e.Status >= 400:
		s.Kind = "refused"
	}
	return s
}

// indent writes JSON for reading.
func indent(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
