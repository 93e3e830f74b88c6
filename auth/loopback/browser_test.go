package loopback_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"app.latchkey/auth/loopback"
	"app.latchkey/e2e/chromium"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
)

// picture keeps what the browser shows, in the directory named by
// LOOPBACK_PICTURES, if it is set.
func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("LOOPBACK_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// see runs an action that finds something out.
func see[T any](ctx context.Context, t *testing.T, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// shown waits for an element and returns its text. It asks anew each time,
// because a navigation can take the document away under a question.
func shown(ctx context.Context, t *testing.T, css string) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		js := fmt.Sprintf(`(document.querySelector(%q) || {innerText: ""}).innerText`, css)
		if text, err := chromedp.Run(ctx, chromedp.Evaluate[string](js)); err == nil && text != "" {
			return text
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s never came", css)
		}
	}
}

// TestInChromium goes the whole way in a real browser, the provider being on
// another site (localhost is not 127.0.0.1), so that the cookie has to survive
// a navigation from there.
func TestInChromium(t *testing.T) {
	ctx := chromium.StartFor(t, time.Minute, chromedp.WindowSize(720, 480))
	var r *loopback.Receiver
	op := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if ref := req.Header.Get("Referer"); ref != "" && req.URL.Path == "/authorize" {
			t.Errorf("the provider is told Referer %q", ref)
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<a id="allow" href="%s">Allow</a>`, strings.ReplaceAll(good(r), "&", "&amp;"))
	}))
	defer op.Close()
	r = listen(t, loopback.Config{})
	r.Arm(loopback.Attempt{State: state, ProviderName: "Example",
		AuthorizationURL: strings.Replace(op.URL, "127.0.0.1", "localhost", 1) + "/authorize?state=" + state})

	var mu sync.Mutex
	var complaints []string
	see(ctx, t, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	})
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && !strings.Contains(fmt.Sprint(e.Entry.URL), "favicon") {
			mu.Lock()
			complaints = append(complaints, e.Entry.Text)
			mu.Unlock()
		}
	}); err != nil {
		t.Fatal(err)
	}
	see(ctx, t, chromedp.Steps(chromedp.Navigate(link(t, r)), chromedp.Click(chromedp.CSS("#allow"))))
	waiting := shown(ctx, t, "#waiting h1")
	picture(ctx, t, "waiting")
	r.Tell(loopback.Success())
	text := shown(ctx, t, `#latchkey[data-verdict="success"]`)
	where := see(ctx, t, chromedp.Location())
	hidden := see(ctx, t, chromedp.Evaluate[bool](`document.querySelector("#waiting").offsetParent === null`))
	ground := see(ctx, t, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
	picture(ctx, t, "success")

	if waiting != "Checking the answer…" || !strings.Contains(text, "You’re signed in.") || !hidden {
		t.Errorf("waiting %q, then %q, waiting part hidden: %v", waiting, text, hidden)
	}
	if ground != "rgb(247, 247, 244)" && ground != "rgb(21, 23, 30)" {
		t.Errorf("the style is not applied: the ground is %s", ground)
	}
	if strings.Contains(where, "?") || strings.Contains(where, "callback") {
		t.Errorf("the address bar shows %s", where)
	}
	wantDone(t, r, 5*time.Second)
	mu.Lock()
	defer mu.Unlock()
	if len(complaints) > 0 {
		t.Errorf("the browser complains: %q", complaints)
	}
	if v, err := r.Wait(ctx); err != nil || v.Get("code") != "c-1" {
		t.Errorf("Wait: %v, %v", v, err)
	}
}

// TestForgedInChromium: another site's page fires requests at the receiver, in
// every way a page can, from the very browser that has the cookie.
func TestForgedInChromium(t *testing.T) {
	ctx := chromium.StartFor(t, time.Minute, chromedp.WindowSize(720, 480))
	r := listen(t, loopback.Config{})
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		u := r.RedirectURI() + "?error=access_denied"
		fmt.Fprintf(w, `<img src="%[1]s"><iframe src="%[1]s"></iframe><form id=f method=post action="%[1]s" target=x></form>
			<iframe name=x></iframe><script>
			f.submit();
			const all = [fetch("%[1]s", {mode: "no-cors", credentials: "include"}), fetch("%[1]s", {credentials: "include"}),
				fetch("%[1]s", {method: "PUT", headers: {"X-A": "b"}})];
			Promise.allSettled(all).then(r => document.title = r.map(x => x.value && x.value.type === "cors" ? "READ" : "no").join());
			</script>`, u)
	}))
	defer evil.Close()
	u := strings.Replace(evil.URL, "127.0.0.1", "localhost", 1)
	r.Arm(loopback.Attempt{State: state, AuthorizationURL: u})
	see(ctx, t, chromedp.Navigate(link(t, r)))
	see(ctx, t, chromedp.Poll[bool](`document.title !== ""`))
	title := see(ctx, t, chromedp.Title())
	if strings.Contains(title, "READ") {
		t.Error("another site's page can read ours")
	}
	if n := r.Strays(); n < 4 { // picture, frame, form, fetch: some forms may never leave the browser
		t.Errorf("only %d requests arrived: this test shows too little", n)
	}
	waits(t, r)
	go func() {
		v, err := r.Wait(ctx)
		if err != nil || v.Get("code") != "c-1" {
			t.Errorf("Wait: %v, %v", v, err)
		}
		r.Tell(loopback.Success())
	}()
	see(ctx, t, chromedp.Navigate(good(r))) // ends when the page does
	wantDone(t, r, 5*time.Second)
}

// TestFormPostInChromium: a provider's page on another site posts the response.
// The browser sends no cookie along, and the sign-in works all the same.
func TestFormPostInChromium(t *testing.T) {
	ctx := chromium.StartFor(t, time.Minute, chromedp.WindowSize(720, 480))
	var r *loopback.Receiver
	op := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<body onload="document.forms[0].submit()"><form method=post action="%s">
			<input type=hidden name=code value=c-1><input type=hidden name=state value="%s"></form>`, r.RedirectURI(), state)
	}))
	defer op.Close()
	r = listen(t, loopback.Config{})
	r.Arm(loopback.Attempt{State: state, AuthorizationURL: strings.Replace(op.URL, "127.0.0.1", "localhost", 1)})
	go func() {
		if v, err := r.Wait(ctx); err != nil || v.Get("code") != "c-1" {
			t.Errorf("Wait: %v, %v", v, err)
		}
		r.Tell(loopback.Success())
	}()
	see(ctx, t, chromedp.Navigate(link(t, r)))
	shown(ctx, t, `#latchkey[data-verdict="success"]`)
	if where := see(ctx, t, chromedp.Location()); !strings.Contains(where, "/done/") {
		t.Errorf("the address bar shows %s", where)
	}
	wantDone(t, r, 5*time.Second)
}
