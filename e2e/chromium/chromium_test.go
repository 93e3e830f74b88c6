package chromium_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"app.latchkey/e2e/chromium"
)

// TestStart: the browser shows a page, in a window of the size that was asked
// for, and asks no proxy.
func TestStart(t *testing.T) {
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	ctx := chromium.StartFor(t, time.Minute, chromedp.WindowSize(720, 480))
	if _, ok := ctx.Deadline(); !ok {
		t.Error("there is no limit")
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("data:text/html,<title>here</title>")); err != nil {
		t.Fatal(err)
	}
	title, err := chromedp.Run(ctx, chromedp.Title())
	if err != nil || title != "here" {
		t.Errorf("the page's title is %q, %v", title, err)
	}
	width, err := chromedp.Run(ctx, chromedp.Evaluate[float64]("outerWidth"))
	if err != nil || width != 720 {
		t.Errorf("the window is %v wide, %v", width, err)
	}
}
