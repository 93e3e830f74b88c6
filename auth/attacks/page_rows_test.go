package attacks_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"app.latchkey/auth/loopback"
)

// pageAttacks come from a page in the user's own browser, which has the cookie
// of the attempt.
func pageAttacks() []attack {
	return []attack{
		{kind: 3, name: "a page sends the user to our callback", by: page,
			does:    "navigates the user's browser, cookie and all, to the callback with a code of the attacker's",
			must:    "400; the wait goes on, the user's own response ends it",
			section: "RFC 8252 §8.9, RFC 9700 §4.7", defence: "state compared before anything else",
			where: "auth/loopback/serve.go", inPage: pageNavigates},
		{kind: 5, name: "a page fires answers in every way a page can", by: page,
			does:    "img, script, style sheet, frame, form, fetch, XMLHttpRequest, beacon, EventSource, WebSocket, popup at ?error= and ?code=",
			must:    "each is refused, none can be read, the wait goes on",
			section: "RFC 8252 §8.9", defence: "state and cookie compared first, on errors too; only GET; no CORS header, CORP same-origin",
			where: "auth/loopback/serve.go auth/loopback/ticket.go", inPage: pageFires},
		{kind: 6, name: "a page whose name was rebound to us", by: page,
			does:    "resolves its own name to 127.0.0.1 and asks the receiver as its own origin",
			must:    "421, the same few words for everything, nothing of the attempt; the wait goes on",
			section: "RFC 9110 §7.4", defence: "Host must be the redirect URI's own", where: "auth/loopback/serve.go", inPage: pageRebound},
		{kind: 12, name: "code in the history and in the Referer", by: page,
			does:    "reads where the browser has been, or is the next page it goes to",
			must:    "no entry of the history holds code or state, no Referer is sent",
			section: "RFC 9700 §4.2, §4.3", defence: "303 to a clean address; Referrer-Policy: no-referrer",
			where: "auth/loopback/serve.go", inPage: pageHistory},
		{kind: 14, name: "markup in the answer, in a real browser", by: provider,
			does:    "sends error, error_description and error_uri full of script, with the right state and without",
			must:    "nothing of it is on our page, nothing runs",
			section: "RFC 6749 §10.14", defence: "nothing of a request is echoed; Content-Security-Policy default-src 'none'; nosniff",
			where: "auth/loopback/serve.go auth/loopback/pages.go", inPage: pageMarkup},
		{kind: 32, name: "a page puts ours into a frame", by: page,
			does:    "frames the callback and the page with the verdict",
			must:    "the browser shows neither",
			section: "RFC 9700 §4.16", defence: "frame-ancestors 'none' and X-Frame-Options", where: "auth/loopback/serve.go", inPage: pageFrames},
	}
}

// signedInTab is a tab of the user's that has opened the start link and stands
// at the "provider".
func signedInTab(t *testing.T, b *browser, html string) (target, *tab) {
	t.Helper()
	op := newEvilSite(t, "<title>provider</title>"+html)
	r := newTarget(t, op.origin+"/authorize?state="+state)
	p := b.tab(t)
	p.visit(r.newLink())
	if at := p.where(); !strings.HasPrefix(at, op.origin) {
		t.Fatalf("the start link led to %s", at)
	}
	return r, p
}

func pageNavigates(t *testing.T, b *browser) {
	r, p := signedInTab(t, b, "")
	evil := newEvilSite(t, fmt.Sprintf(`<script>location = %q</script>`, r.RedirectURI()+"?code=attackers&state=guessed"))
	q := b.tab(t)
	q.visit(evil.origin)
	q.until(`document.querySelector("#latchkey") !== null`)
	if verdict := see[string](q, `document.querySelector("#latchkey").dataset.verdict`); verdict != "refused" {
		t.Errorf("the page says %q", verdict)
	}
	if r.Strays() < 1 {
		t.Error("it never arrived: the row proves nothing")
	}
	r.unharmed(p)
}

