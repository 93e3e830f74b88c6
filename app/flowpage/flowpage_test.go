package flowpage_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/color"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
	"golang.org/x/net/html"

	"app.latchkey/app/flowpage"
	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/assets"
	"app.latchkey/auth/flow"
)

var exporter = flowpage.Exporter{Product: "Latchkey", Version: "1.2.3"}

// hostile is what a record may hold that somebody has changed.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>` + "\x1b[31m\u202e" + `{{.Title}}`

// record is a sign-in with bad as all that others could have written.
func record(bad string) presenter.Export {
	started := time.Date(2026, 11, 22, 14, 2, 30, 0, time.UTC)
	masked := flow.Masked("code_verifier", "kX9fR2VMeHxq0aQ9mN2pExample")
	params := []flow.Param{{Name: "iss" + bad, Value: "https://p.example" + bad}, masked, {Name: "login_hint", Value: "ada@example.com"},
		{Name: "nonce", Value: "a-nonce-that-was-put-there-in-clear"}, {Name: "code", Value: "a-code-in-clear-••••••• with dots", Secret: true}}
	checks := []flow.Check{{Name: "issuer" + bad, Verdict: flow.Passed, Spec: "RFC 6749 §10.12" + bad, Expected: "x" + bad, Got: "y" + bad},
		{Name: "sub", Verdict: flow.Failed, Spec: "OpenID Connect Core §2", Expected: "108204268033311374519", Got: "108204268033311374519"},
		{Name: "state", Verdict: flow.Failed, Spec: "RFC 6749 §10.12", Expected: "a-state-that-was-sent-in-clear", Got: "a-state-that-came-in-clear"},
		{Name: "nonce\u202e", Verdict: flow.Passed, Spec: "there", Got: "a-nonce-of-a-name-that-looks-the-same"},
		{Name: "azp", Verdict: flow.Skipped, Spec: "there"}}
	steps := []presenter.FlowStep{
		{ID: presenter.FlowRequest, Known: true, Host: "p.example" + bad, Took: time.Millisecond, Sent: params, Checks: checks},
		{ID: presenter.FlowSignIn, Known: true, Host: "p.example" + bad, Took: 14 * time.Second},
		{ID: presenter.FlowResponse, Known: true, Host: "127.0.0.1:41233" + bad, Got: params, Checks: checks},
		{ID: presenter.FlowExchange, Known: true, Host: "p.example" + bad, Took: 31 * time.Millisecond, Sent: params, Got: []flow.Param{flow.Hidden("access_token")}, Checks: checks},
		{ID: presenter.FlowIdentity, Known: true, Took: time.Millisecond, Failed: true, Problem: "id_token_nonce", Checks: checks},
		{ID: presenter.FlowProfile},
	}
	return presenter.Export{At: started.Add(time.Hour), Language: "en",
		View: presenter.FlowView{When: started, Provider: "Google" + bad, Issuer: "https://p.example" + bad, Steps: steps,
			PKCE:  &presenter.PKCEView{Code: "4/0A•••••••", Verifier: masked.Value, Hash: "E9Me•••••••", Sent: "E9Me•••••••", Match: true},
			Trial: &presenter.TrialView{Kind: presenter.TrialCode}},
		Record: flow.Flow{Provider: "Google" + bad, Issuer: "https://p.example" + bad, Started: started, Steps: []flow.Step{
			{Kind: flow.KindToken, From: flow.RoleClient, To: flow.RoleAuthorizationServer, Status: flow.StatusDone, Started: started, Took: 31 * time.Millisecond, Params: params, Checks: checks}}}}
}

