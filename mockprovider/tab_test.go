package mockprovider_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"app.latchkey/e2e/chromium"
)

// tab is a page in a real browser, at which a person sits. Whatever it does it
// does by asking the page anew: chromedp's own waiting and clicking hold on to
// nodes, and wait for ever for those of a page that a redirect has just
// replaced.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// lookAgain is how often a tab looks, lookFor how long one look may take.
const (
	lookAgain = 20 * time.Millisecond
	lookFor   = 10 * time.Second
)

// newTab starts a browser, or skips the test where there is none.
func newTab(t *testing.T) *tab {
	t.Helper()
	return &tab{t, chromium.StartFor(t, 5*time.Minute)}
}

// run does something on the page, for no longer than one look may take.
func run[T any](b *tab, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, lookFor)
	defer cancel()
	return chromedp.Run(ctx, action)
}

// until does something again and again until it says that all is well.
func (b *tab) until(what string, done func() (bool, error)) {
	b.t.Helper()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		ok, err := done()
		if ok && err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			at, _ := chromedp.Run(context.WithoutCancel(b.ctx), chromedp.Location())
			b.t.Fatalf("%s: %v; the browser is at %s", what, errors.Join(err, b.ctx.Err()), at)
		}
	}
}

func quote(selector string) string {
	text, err := json.Marshal(selector)
	if err != nil {
		panic(err) // a string
	}
	return string(text)
}

// open goes to an address and waits until an element is there. It goes there
// again if that is broken off, as by a redirect of the page before.
func (b *tab) open(address, selector string) {
	b.t.Helper()
	b.until("opening "+address, func() (bool, error) {
		if _, err := run(b, chromedp.Navigate(address)); err != nil {
			return false, err
		}
		return true, nil
	})
	b.await(selector)
}

// await waits until an element is visible and the page it is on complete.
func (b *tab) await(selector string) {
	b.t.Helper()
	b.until("waiting for "+selector, func() (bool, error) {
		return run(b, chromedp.Evaluate[bool]("document.readyState == 'complete' && (e => e !== null && e.getClientRects().length > 0)(document.querySelector("+quote(selector)+"))"))
	})
}

// awaitEither waits for one of two elements and says whether it was the first.
func (b *tab) awaitEither(first, second string) bool {
	b.t.Helper()
	b.await(first + ", " + second)
	found, err := run(b, chromedp.Evaluate[bool]("document.querySelector("+quote(first)+") !== null"))
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

// click waits for an element and clicks its middle with the mouse, if that is
// the element and not something above it.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.await(selector)
	b.until("clicking "+selector, func() (bool, error) {
		at, err := run(b, chromedp.Evaluate[[]float64](`(e => {
			if (e === null) return []
			e.scrollIntoView({block: "nearest", behavior: "instant"})
			const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2
			return e.contains(document.elementFromPoint(x, y)) ? [x, y] : []
		})(document.querySelector(`+quote(selector)+`))`))
		if err != nil || len(at) != 2 {
			return false, errors.Join(err, errors.New("it cannot be reached with the mouse"))
		}
		if _, err := run(b, chromedp.MouseClickXY(at[0], at[1])); err == nil {
			return true, nil
		}
		// A browser that leaves the page because of the click need not answer.
		present, err := run(b, chromedp.Evaluate[bool]("document.querySelector("+quote(selector)+") !== null"))
		return err == nil && !present, err
	})
}

// write puts text into a field, key by key.
func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.click(selector)
	b.eval("document.querySelector(" + quote(selector) + ").select(), true")
	b.press(text)
}

// press presses keys, one after the other.
func (b *tab) press(keys string) {
	b.t.Helper()
	for _, key := range keys {
		if err := chromedp.Do(b.ctx, chromedp.KeyEvent(string(key))); err != nil {
			b.t.Fatalf("pressing %q: %v", key, err)
		}
	}
}

// eval has the page work something out that is true.
func (b *tab) eval(script string) {
	b.t.Helper()
	if ok, err := run(b, chromedp.Evaluate[bool](script)); err != nil || !ok {
		b.t.Fatalf("%s: %t %v", script, ok, err)
	}
}

// call sends a command of the DevTools protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := run(b, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, command, params)
		return chromedp.Void{}, err
	}); err != nil {
		b.t.Fatal(err)
	}
}

// scripts turns scripts on or off, as some people do.
func (b *tab) scripts(on bool) {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// look sets how wide the window is and which colours the person prefers.
func (b *tab) look(width int64, scheme string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 700)); err != nil {
		b.t.Fatal(err)
	}
}

// looks shows a page light and dark, wide and narrow.
func (b *tab) looks(wide int64, show func(scheme string, width int64)) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{wide, 360} {
			b.look(width, scheme)
			show(scheme, width)
		}
	}
}

// inspect checks what every page must hold, and keeps a picture of it in the
// directory named by MOCKPROVIDER_PICTURES, if it is set.
func (b *tab) inspect(name string, width int64) {
	b.t.Helper()
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
	b.await("main")
	bad, err := run(b, chromedp.Evaluate[string](script))
	if err != nil || bad != "" {
		b.t.Errorf("%s at %d px: %s %v", name, width, bad, err)
	}
	dir := os.Getenv("MOCKPROVIDER_PICTURES")
	if dir == "" {
		return
	}
	png, err := run(b, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Error(err)
	}
}