// firing is a page that asks for URL in every way; done is true at the end, and
// read lists the ways in which it learnt what was answered.
const firing = `<body><script>
var read = [], done = false, left = 0
function way(name, f) {
	left++
	let ended = false
	const end = got => { if (ended) return; ended = true; if (got) read.push(name); if (--left === 0) done = true }
	setTimeout(end, 2500)
	try { f(end) } catch (e) { end(false) }
}
const urls = [URL_ERROR, URL_CODE]
left = 1
for (const u of urls) {
	for (const [tag, attribute] of [["img", "src"], ["script", "src"], ["link", "href"], ["video", "src"]])
		way(tag, end => {
			const e = document.createElement(tag)
			if (tag === "link") e.rel = "stylesheet"
			e.onload = e.onloadeddata = () => end(true)
			e.onerror = () => end(false)
			e[attribute] = u
			document.body.append(e)
		})
	for (const tag of ["iframe", "object"])
		way(tag, end => {
			const e = document.createElement(tag)
			const look = () => { let d = null; try { d = e.contentDocument && e.contentDocument.body.innerText } catch (x) {} end(!!d && d.includes("Latchkey")) }
			e.onload = look
			e.onerror = () => end(false)
			e[tag === "object" ? "data" : "src"] = u
			document.body.append(e)
		})
	for (const method of ["GET", "POST"])
		way("form " + method, end => {
			const i = document.createElement("iframe")
			i.name = "f" + Math.random()
			document.body.append(i)
			const f = document.createElement("form")
			f.method = method
			f.action = u
			f.target = i.name
			document.body.append(f)
			i.onload = () => { let d = null; try { d = i.contentDocument.body.innerText } catch (x) {} end(!!d && d.includes("Latchkey")) }
			f.submit()
		})
	for (const options of [{}, {credentials: "include"}, {mode: "no-cors", credentials: "include"}, {method: "PUT"}, {headers: {"X-A": "b"}}, {method: "POST", body: u.split("?")[1], headers: {"Content-Type": "application/x-www-form-urlencoded"}}, {redirect: "manual", mode: "no-cors"}])
		way("fetch " + JSON.stringify(options), end => fetch(u, options).then(r => end(r.type !== "opaque" && r.type !== "opaqueredirect"), () => end(false)))
	way("XMLHttpRequest", end => {
		const x = new XMLHttpRequest()
		x.open("GET", u)
		x.withCredentials = true
		x.onload = () => end(true)
		x.onerror = () => end(false)
		x.send()
	})
	way("EventSource", end => {
		const s = new EventSource(u, {withCredentials: true})
		s.onopen = () => end(true)
		s.onerror = () => { s.close(); end(false) }
	})
	way("WebSocket", end => {
		const s = new WebSocket(u.replace("http", "ws"))
		s.onopen = () => end(true)
		s.onerror = () => end(false)
	})
	way("beacon", end => { navigator.sendBeacon(u, "error=x"); end(false) })
	way("popup", end => {
		const w = open(u)
		if (!w) return end(false)
		const look = n => setTimeout(() => {
			let d = null
			try { d = w.document.body.innerText } catch (x) {}
			if (d && d.includes("Latchkey")) return end(true)
			n ? look(n - 1) : (w.close(), end(false))
		}, 50)
		look(10)
	})
}
if (--left === 0) done = true
</script>`

func pageFires(t *testing.T, b *browser) {
	r, p := signedInTab(t, b, "")
	evil := newEvilSite(t, strings.NewReplacer(
		"URL_ERROR", fmt.Sprintf("%q", r.RedirectURI()+"?error=access_denied"),
		"URL_CODE", fmt.Sprintf("%q", r.RedirectURI()+"?code=junk&state=guessed")).Replace(firing))
	q := b.tab(t)
	q.visit(evil.origin)
	q.until("done")
	if got := see[[]string](q, "read"); len(got) > 0 {
		t.Errorf("the page can read our answer: %q", got)
	}
	// Some ways share a connection or never leave a browser of today.
	if n := r.Strays(); n < 20 {
		t.Errorf("only %d requests arrived: the row shows too little", n)
	}
	r.unharmed(p)
}