// sample is a sign-in as it usually is.
func sample() presenter.Export {
	const core = "OpenID Connect Core "
	ok := func(name, spec, got string) flow.Check {
		return flow.Check{Name: name, Verdict: flow.Passed, Spec: spec, Expected: got, Got: got}
	}
	code, challenge, verifier := flow.Masked("code", "4/0AbUR2VMeHxq0aQwExample"), flow.Masked("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), flow.Masked("code_verifier", "kX9fR2VMeHxq0aQ9mN2pExample")
	client, redirect := flow.Public("client_id", "407408718192.apps.googleusercontent.com"), flow.Public("redirect_uri", "http://127.0.0.1:41233/callback")
	state, issuer := flow.Masked("state", "Zk3Rr0aXwQe8mN2pExample"), "https://accounts.google.com"
	e := record("")
	e.View = presenter.FlowView{When: e.View.When, Provider: "Google", Issuer: issuer,
		PKCE: &presenter.PKCEView{Code: code.Value, Verifier: verifier.Value, Hash: challenge.Value, Sent: challenge.Value, Match: true},
		Steps: []presenter.FlowStep{
			{ID: presenter.FlowRequest, Known: true, Host: "accounts.google.com", Took: time.Millisecond,
				Sent: []flow.Param{flow.Public("authorization_endpoint", issuer+"/o/oauth2/v2/auth"), client, challenge, flow.Public("code_challenge_method", "S256"),
					flow.Masked("nonce", "nflJ8mN2pZk3Rr0aExample"), redirect, flow.Public("response_type", "code"), flow.Public("scope", "openid email profile"), state},
				Checks: []flow.Check{ok("issuer", "OpenID Connect Discovery §4.3", issuer), ok("S256", "RFC 7636 §4.2", "")}},
			{ID: presenter.FlowSignIn, Known: true, Host: "accounts.google.com", Took: 14 * time.Second},
			{ID: presenter.FlowResponse, Known: true, Host: "127.0.0.1:41233", Got: []flow.Param{code, flow.Public("iss", issuer), state},
				Checks: []flow.Check{ok("state", "RFC 6749 §10.12", ""), ok("iss", "RFC 9207 §2.4", issuer)}},
			{ID: presenter.FlowExchange, Known: true, Host: "oauth2.googleapis.com", Took: 31 * time.Millisecond,
				Sent:   []flow.Param{flow.Public("grant_type", "authorization_code"), code, redirect, verifier, client},
				Got:    []flow.Param{flow.Hidden("access_token"), flow.Public("token_type", "Bearer"), flow.Hidden("refresh_token"), flow.Hidden("id_token")},
				Checks: []flow.Check{ok("code_challenge", "RFC 7636 §4.6", challenge.Value)}},
			{ID: presenter.FlowIdentity, Known: true, Took: 2 * time.Millisecond, Got: []flow.Param{flow.Public("alg", "RS256")},
				Checks: []flow.Check{ok("signature", core+"§3.1.3.7(6)", ""), ok("nonce", core+"§3.1.3.7(11)", "")}},
			{ID: presenter.FlowProfile, Known: true, Host: "people.googleapis.com", Took: 24 * time.Millisecond, Sent: []flow.Param{flow.Hidden("access_token")}},
		}}
	return e
}

func export(t *testing.T, e presenter.Export, f presenter.Format) string {
	t.Helper()
	b, err := exporter.Export(e, f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestDatesAreWritten: as a person writes them in each language; the first of a
// month has a form of its own in some.
func TestDatesAreWritten(t *testing.T) {
	for tag, want := range map[string]string{"": "1 November 2026, 14:02", "de": "1. November 2026, 14:02", "fr": "1er novembre 2026 à 14:02",
		"pt-BR": "1º de novembro de 2026, 14:02", "ru": "1 ноября 2026 г., 14:02", "ja": "2026年11月1日 14:02"} {
		e := sample()
		e.Language = tag
		e.View.When = time.Date(2026, 11, 1, 14, 2, 30, 0, time.Local)
		if page := export(t, e, presenter.FormatPage); !strings.Contains(page, want) {
			t.Errorf("%q: the page lacks %q", tag, want)
		}
	}
}

// elements are the names of all elements of a page, and their attributes.
func elements(t *testing.T, page string) map[string][]html.Attribute {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]html.Attribute{}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			out[n.Data] = append(out[n.Data], n.Attr...)
		}
	}
	return out
}

// TestPageIsText: whatever a record holds, the page has the same elements, and
// none that runs or loads anything.
func TestPageIsText(t *testing.T) {
	good, bad := elements(t, export(t, record(""), presenter.FormatPage)), elements(t, export(t, record(hostile), presenter.FormatPage))
	for name, attributes := range bad {
		if len(good[name]) != len(attributes) {
			t.Errorf("<%s> has %d attributes, without the hostile record %d", name, len(attributes), len(good[name]))
		}
		for _, a := range attributes {
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" || a.Key == "src" || a.Key == "style" {
				t.Errorf("<%s %s=%q>", name, a.Key, a.Val)
			}
		}
	}
	for _, name := range []string{"script", "img", "iframe", "object", "link", "form", "a"} {
		if _, there := bad[name]; there {
			t.Errorf("the page has a <%s>", name)
		}
	}
	page := export(t, record(hostile), presenter.FormatPage)
	if strings.ContainsAny(page, "\x1b\u202e") {
		t.Error("control characters are in the page")
	}
	if data := export(t, record(hostile), presenter.FormatData); strings.Contains(data, "\\u001b") || strings.ContainsAny(data, "\x1b\u202e") || strings.Contains(data, "<script") {
		t.Error("control characters or markup are in the JSON")
	}
}

