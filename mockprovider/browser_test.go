package mockprovider_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"app.latchkey/mockprovider"
)

// chromium starts a browser, or skips the test where there is none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	dir, err := os.MkdirTemp("", "mockprovider")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) })
	if err := chromedp.Do(ctx); err != nil { // starts it, without the limit below
		t.Fatal(err)
	}
	limited, release := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(release)
	return limited
}

// look sets how wide the window is and which colours the person prefers.
func look(ctx context.Context, t *testing.T, width int64, scheme string) {
	t.Helper()
	_, err := chromedp.Run(ctx, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return chromedp.Void{}, err
	})
	if err == nil {
		err = chromedp.Do(ctx, chromedp.EmulateViewport(width, 700))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// inspect checks what every page must hold, and keeps a picture of it in the
// directory named by MOCKPROVIDER_PICTURES, if it is set.
func inspect(ctx context.Context, t *testing.T, name string, width int64) {
	t.Helper()
	const script = `(() => {
		const bad = [];
		if (document.documentElement.scrollWidth > innerWidth) bad.push("wider than the window: " + document.documentElement.scrollWidth);
		if (!document.querySelector(".banner").innerText.includes("Test provider")) bad.push("no banner");
		if (document.querySelectorAll("main").length != 1 || document.querySelectorAll("h1").length != 1) bad.push("not one main and one h1");
		if (getComputedStyle(document.body).margin != "0px") bad.push("no style sheet");
		for (const e of document.querySelectorAll("input:not([type=hidden])")) if (!e.labels.length) bad.push("no label: " + e.id);
		for (const e of document.querySelectorAll("img")) if (!e.complete || !e.naturalWidth) bad.push("no picture: " + e.src);
		for (const e of document.querySelectorAll("button, label.scope")) if (e.getBoundingClientRect().height < 24) bad.push("too small to hit: " + e.innerText);
		const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
		if (new Set(ids).size != ids.length) bad.push("an id twice");
		return bad.join("; ");
	})()`
	bad, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	if err != nil || bad != "" {
		t.Errorf("%s at %d px: %s %v", name, width, bad, err)
	}
	dir := os.Getenv("MOCKPROVIDER_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestPagesInChromium shows each page wide and narrow, light and dark.
func TestPagesInChromium(t *testing.T) {
	ctx := chromium(t)
	c := newClient(t, mockprovider.WithPasswordForm())
	c.change = func(q url.Values) {
		q.Set("scope", "openid email profile https://www.googleapis.com/auth/user.birthday.read https://www.googleapis.com/auth/user.organization.read")
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{860, 360} {
			look(ctx, t, width, scheme)
			name := func(page string) string { return fmt.Sprintf("%s-%s-%d", page, scheme, width) }
			for _, user := range []string{"ada", "hubert", "noa", "sam"} {
				if err := chromedp.Do(ctx, chromedp.Navigate(c.authorizeURL()), chromedp.WaitVisible(chromedp.CSS("#user-ada"))); err != nil {
					t.Fatal(err)
				}
				inspect(ctx, t, name("login"), width)
				if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#user-"+user)), chromedp.WaitVisible(chromedp.CSS("#allow"))); err != nil {
					t.Fatal(err)
				}
				inspect(ctx, t, name("consent-"+user), width)
			}
			for page, address := range map[string]string{
				"error": strings.Replace(c.authorizeURL(), "127.0.0.1", "localhost", 2), "home": c.srv.Issuer() + "/",
			} {
				address = strings.Replace(address, "http://localhost", "http://127.0.0.1", 1)
				if err := chromedp.Do(ctx, chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#"+page))); err != nil {
					t.Fatal(err)
				}
				inspect(ctx, t, name(page), width)
			}
		}
	}
}

// TestSignInInChromium goes the whole way by mouse and then by keyboard alone,
// and hears no complaint from the browser: the CSP lets the form lead back to
// the client.
func TestSignInInChromium(t *testing.T) {
	ctx := chromium(t)
	c := newClient(t, mockprovider.WithPasswordForm())
	var mu sync.Mutex
	var complaints []string
	if _, err := chromedp.Run(ctx, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && !strings.Contains(fmt.Sprint(e.Entry.URL), "favicon") {
			mu.Lock()
			defer mu.Unlock()
			complaints = append(complaints, e.Entry.Text)
		}
	}); err != nil {
		t.Fatal(err)
	}
	back := func(how string) {
		t.Helper()
		// Asked anew each time: a navigation takes the document away under a
		// question.
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var location string
		for !strings.HasPrefix(location, c.redirect) {
			select {
			case <-tick.C:
				location, _ = chromedp.Run(ctx, chromedp.Location())
			case <-ctx.Done():
				t.Fatalf("%s: the browser did not come back, but is at %s", how, location)
			}
		}
		u, err := url.Parse(location)
		if err != nil || u.Query().Get("code") == "" || u.Query().Get("state") != state {
			t.Fatalf("%s: came back with %q", how, location)
		}
		if r := c.token(c.codeForm(u.Query().Get("code"))); r.status != 200 {
			t.Errorf("%s: %d %s", how, r.status, r.text)
		}
	}
	start := chromedp.Navigate(c.callback.URL + "/start")
	if err := chromedp.Do(ctx, start, chromedp.Click(chromedp.CSS("#user-ada")), chromedp.Click(chromedp.CSS("#allow"))); err != nil {
		t.Fatal(err)
	}
	back("by mouse")
	if err := chromedp.Do(ctx, start, chromedp.WaitVisible(chromedp.CSS("#user-ada")),
		chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"), chromedp.WaitVisible(chromedp.CSS("#scope-email")),
		chromedp.KeyEvent("\t"), chromedp.KeyEvent(" "), // unticks e-mail
		chromedp.KeyEvent("\t"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r")); err != nil {
		t.Fatal(err)
	}
	back("by keyboard")
	if err := chromedp.Do(ctx, start, chromedp.SendKeys(chromedp.CSS("#email"), "noa@example.com"),
		chromedp.SendKeys(chromedp.CSS("#password"), mockprovider.SeedPassword),
		chromedp.Click(chromedp.CSS("#signin")), chromedp.Click(chromedp.CSS("#allow"))); err != nil {
		t.Fatal(err)
	}
	back("by password")
	mu.Lock()
	defer mu.Unlock()
	if len(complaints) > 0 {
		t.Errorf("the browser complained: %q", complaints)
	}
}
