package mockprovider_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/mocktest"
)

// control calls the control API as a program does.
func (c *client) control(method, path, body string, header ...string) reply {
	c.t.Helper()
	if body != "" {
		header = append(header, "Content-Type", "application/json")
	}
	return c.do(method, path, strings.NewReader(body), append(header, "Authorization", "Bearer "+c.srv.ControlToken())...)
}

// TestControlAPI calls everything once, and in the order in which a test would.
func TestControlAPI(t *testing.T) {
	c := newClient(t)
	tokens := c.signIn()
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/_mock/faults", `{"name":"http-503","times":"once","match":{"grant":"refresh_token"}}`, 201, `{"id":"f1"}`},
		{"GET", "/_mock/faults", "", 200, `"fault":{"name":"http-503","match":{"grant":"refresh_token"},"times":1},"seen":0`},
		{"POST", "/_mock/faults", `{"name":"html","match":{"grant":"refresh_token"}}`, 400, "bends the same place (answer) as f1"},
		{"POST", "/_mock/faults", `{"name":"htlm"}`, 400, `did you mean \"html\"?`},
		{"POST", "/_mock/faults", `{"name":"html","time":1}`, 400, `did you mean \"times\"?`},
		{"POST", "/_mock/faults", `{"name":"html"} x`, 400, "the body"},
		{"POST", "/_mock/faults", ``, 415, "application/json"},
		{"DELETE", "/_mock/faults/f9", "", 404, "not_found"},
		{"DELETE", "/_mock/faults/f1", "", 200, `{"removed":1}`},
		{"DELETE", "/_mock/faults", "", 200, `{"removed":0}`},
		{"GET", "/_mock/fault-table", "", 200, `"name":"id-token-nonce-wrong"`},
		{"POST", "/_mock/clock", `{"set":"2030-01-01T00:00:00Z","freeze":true}`, 200, `{"frozen":true,"now":"2030-01-01T00:00:00Z"}`},
		{"POST", "/_mock/clock", `{"advance":"90m"}`, 200, `"now":"2030-01-01T01:30:00Z"`},
		{"POST", "/_mock/clock", `{"advance":"soon"}`, 400, "is no duration"},
		{"POST", "/_mock/clock", `{"advanse":"1h"}`, 400, "did you mean advance?"},
		{"POST", "/_mock/users", `{"mail":"x@example.com"}`, 400, "did you mean email?"},
		{"POST", "/_mock/clock", `{}`, 400, "one or more of"},
		{"POST", "/_mock/clock", `{"reset":true}`, 200, `"frozen":false`},
		{"GET", "/_mock/clock", "", 200, `"now":`},
		{"GET", "/_mock/users", "", 200, `{"key":"ada","sub":"108204268033311374519","email":"ada@example.com","email_verified":true,"name":"Ada Lovelace"`},
		{"POST", "/_mock/users", `{"email":"grace@example.com","given_name":"Grace","claims":{"groups":["navy"]}}`, 201, `"key":"grace","sub":"1`},
		{"POST", "/_mock/users", `{"key":"grace2","email":"grace@example.com"}`, 400, "two users have the e-mail address"},
		{"POST", "/_mock/users", `{"key":"No!"}`, 400, "user key"},
		{"POST", "/_mock/users", `{"key":"x","claims":{"iss":"evil"}}`, 400, "is the protocol's"},
		{"DELETE", "/_mock/users/grace", "", 200, `{"removed":1}`},
		{"DELETE", "/_mock/users/grace", "", 404, "no such user"},
		{"POST", "/_mock/tenants", `{"name":"blue"}`, 201, `"issuer":"` + c.srv.Issuer() + `/t/blue"`},
		{"POST", "/_mock/tenants", `{"name":"No!"}`, 400, "tenant name"},
		{"GET", "/_mock/tenants", "", 200, `{"tenants":[{"name":"blue"`},
		{"POST", "/t/blue/_mock/faults", `{"name":"drop"}`, 201, `{"id":"f1"}`},
		{"GET", "/_mock/faults", "", 200, `{"faults":[]}`},
		{"DELETE", "/_mock/tenants/blue", "", 200, `{"removed":1}`},
		{"DELETE", "/_mock/tenants/blue", "", 404, "not_found"},
		{"POST", "/_mock/rotate-keys", "", 200, `{"kid":"`},
		{"POST", "/_mock/expire", "", 200, `{"expired":1}`},
		{"POST", "/_mock/revoke", `{"user":"nobody"}`, 404, "no such user"},
		{"POST", "/_mock/revoke", `{"user":"ada"}`, 200, `{"revoked":1}`},
		{"POST", "/_mock/revoke", "", 200, `{"revoked":0}`},
		{"GET", "/_mock/journal?endpoint=token&sign_in=s1", "", 200, `"sign_in":"s1"`},
		{"GET", "/_mock/journal?endpint=token", "", 400, `did you mean \"endpoint\"?`},
		{"GET", "/_mock/journal?after=x", "", 400, "is no number"},
		{"GET", "/_mock/journal/wait?endpoint=token&timeout=5s", "", 200, `"endpoint":"token"`},
		{"GET", "/_mock/journal/wait?endpoint=userinfo&timeout=20ms", "", 408, "timeout"},
		{"GET", "/_mock/journal/wait?timeout=1h", "", 400, "want a duration up to"},
		{"DELETE", "/_mock/journal", "", 200, `{"removed":`},
		{"GET", "/_mock/journal", "", 200, `{"entries":[]}`},
		{"PUT", "/_mock/journal", "", 405, "method_not_allowed"},
		{"POST", "/_mock/link", "", 201, `"url":"` + c.srv.Issuer() + `/_mock/dashboard?token=`},
	} {
		r := c.control(tt.method, tt.path, tt.body)
		if r.status != tt.status || !strings.Contains(r.text, tt.want) || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
			t.Errorf("%s %s %s: %d %s, want %d %s", tt.method, tt.path, tt.body, r.status, r.text, tt.status, tt.want)
		}
	}
	if r := c.token(c.refreshForm(tokens.get("refresh_token"))); r.status != 400 {
		t.Errorf("the revoked refresh token: %d", r.status)
	}
}

