// Package chromium starts a headless Chromium for a test of one room: how a page
// looks, what a browser sends along, which response it takes home. Tests of the
// whole program have a browser of the desktop's own, in e2e/stage.
//
// It is linked by tests alone, of whatever room; it knows nothing of ours.
package chromium

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// names are what the program is called, on one system or another.
var names = []string{"chromium", "chromium-browser", "google-chrome"}

// Path finds the program. Without one the test is skipped; so it is with -short,
// since a browser takes seconds. A snap is none: it can't see a test's folders.
func Path(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil && !strings.HasPrefix(path, "/snap/") {
			return path
		}
	}
	t.Skip("NOT RUN: needs a Chromium that is no snap")
	return ""
}

// Start starts a Chromium with a profile of its own, without the person's
// session bus and proxy, and returns the context of its first tab. Both end with
// t. options are added to the usual ones. A test without a limit of its own uses
// [StartFor].
func Start(t testing.TB, options ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path := Path(t)
	// Not t.TempDir, whose removal fails while the browser still writes.
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	usual := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, // as root, without a display
		chromedp.WSURLReadTimeout(2*time.Minute), // on a busy machine
		chromedp.Env("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("no-proxy-server", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(usual, options...)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	return ctx
}

// StartFor is Start with a limit, which begins when the browser is there: a test
// that waits for a page in vain ends then.
func StartFor(t testing.TB, limit time.Duration, options ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(Start(t, options...), limit)
	t.Cleanup(cancel)
	return ctx
}
