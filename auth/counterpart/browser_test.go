package counterpart

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"app.latchkey/e2e/chromium"
)

// browser is a real Chromium with somebody at it.
type browser struct {
	t      *testing.T
	ctx    context.Context // chromedp keeps the page in it
	person string
	page   string   // the last one, for whoever reads why it got stuck
	seen   []string // what was done on the provider's pages, since the last open
}

// startBrowser starts a Chromium, or skips the test where there is none.
func startBrowser(t *testing.T, person string) *browser {
	t.Helper()
	return &browser{t: t, ctx: chromium.StartFor(t, 2*time.Minute), person: person}
}

// open is auth.Config's OpenBrowser. It empties the page before it goes, so that
// nothing on it is taken for what comes.
func (b *browser) open(_ context.Context, address string) error {
	b.seen = nil
	return chromedp.Do(b.ctx, chromedp.Evaluate[struct{}](fmt.Sprintf("document.body.replaceChildren(); location.href = %q", address)))
}

// act does, page by page, what the person does, until the program's own last
// page is there, and returns its verdict.
func (b *browser) act() string {
	b.t.Helper()
	return b.until(`const last = document.querySelector("[data-verdict]"); if (last) return "verdict " + last.dataset.verdict;`)
}

// leave does what the person does to log out, until the program's own page is
// there, or, where the provider sends nobody back, the provider's.
func (b *browser) leave(returns bool) {
	b.t.Helper()
	if returns {
		b.act()
		return
	}
	b.until(`if (/signed out/i.test(document.body.innerText)) return "verdict left";`)
}

// until acts until a script says the verdict. Each look asks anew, since pages
// go while they are looked at; each page is acted on once.
func (b *browser) until(last string) string {
	b.t.Helper()
	script := `(() => {
		` + last + `
		if (location.hostname !== "127.0.0.1" || document.readyState === "loading" || window.acted) return "";
		const did = (() => {` + b.person + `})();
		if (did) window.acted = true;
		return did;
	})()`
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		did, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script)) // errors: between two pages
		if verdict, ok := strings.CutPrefix(did, "verdict "); err == nil && ok && verdict != "waiting" {
			return verdict
		}
		b.page, _ = chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.origin + location.pathname + ": " + (document.body || {}).innerText`))
		if err == nil && did != "" && !strings.HasPrefix(did, "verdict") {
			b.seen = append(b.seen, did)
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			b.t.Fatalf("the browser did not come back after %v; its page: %s", b.seen, b.page)
		}
	}
}