// TestUsersComeAndGo checks that a user who is added can sign in, and one who
// is removed is signed out everywhere.
func TestUsersComeAndGo(t *testing.T) {
	c := newClient(t)
	if err := c.srv.PutUser(mockprovider.User{Email: "grace@example.com", Name: "Grace Hopper"}); err != nil {
		t.Fatal(err)
	}
	r := c.token(c.codeForm(c.response(c.srv.Person("grace")).Get("code")))
	if claims := claimsOf(t, r.get("id_token")); claims["name"] != "Grace Hopper" {
		t.Errorf("%v", claims)
	}
	if err := c.srv.PutUser(mockprovider.User{Key: "grace", Subject: "7", Name: "Admiral Hopper"}); err != nil {
		t.Fatal(err)
	}
	if n := len(c.srv.Users()); n != 5 {
		t.Errorf("%d users", n)
	}
	r = c.token(c.codeForm(c.response(c.srv.Person("grace")).Get("code")))
	if !c.srv.RemoveUser("grace") || c.srv.RemoveUser("grace") {
		t.Error("removed twice, or not at all")
	}
	if got := c.token(c.refreshForm(r.get("refresh_token"))); got.status != 400 {
		t.Errorf("refresh: %d", got.status)
	}
	if got := c.userinfo(r.get("access_token")); got.status != 401 {
		t.Errorf("userinfo: %d", got.status)
	}
}

// TestControlAPIWaits checks that a wait ends with what it waits for.
func TestControlAPIWaits(t *testing.T) {
	c := newClient(t)
	found := make(chan reply, 1)
	go func() { found <- c.control("GET", "/_mock/journal/wait?endpoint=userinfo&status=401&timeout=30s", "") }()
	c.userinfo("bogus")
	if r := <-found; r.status != 200 || r.get("refused_by") != "bearer_known" {
		t.Errorf("%d %s", r.status, r.text)
	}
}