// TestPolicy: the page's own style is all that its policy allows.
func TestPolicy(t *testing.T) {
	page := export(t, record(""), presenter.FormatPage)
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	if style == nil {
		t.Fatal("there is no style")
	}
	sum := sha256.Sum256([]byte(style[1]))
	want := fmt.Sprintf(`<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-%s&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;">`,
		base64.StdEncoding.EncodeToString(sum[:]))
	if !strings.Contains(html.UnescapeString(page), html.UnescapeString(want)) {
		t.Errorf("the page lacks %s", want)
	}
	if i, j := strings.Index(page, "Content-Security-Policy"), strings.Index(page, "<style>"); i > j {
		t.Error("the policy comes after what it is for")
	}
}

// TestMaskedAgain: the second lock. What a record has in clear is masked, and
// who signed in is not told.
func TestMaskedAgain(t *testing.T) {
	for _, f := range []presenter.Format{presenter.FormatPage, presenter.FormatData} {
		text := export(t, record(""), f)
		for _, secret := range []string{"a-nonce-", "a-code-in", "with dots", "a-state-", "ada@example.com", "1082042"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", f, secret)
			}
		}
		for _, masked := range []string{"kX9f•••••••", "a-st•••••••"} {
			if !strings.Contains(text, masked) {
				t.Errorf("%s lacks %s", f, masked)
			}
		}
	}
}

// TestPageSays: what stands on it.
func TestPageSays(t *testing.T) {
	page := html.UnescapeString(export(t, record(""), presenter.FormatPage))
	for _, want := range []string{"How you signed in at Google", "a thief could read it here", "4 code + verifier", "tokens back · 31 ms", "Why is PKCE needed?", "Your code 4/0A•••••••",
		"How does PKCE work?", "✓ they match", "RFC 6749 §10.12", "✗ ", "not in the record", "Took 14 s.", "Latchkey 1.2.3", `<html lang="en">`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<no value>") || strings.Contains(page, "flow.") || strings.Contains(page, "Thief") {
		t.Error("there is a hole in the page, or an attack on it")
	}
	for _, l := range assets.Languages() {
		e := record("")
		e.Language = l.Tag
		if page := export(t, e, presenter.FormatPage); !strings.Contains(page, `<html lang="`+l.Tag+`">`) || strings.Contains(page, "<no value>") {
			t.Errorf("%s: the page is broken", l.Tag)
		}
	}
	if _, err := exporter.Export(record(""), "pdf"); err == nil {
		t.Error("any format will do")
	}
}

// TestData: the JSON is as docs/how-you-signed-in.md tells it.
func TestData(t *testing.T) {
	text := export(t, record(""), presenter.FormatData)
	var d map[string]any
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if d["schema"] != "latchkey.sign-in" || d["version"] != 1.0 || d["provider"] != "Google" || d["started"] != "2026-11-22T14:02:30Z" || d["exported"] != "2026-11-22T15:02:30Z" {
		t.Errorf("%v", d)
	}
	step := d["steps"].([]any)[0].(map[string]any)
	if step["kind"] != "token" || step["from"] != "client" || step["to"] != "authorization_server" || step["took_ms"] != 31.0 {
		t.Errorf("%v", step)
	}
	doc, err := os.ReadFile("../../docs/how-you-signed-in.md")
	if err != nil {
		t.Fatal(err)
	}
	for key := range keys(d, map[string]bool{}) {
		if !bytes.Contains(doc, []byte("`"+key+"`")) {
			t.Errorf("the document does not tell of %q", key)
		}
	}
	if empty := export(t, presenter.Export{}, presenter.FormatData); !strings.Contains(empty, `"steps": []`) {
		t.Errorf("an empty record: %s", empty)
	}
}

func keys(v any, out map[string]bool) map[string]bool {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			out[k] = true
			keys(x, out)
		}
	case []any:
		for _, x := range v {
			keys(x, out)
		}
	}
	return out
}

// TestColours: the page's are the window's.
func TestColours(t *testing.T) {
	page := export(t, record(""), presenter.FormatPage)
	light, dark, _ := strings.Cut(page, "prefers-color-scheme: dark")
	for name, c := range map[string]fyne.ThemeColorName{"background": base.ColorNameBackground, "card": theme.ColorCard, "line": theme.ColorLine,
		"text": base.ColorNameForeground, "quiet": theme.ColorQuiet, "primary": base.ColorNamePrimary, "good": theme.ColorGood, "warning": theme.ColorWarning, "code": theme.ColorCode} {
		for text, v := range map[string]fyne.ThemeVariant{light: base.VariantLight, dark: base.VariantDark} {
			n := color.NRGBAModel.Convert(theme.NewFixed(v).Color(c, v)).(color.NRGBA)
			if want := fmt.Sprintf("--%s: #%02X%02X%02X;", name, n.R, n.G, n.B); !strings.Contains(text, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
	}
}
