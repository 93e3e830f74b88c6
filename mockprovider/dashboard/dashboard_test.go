package dashboard_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"app.latchkey/mockprovider/dashboard"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/journal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// draw draws a page of these entries.
func draw(t *testing.T, p dashboard.Page) string {
	t.Helper()
	p.Now, p.Path, p.Issuer = noon, "/_mock/dashboard", "http://127.0.0.1:1"
	for i := range p.Entries {
		p.Entries[i].Seq, p.Entries[i].Time = int64(i+1), noon
	}
	var b bytes.Buffer
	if err := dashboard.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// article is the part of the page about one sign-in.
func article(page, signIn string) string {
	_, rest, _ := strings.Cut(page, `<article class="card signin" id="`+signIn+`"`)
	part, _, _ := strings.Cut(rest, "</article>")
	return part
}

var tags = regexp.MustCompile(`<[^>]*>|\s+`)

// text is what a person reads of a part.
func text(part string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(part, " ")), " ")
}

// TestOutcomes checks what the page says of a sign-in as a whole.
func TestOutcomes(t *testing.T) {
	authorize := journal.Entry{SignIn: "s1", Endpoint: "authorize", Status: 303}
	token := journal.Entry{SignIn: "s1", Endpoint: "token", Status: 200, User: "42", ClientID: "c"}
	for _, tt := range []struct {
		name    string
		entries []journal.Entry
		want    []string
		not     string
	}{
		{"begun", []journal.Entry{authorize}, []string{"Nobody yet", "not finished", "Authorization request 303"}, "tokens issued"},
		{"through", []journal.Entry{authorize, token}, []string{"Ada Lovelace", "tokens issued", "Token request 200"}, "not finished"},
		{"of somebody who is gone", []journal.Entry{authorize, {SignIn: "s1", Endpoint: "token", Status: 200, User: "43"}}, []string{"43", "tokens issued"}, "Ada"},
		{"refused by a check", []journal.Entry{authorize, {SignIn: "s1", Endpoint: "token", Status: 400, Error: "invalid_grant", RefusedBy: "code_verifier", Spec: "RFC 7636 §4.6", Expected: "one", Got: "another"}},
			[]string{"refused: code_verifier", "Error invalid_grant", "Refused by code_verifier · RFC 7636 §4.6", "Expected one", "Got another"}, "tokens issued"},
		{"refused in words", []journal.Entry{{SignIn: "s1", Endpoint: "login", Status: 422, RefusedBy: "login", Detail: "the password is wrong"}},
			[]string{"refused: login", "Reason the password is wrong"}, "Expected"},
		{"answered by a fault", []journal.Entry{authorize, {SignIn: "s1", Endpoint: "token", Status: 503, Faults: []string{"http-503"}}}, []string{"answered 503", "bent", "http-503"}, "tokens issued"},
		{"not answered", []journal.Entry{authorize, {SignIn: "s1", Endpoint: "token", Faults: []string{"drop"}}}, []string{"no answer", "bent", "drop"}, "tokens issued"},
		{"refused and then right", []journal.Entry{{SignIn: "s1", Endpoint: "token", Status: 400, RefusedBy: "code_verifier"}, token}, []string{"tokens issued"}, "refused: code_verifier"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := draw(t, dashboard.Page{Entries: tt.entries, UserName: func(subject string) string {
				return map[string]string{"42": "Ada Lovelace"}[subject]
			}})
			got := text(article(page, "s1"))
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in %s", want, got)
				}
			}
			if strings.Contains(got, tt.not) {
				t.Errorf("%q in %s", tt.not, got)
			}
		})
	}
}

// TestEmpty checks that an empty journal says what to do.
func TestEmpty(t *testing.T) {
	if page := draw(t, dashboard.Page{Frozen: true}); !strings.Contains(text(page), "Nobody has signed in yet") || !strings.Contains(text(page), "the clock stands still") {
		t.Error(page)
	}
}

// TestOrderAndLimits checks that the newest sign-in comes first and that a long
// journal stays a page.
func TestOrderAndLimits(t *testing.T) {
	var entries []journal.Entry
	for i := range 60 {
		entries = append(entries, journal.Entry{SignIn: fmt.Sprintf("s%d", i+1), Endpoint: "authorize", Status: 303})
	}
	for range 150 {
		entries = append(entries, journal.Entry{Endpoint: "jwks", Status: 200})
	}
	page := draw(t, dashboard.Page{Entries: entries})
	if n := strings.Count(page, "<article"); n != 50 || strings.Index(page, `id="s60"`) > strings.Index(page, `id="s59"`) || strings.Contains(page, `id="s10"`) {
		t.Errorf("%d sign-ins, or not the newest first", n)
	}
	if !strings.Contains(text(page), "10 older sign-ins are in the export.") {
		t.Error("it does not say that there are more")
	}
	_, other, _ := strings.Cut(page, `id="other-title"`)
	if n := strings.Count(other, "<li"); n != 100 {
		t.Errorf("%d other requests", n)
	}
}

// TestSecretsAndMarkup checks that what was sent is shown as text, and not at
// all if secrets are to be hidden.
func TestSecretsAndMarkup(t *testing.T) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	body := []byte("code=the-code&note=%3Cscript%3Ealert(1)%3C/script%3E")
	answer := []byte(`{"access_token":"the-token","expires_in":1}`)
	entries := func() []journal.Entry {
		return []journal.Entry{{
			SignIn: "s1", Endpoint: "token", Status: 200, Path: "/token<b>", ClientID: "<i>client</i>", User: "42",
			Request:  journal.NewMessage("", form, body, len(body)),
			Response: journal.NewMessage("", http.Header{"Content-Type": {"application/json"}}, answer, len(answer)),
		}}
	}
	hostile := func(string) string { return "<script>alert(2)</script>" }
	shown := draw(t, dashboard.Page{Entries: entries(), UserName: hostile})
	hidden := draw(t, dashboard.Page{Entries: entries(), UserName: hostile, Redact: true})
	for _, page := range []string{shown, hidden} {
		if strings.Contains(page, "<script") || strings.Contains(page, "<i>") || strings.Contains(page, "/token<b>") {
			t.Error("what was sent became markup")
		}
	}
	for _, secret := range []string{"the-code", "the-token"} {
		if !strings.Contains(shown, secret) || strings.Contains(hidden, secret) {
			t.Errorf("%s: shown %t, hidden %t", secret, strings.Contains(shown, secret), !strings.Contains(hidden, secret))
		}
	}
	if !strings.Contains(text(hidden), "Show secrets") || !strings.Contains(text(shown), "Hide secrets") {
		t.Error("no way to change that")
	}
}

// TestFaults checks that active faults are listed with how often they applied.
func TestFaults(t *testing.T) {
	page := text(draw(t, dashboard.Page{Faults: []fault.Active{
		{ID: "f1", Spec: fault.Spec{Name: "latency", Params: fault.Params{"delay": "2s"}}, Seen: 3, Applied: 2},
		{ID: "f2", Spec: fault.Spec{Name: "drop", Times: fault.Once}, Seen: 1, Applied: 1, Spent: true},
	}}))
	for _, want := range []string{"latency:delay=2s f1 · applied 2 of 3", "f2 · applied 1 of 1 · spent"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	if css, err := dashboard.CSS(); err != nil || !bytes.Contains(css, []byte("prefers-color-scheme: dark")) {
		t.Errorf("style sheet: %v", err)
	}
}