// TestControlAPIIsClosed checks each reason to refuse a call, at each path,
// and that the control API is out of reach of faults.
func TestControlAPIIsClosed(t *testing.T) {
	c := newClient(t)
	if _, err := c.srv.AddFault(fault.Spec{Name: "drop", Match: fault.Match{Endpoint: "any"}}); err != nil {
		t.Fatal(err)
	}
	token := "Bearer " + c.srv.ControlToken()
	paths := []string{"/_mock/faults", "/_mock/faults/f1", "/_mock/fault-table", "/_mock/clock", "/_mock/users", "/_mock/users/ada", "/_mock/tenants", "/_mock/tenants/x",
		"/_mock/revoke", "/_mock/expire", "/_mock/rotate-keys", "/_mock/journal", "/_mock/journal/wait", "/_mock/link"}
	for _, tt := range []struct {
		name   string
		header []string
		status int
		check  string
	}{
		{"no token", nil, 401, "control_token"},
		{"wrong token", []string{"Authorization", "Bearer x"}, 401, "control_token"},
		{"basic", []string{"Authorization", "Basic eDp5"}, 401, "control_token"},
		{"two tokens", []string{"Authorization", token, "Authorization", "Bearer x"}, 401, "control_token"},
		{"token in another scheme", []string{"Authorization", c.srv.ControlToken()}, 401, "control_token"},
		{"other host", []string{"Authorization", token, "Host", "localhost:1"}, 421, "control_host"},
		{"rebound host", []string{"Authorization", token, "Host", "evil.example"}, 421, "control_host"},
		{"a page's origin", []string{"Authorization", token, "Origin", "https://evil.example"}, 403, "control_origin"},
		{"a local page's origin", []string{"Authorization", token, "Origin", "http://127.0.0.1:1"}, 403, "control_origin"},
		{"an opaque origin", []string{"Authorization", token, "Origin", "null"}, 403, "control_origin"},
		{"cross-site", []string{"Authorization", token, "Sec-Fetch-Site", "cross-site"}, 403, "control_origin"},
		{"same site, another port", []string{"Authorization", token, "Sec-Fetch-Site", "same-site"}, 403, "control_origin"},
	} {
		for _, path := range paths {
			for _, method := range []string{"GET", "POST", "DELETE", "OPTIONS"} {
				r := c.do(method, path, nil, tt.header...)
				if r.status != tt.status || c.refusedBy() != tt.check {
					t.Errorf("%s: %s %s: %d, refused by %s", tt.name, method, path, r.status, c.refusedBy())
				}
				for name := range r.header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s: %s %s: %s", tt.name, method, path, name)
					}
				}
			}
		}
	}
	if n := len(c.srv.Faults()); n != 1 {
		t.Errorf("%d faults", n)
	}
	if r := c.control("DELETE", "/_mock/faults", ""); r.status != 200 {
		t.Errorf("a fault is in the way of being removed: %d", r.status)
	}
}

