package mockprovider_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// scripts turns scripts on or off, as some people do.
func scripts(ctx context.Context, t *testing.T, on bool) {
	t.Helper()
	if _, err := chromedp.Run(ctx, func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return chromedp.Void{}, err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestFormPostInChromium checks that the page that posts the response does so
// by itself under its own policy, and that without scripts its button does.
// The pages of signing out are looked at on the way.
func TestFormPostInChromium(t *testing.T) {
	ctx := chromium(t)
	c := newClient(t, mockprovider.WithPersona(persona.Plain()))
	c.change = func(q url.Values) { q.Set("response_mode", "form_post") }
	came := func(how string) {
		t.Helper()
		select {
		case form := <-c.forms:
			if r := c.token(c.codeForm(form.Get("code"))); r.status != 200 || form.Get("state") != state {
				t.Errorf("%s: %v, then %d %s", how, form, r.status, r.text)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: nothing was posted to the client", how)
		}
	}
	allow := func() {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(c.callback.URL+"/start"), chromedp.WaitVisible(chromedp.CSS("main"))); err != nil {
			t.Fatal(err)
		}
		if first, _ := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("#user-ada") != null`)); first {
			if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#user-ada"))); err != nil {
				t.Fatal(err)
			}
		}
		if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("#allow")), chromedp.Click(chromedp.CSS("#allow"))); err != nil {
			t.Fatal(err)
		}
	}
	allow()
	came("by script")
	scripts(ctx, t, false)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{860, 360} {
			look(ctx, t, width, scheme)
			name := func(page string) string { return fmt.Sprintf("%s-%s-%d", page, scheme, width) }
			allow()
			if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("#continue"))); err != nil {
				t.Fatal(err)
			}
			inspect(ctx, t, name("form-post"), width)
			if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#continue"))); err != nil {
				t.Fatal(err)
			}
			came("by button")
			if err := chromedp.Do(ctx, chromedp.Navigate(c.srv.Issuer()+"/logout"), chromedp.WaitVisible(chromedp.CSS("#sign-out"))); err != nil {
				t.Fatal(err)
			}
			inspect(ctx, t, name("logout"), width)
			if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#sign-out")), chromedp.WaitVisible(chromedp.CSS("#done"))); err != nil {
				t.Fatal(err)
			}
			inspect(ctx, t, name("done"), width)
		}
	}
}
