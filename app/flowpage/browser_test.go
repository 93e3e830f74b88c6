package flowpage_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"app.latchkey/app/presenter"
	"app.latchkey/assets"
	"app.latchkey/e2e/chromium"
)

// see runs a script of the test's own in the page.
func see[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestInChromium opens the page as a file, as a person does: its own style is
// applied and nothing else, it fits a narrow screen, and follows light and dark.
// Pictures go to the folder that LATCHKEY_SCREENSHOTS names, if it is set.
func TestInChromium(t *testing.T) {
	ctx := chromium.StartFor(t, time.Minute)
	for name, e := range map[string]presenter.Export{"page": sample(), "hostile": record(hostile)} {
		path := filepath.Join(t.TempDir(), name+".html")
		if err := os.WriteFile(path, []byte(export(t, e, presenter.FormatPage)), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, as := range []struct {
			name, scheme, ground string
			width                int64
		}{
			{"light", "light", "rgb(247, 247, 244)", 800}, {"dark", "dark", "rgb(21, 23, 30)", 800}, {"narrow", "light", "rgb(247, 247, 244)", 360},
		} {
			prefer(ctx, t, as.scheme)
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(as.width, 1100), chromedp.Navigate("file://"+path)); err != nil {
				t.Fatal(err)
			}
			if got := see[string](ctx, t, `getComputedStyle(document.body).backgroundColor`); got != as.ground {
				t.Errorf("%s %s: the ground is %s, want %s: is the style applied?", name, as.name, got, as.ground)
			}
			if over := see[float64](ctx, t, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s %s: the page is %v pixels too wide", name, as.name, over)
			}
			if ran := see[bool](ctx, t, `document.querySelector("script,img,iframe") !== null`); ran {
				t.Errorf("%s %s: there is more in the page than text", name, as.name)
			}
			if cut := see[string](ctx, t, cutTexts); cut != "" {
				t.Errorf("%s %s: texts of the drawing are outside of it: %s", name, as.name, cut)
			}
			if name == "page" {
				picture(ctx, t, "how-you-signed-in-page-"+as.name)
			}
		}
	}
	for _, l := range assets.Languages() {
		e := sample()
		e.Language = l.Tag
		path := filepath.Join(t.TempDir(), "page.html")
		if err := os.WriteFile(path, []byte(export(t, e, presenter.FormatPage)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path)); err != nil {
			t.Fatal(err)
		}
		if cut := see[string](ctx, t, cutTexts); cut != "" {
			t.Errorf("%s: texts of the drawing are outside of it: %s", l.Tag, cut)
		}
	}
	if loaded := see[float64](ctx, t, `performance.getEntriesByType("resource").length`); loaded > 0 {
		t.Errorf("the page loads %v things", loaded)
	}
}

// TestStrongColoursAndPrint: the drawing takes the colours that the person chose
// for everything, more contrast is given where it is asked for, and what is
// printed is dark on white whatever the screen is.
func TestStrongColoursAndPrint(t *testing.T) {
	ctx := chromium.StartFor(t, time.Minute)
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(export(t, sample(), presenter.FormatPage)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path)); err != nil {
		t.Fatal(err)
	}
	const looks = `(() => {
		const of = (css, property) => getComputedStyle(document.querySelector(css))[property];
		return [of(".quiet", "color"), of(".card", "backgroundColor"), of(".label", "stroke"), of(".label", "fill")].join(" | ");
	})()`
	for _, c := range []struct{ name, media, feature, value, scheme, want string }{
		{"more contrast", "", "prefers-contrast", "more", "light", "rgb(51, 53, 63) | rgb(255, 255, 255) | rgb(255, 255, 255) | rgb(0, 0, 0)"},
		{"more contrast, dark", "", "prefers-contrast", "more", "dark", "rgb(217, 219, 230) | rgb(0, 0, 0) | rgb(0, 0, 0) | rgb(255, 255, 255)"},
		{"forced colours", "", "forced-colors", "active", "light", "rgb(0, 0, 0) | rgb(255, 255, 255) | rgb(255, 255, 255) | rgb(0, 0, 0)"},
		{"forced colours, dark", "", "forced-colors", "active", "dark", "rgb(255, 255, 255) | rgb(0, 0, 0) | rgb(0, 0, 0) | rgb(255, 255, 255)"},
		{"printed from a dark screen", "print", "prefers-contrast", "no-preference", "dark", "rgb(98, 102, 118) | rgb(255, 255, 255) | rgb(255, 255, 255) | rgb(29, 32, 48)"},
	} {
		emulate(ctx, t, c.media, map[string]string{"prefers-color-scheme": c.scheme, c.feature: c.value})
		if got := see[string](ctx, t, looks); got != c.want {
			t.Errorf("%s: quiet text, card, halo and label are %s, want %s", c.name, got, c.want)
		}
	}
}

// prefer sets which colours the person prefers.
func prefer(ctx context.Context, t *testing.T, scheme string) {
	t.Helper()
	emulate(ctx, t, "", map[string]string{"prefers-color-scheme": scheme})
}

// emulate shows the page in a medium ("": the screen) to whoever prefers that.
func emulate(ctx context.Context, t *testing.T, media string, features map[string]string) {
	t.Helper()
	params := emulation.SetEmulatedMediaParams{Media: media}
	for name, value := range features {
		params.Features = append(params.Features, &emulation.MediaFeature{Name: name, Value: value})
	}
	if _, err := chromedp.Run(ctx, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, params)
		return chromedp.Void{}, err
	}); err != nil {
		t.Fatal(err)
	}
}

// cutTexts are the drawing's texts that don't fit into it.
const cutTexts = `[...document.querySelectorAll("svg text")].filter(t => {
	const b = t.getBBox(), v = document.querySelector("svg").viewBox.baseVal;
	return !t.textContent.includes("<script") && (b.x < 0 || b.x + b.width > v.width);
}).map(t => t.textContent).join("; ")`

func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("LATCHKEY_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