// TestDashboardLink checks that a link opens once, and only with its cookie.
func TestDashboardLink(t *testing.T) {
	c := newClient(t)
	c.signIn()
	link := strings.TrimPrefix(c.srv.DashboardLink(), c.srv.Issuer())
	opened := c.get(link)
	cookie := opened.header.Get("Set-Cookie")
	if opened.status != 303 || opened.header.Get("Location") != "/_mock/dashboard" || !strings.Contains(cookie, "SameSite=Strict") || !strings.Contains(cookie, "HttpOnly") {
		t.Fatalf("%d %v", opened.status, opened.header)
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	if r := c.get(link); r.status != 401 || strings.Contains(r.text, "Ada") {
		t.Errorf("the link a second time: %d", r.status)
	}
	page := c.get("/_mock/dashboard", "Cookie", cookie)
	if page.status != 200 || !strings.Contains(page.text, "Ada Lovelace") || !strings.Contains(page.text, "tokens issued") || !strings.Contains(page.text, "ya29.") {
		t.Errorf("%d %s", page.status, page.text)
	}
	for _, path := range []string{"/_mock/dashboard", "/_mock/dashboard/journal.json"} {
		if r := c.get(path+"?redact=1", "Cookie", cookie); r.status != 200 || strings.Contains(r.text, "ya29.") || strings.Contains(r.text, verifier) {
			t.Errorf("%s is not redacted: %d", path, r.status)
		}
		for _, header := range [][]string{nil, {"Cookie", "mockjournal=x"}, {"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, {"Authorization", "Bearer " + c.srv.ControlToken()}} {
			if r := c.get(path, header...); r.status != 401 && r.status != 403 {
				t.Errorf("%s with %q: %d", path, header, r.status)
			}
		}
	}
	if r := c.get("/_mock/journal", "Cookie", cookie); r.status != 401 {
		t.Errorf("the cookie opens the control API: %d", r.status)
	}
	if r := c.get("/_mock/dashboard/../../etc", "Cookie", cookie); r.status >= 500 {
		t.Errorf("%d", r.status)
	}
}

// TestWebPageCannotReachControl lets a real browser, which may see the journal
// page, open a page of another origin that tries everything a page can: fetch
// with and without CORS, a form, an image, a script, a frame.
func TestWebPageCannotReachControl(t *testing.T) {
	b := newTab(t)
	c := newClient(t)
	c.signIn()
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>evil</title><iframe name="sink"></iframe>
<form id="f" method="post" action="%[1]s/_mock/faults" enctype="text/plain" target="sink"><input name='{"name":"drop","x":"' value='"}'></form>
<form id="r" method="post" action="%[1]s/_mock/revoke" target="sink"></form>
<img src="%[1]s/_mock/journal"><img src="%[1]s/_mock/dashboard"><script src="%[1]s/_mock/journal"></script><script src="%[1]s/_mock/dashboard/journal.json"></script>
<iframe id="frame" src="%[1]s/_mock/dashboard"></iframe>
<script>
window.run = async () => {
	const got = [], json = {"Content-Type": "application/json", Authorization: "Bearer %[2]s"};
	const attempt = async (name, path, options) => {
		try {
			const r = await fetch("%[1]s" + path, options);
			got.push(name + ": " + r.type + " " + r.status + " " + await r.text());
		} catch (e) { got.push(name + ": " + e.name); }
	};
	await attempt("simple", "/_mock/journal", {});
	await attempt("with cookies", "/_mock/dashboard", {credentials: "include"});
	await attempt("export", "/_mock/dashboard/journal.json", {credentials: "include"});
	await attempt("with the token", "/_mock/journal", {headers: json});
	await attempt("blind post", "/_mock/faults", {method: "POST", mode: "no-cors", body: '{"name":"drop"}'});
	await attempt("post with the token", "/_mock/faults", {method: "POST", headers: json, body: '{"name":"drop"}'});
	await attempt("delete", "/_mock/journal", {method: "DELETE", headers: json});
	await attempt("clock", "/_mock/clock", {method: "POST", headers: json, body: '{"advance":"1h"}'});
	document.getElementById("f").submit();
	document.getElementById("r").submit();
	return got.join("\n");
};
</script>`, c.srv.Issuer(), c.srv.ControlToken())
	}))
	defer evil.Close()
	// Under another name: another site, as it would be on the net.
	for _, origin := range []string{evil.URL, strings.Replace(evil.URL, "127.0.0.1", "localhost", 1)} {
		b.open(c.srv.DashboardLink(), "#journal")
		seen := int64(len(c.srv.Journal().Entries()))
		b.open(origin, "#frame")
		got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("run()", chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(got, "\n") {
			if !strings.HasSuffix(line, ": TypeError") && !strings.HasSuffix(line, ": opaque 0 ") {
				t.Errorf("from %s the page got: %s", origin, line)
			}
		}
		// The forms were sent last; when they are refused all is over.
		for _, path := range []string{"/_mock/faults", "/_mock/revoke"} {
			e, err := c.srv.Journal().WaitFor(b.ctx, func(e mocktest.Entry) bool {
				return e.Seq > seen && e.Path == path && e.Method == "POST" && e.Status == 403
			})
			if err != nil || e.RefusedBy != "control_origin" {
				t.Errorf("%s: %v %v", path, e, err)
			}
		}
		framed, err := run(b, chromedp.Evaluate[bool](`(() => { try { return !!document.getElementById("frame").contentDocument.querySelector("#journal") } catch { return false } })()`))
		if err != nil || framed {
			t.Errorf("framed: %v %v", framed, err)
		}
	}
	if len(c.srv.Faults()) != 0 || time.Until(c.srv.Now()).Abs() > time.Minute || c.srv.Grants("") != 1 {
		t.Errorf("the page did something: %d faults, %v, %d grants", len(c.srv.Faults()), c.srv.Now(), c.srv.Grants(""))
	}
	for _, e := range c.srv.Journal().Entries() {
		if e.Endpoint == "control" && e.Status < 400 {
			t.Errorf("let through: %s", e)
		}
	}
}

// TestDashboardInChromium shows the journal page wide and narrow, light and
// dark, empty and with all that can be on it.
func TestDashboardInChromium(t *testing.T) {
	b := newTab(t)
	c := newClient(t, mockprovider.WithPasswordForm(), mockprovider.WithMisbehaveMenu())
	show := func(name string) {
		t.Helper()
		b.looks(960, func(scheme string, width int64) {
			b.inspect(fmt.Sprintf("%s-%s-%d", name, scheme, width), width)
		})
	}
	b.open(c.srv.DashboardLink(), "#journal")
	if location, err := run(b, chromedp.Location()); err != nil || location != c.srv.Issuer()+"/_mock/dashboard" {
		t.Errorf("the address is %s: %v", location, err)
	}
	show("journal-empty")
	fillJournal(t, c)
	b.open(c.srv.Issuer()+"/_mock/dashboard", "#s1")
	show("journal")
	b.eval(`document.querySelectorAll("#s1 details, #s2 .refused details").forEach(d => d.open = true), true`)
	show("journal-open")
	b.open(c.authorizeURL(), "#misbehave summary")
	b.click("#misbehave summary")
	b.await("#bend")
	show("misbehave")
	// By keyboard and form: the choice comes back on the page.
	b.write("#params", "times=once")
	b.click("#bend")
	b.await(".chosen")
	show("misbehave-chosen")
}

// fillJournal makes sign-ins that went well, wrong, and not on.
func fillJournal(t *testing.T, c *client) {
	t.Helper()
	tokens := c.signIn()
	c.userinfo(tokens.get("access_token"))
	c.bearer("/v1/people/me?personFields=names", tokens.get("access_token"))
	f := c.codeForm(c.response(c.srv.Person("noa")).Get("code"))
	f.Set("code_verifier", strings.Repeat("wrong", 10))
	c.token(f)
	for _, s := range []fault.Spec{{Name: "id-token-nonce-wrong", Match: fault.Match{User: "hubert"}}, {Name: "token-error", Params: fault.Params{"description": "nothing that anybody could do anything about, in words that are long"}, Times: fault.Once, Match: fault.Match{Nth: 2}}} {
		if _, err := c.srv.AddFault(s); err != nil {
			t.Fatal(err)
		}
	}
	c.token(c.codeForm(c.response(c.srv.Person("hubert")).Get("code")))
	c.token(c.codeForm(c.response(c.srv.Person("sam")).Get("code")))
	waiting := c.srv.Person("ada")
	waiting.StopAtConsent = true
	c.open(waiting)
	c.get("/.well-known/openid-configuration")
	c.get("/favicon.ico")
	c.do("POST", "/_mock/faults", bytes.NewReader(nil), "Origin", "https://evil.example")
}

// FuzzControlAPI sends anything as a body to each call that reads one: never a
// panic, never a 500, and whatever fault comes of it can be listed and
// removed.
func FuzzControlAPI(f *testing.F) {
	providers := fuzzProviders(f)
	for _, body := range []string{
		`{"name":"latency","params":{"delay":"1ms"},"times":"once"}`, `{"name":"id-token-iss-wrong","match":{"user":"ada","nth":2},"probability":0.5,"seed":1}`,
		`{"advance":"1h"}`, `{"set":"2030-01-01T00:00:00Z","freeze":true}`, `{"name":"blue"}`, `{"user":"ada"}`, `{"name":"drop"}{`, `[]`, `{"times":-1}`, "\x00",
	} {
		f.Add(body, "endpoint=token&after=1&redact=1")
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		p := providers[0]
		header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + p.ControlToken()}}
		for _, path := range []string{"/_mock/faults", "/_mock/clock", "/_mock/tenants", "/_mock/revoke"} {
			if w := serve(p, "POST", path, "", body, header); w.Code >= 500 {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
		}
		if w := serve(p, "GET", "/_mock/journal", query, "", header); w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := serve(p, "GET", "/_mock/faults", "", "", header); w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		p.ClearFaults()
		p.ResetTime()
		for _, tenant := range p.Tenants() {
			p.RemoveTenant(tenant.TenantName())
		}
	})
}