func pageRebound(t *testing.T, b *browser) {
	r, p := signedInTab(t, b, "")
	q := b.tab(t)
	// The attacker's page was loaded from a server of his, before the name was
	// rebound, so the policy of our replies does not bind it.
	q.do(func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true})
		return chromedp.Void{}, err
	})
	q.visit("http://" + evilHost + ":" + r.url().Port() + "/")
	texts, err := chromedp.Run(q.ctx, chromedp.Evaluate[[]string](`(async () => {
		const out = []
		for (const path of ["/", "/callback", "/callback?error=x", "/callback?code=c&state=`+state+`", "/start/x", "/done/x"]) {
			const r = await fetch(path, {credentials: "include", redirect: "manual"})
			out.push(r.status + " " + await r.text())
		}
		return out
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if text != texts[0] || !strings.HasPrefix(text, "421 ") || strings.Contains(text, state) {
			t.Errorf("the rebound page reads %q", text)
		}
	}
	if r.Strays() < len(texts) {
		t.Error("too few requests arrived: the row proves nothing")
	}
	r.unharmed(p)
}

func pageHistory(t *testing.T, b *browser) {
	op := newEvilSite(t, "")
	r := newTarget(t, op.origin+"/authorize?state="+state)
	p := b.tab(t)
	p.visit(r.newLink())
	see[bool](p, fmt.Sprintf("location = %q, true", r.response("&iss=x")))
	if _, err := r.Wait(p.ctx); err != nil {
		t.Fatal(err)
	}
	r.Tell(loopback.Success())
	p.until(`document.querySelector('#latchkey[data-verdict="success"]') !== null`)
	entries, err := chromedp.Run(p.ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries.Entries {
		// (UserTypedURL is where a redirect began; the browser shows it nowhere.)
		if u := e.URL; strings.Contains(u, "code=") || strings.Contains(u, "/callback") || strings.Contains(u, "/start/") {
			t.Errorf("the history holds %s", u)
		}
	}
	if from := see[string](p, "document.referrer"); strings.Contains(from, "code=") || strings.Contains(from, "/callback") {
		t.Errorf("the page was told it comes from %s", from)
	}
	next := newEvilSite(t, "<title>next</title>")
	see[bool](p, fmt.Sprintf("location = %q, true", next.origin+"/next"))
	p.until(`document.title === "next"`)
	for _, req := range next.seen() {
		if from := req.Referer(); from != "" && req.URL.Path == "/next" {
			t.Errorf("the next site is told Referer %q", from)
		}
	}
}

func pageMarkup(t *testing.T, b *browser) {
	const marker = "zqxj9"
	markup := `"><script>document.title="` + marker + `"</script><img src=x onerror='document.title="` + marker + `"'><a href="javascript:0">` + marker
	query := url.Values{"error": {markup}, "error_description": {markup}, "error_uri": {`javascript:document.title="` + marker + `"`}, marker: {markup}}
	clean := func(p *tab) {
		t.Helper()
		if html := see[string](p, "document.documentElement.outerHTML"); strings.Contains(html, marker) || strings.Contains(html, "<script") || strings.Contains(html, "javascript:") {
			t.Errorf("the page holds the markup:\n%s", html)
		}
		if title := see[string](p, "document.title"); strings.Contains(title, marker) {
			t.Error("the script ran")
		}
	}
	r, p := signedInTab(t, b, "")
	p.visit(r.RedirectURI() + "?" + query.Encode())
	clean(p)
	r.waiting()
	query.Set("state", state)
	see[bool](p, fmt.Sprintf("location = %q, true", r.RedirectURI()+"?"+query.Encode()))
	v, err := r.Wait(p.ctx)
	if err != nil || v.Get("error") != markup {
		t.Fatalf("the response with the right state brings %v, %v", v, err)
	}
	r.Tell(loopback.Failure("The sign-in could not be completed."))
	p.until(`document.querySelector('#latchkey[data-verdict="failure"]') !== null`)
	clean(p)
}

func pageFrames(t *testing.T, b *browser) {
	r, p := signedInTab(t, b, "")
	// shown lists what the browser shows in the frame of another site's page: a
	// frame that is refused becomes one of the browser's own pages.
	shown := func(address string) (frames []string) {
		t.Helper()
		evil := newEvilSite(t, fmt.Sprintf(`<iframe src=%q onload="window.loaded = true"></iframe>`, address))
		q := b.tab(t)
		q.visit(evil.origin)
		q.until("window.loaded === true")
		targets, err := chromedp.Targets(q.ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range targets {
			if f.Type != "iframe" || !strings.HasPrefix(f.URL, "http://"+r.host()) {
				continue
			}
			inside, cancel := chromedp.NewContext(q.ctx, chromedp.WithTargetID(f.TargetID), chromedp.WithDetachOnCancel())
			defer cancel()
			if at := see[string](&tab{t, inside}, "location.href"); !strings.HasPrefix(at, "chrome-error:") {
				frames = append(frames, at)
			}
		}
		return frames
	}
	if got := shown(r.RedirectURI() + "?error=x"); len(got) > 0 {
		t.Errorf("the frame shows %q", got)
	}
	if r.Strays() == 0 {
		t.Error("the frame never asked: the row proves nothing")
	}
	see[bool](p, fmt.Sprintf("location = %q, true", r.response("")))
	if _, err := r.Wait(p.ctx); err != nil {
		t.Fatal(err)
	}
	p.until(`location.pathname.startsWith("/done/")`)
	if got := shown(p.where()); len(got) > 0 {
		t.Errorf("the frame shows the verdict's page: %q", got)
	}
	r.Tell(loopback.Success())
}
