package mockprovider_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/persona"
)

// TestPicturesForDocs takes the pictures of docs/mock-provider.md, for `make
// screenshots`: each page light, dark, and on a narrow screen. It runs only if
// MOCKPROVIDER_SCREENSHOTS names the directory they go to.
func TestPicturesForDocs(t *testing.T) {
	dir := os.Getenv("MOCKPROVIDER_SCREENSHOTS")
	if dir == "" {
		t.Skip("MOCKPROVIDER_SCREENSHOTS is not set")
	}
	b := newTab(t)
	// take makes the three pictures of a page that is open already: its upper
	// part, so many pixels.
	take := func(name string, height int64) {
		t.Helper()
		for _, as := range []struct {
			suffix, scheme string
			width          int64
		}{{"light", "light", 640}, {"dark", "dark", 640}, {"narrow", "light", 360}} {
			b.look(as.width, as.scheme)
			if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(as.width, height)); err != nil {
				t.Fatal(err)
			}
			b.await("main")
			png, err := run(b, chromedp.CaptureScreenshot())
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, "mock-"+name+"-"+as.suffix+".png"), png, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}

	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	c := newClient(t, mockprovider.WithMisbehaveMenu())
	c.srv.SetTime(noon)
	c.change = askForMore
	b.open(c.authorizeURL(), "#user-ada")
	take("login", 640)
	b.open(c.authorizeURL(), "#user-ada")
	b.click("#user-hubert")
	b.await("#allow")
	take("consent", 880)
	b.open(c.refusedURL(), "#error")
	take("error", 560)
	b.open(c.authorizeURL(), "#misbehave summary")
	b.click("#misbehave summary")
	b.await("#bend")
	take("misbehave", 900)

	plain := newClient(t, mockprovider.WithPersona(persona.Plain()))
	plain.srv.SetTime(noon)
	b.open(plain.callback.URL+"/start", "#user-ada")
	b.click("#user-ada")
	b.click("#allow")
	b.until("coming back", func() (bool, error) {
		return run(b, chromedp.Evaluate[bool]("document.querySelector('main') === null"))
	})
	b.open(plain.srv.Issuer()+"/logout", "#sign-out")
	take("logout", 480)

	// A journal of its own, in which a person can read what happened.
	j := newClient(t)
	j.srv.SetTime(noon)
	j.srv.Advance(3 * time.Minute)
	tokens := j.signIn()
	j.userinfo(tokens.get("access_token"))
	j.srv.Advance(time.Hour)
	j.token(j.refreshForm(tokens.get("refresh_token")))
	j.srv.Advance(2 * time.Minute)
	if _, err := j.srv.AddFault(fault.Spec{Name: "id-token-nonce-wrong", Match: fault.Match{User: "hubert"}}); err != nil {
		t.Fatal(err)
	}
	j.token(j.codeForm(j.response(j.srv.Person("hubert")).Get("code")))
	j.srv.Advance(time.Minute)
	form := j.codeForm(j.response(j.srv.Person("noa")).Get("code"))
	form.Set("code_verifier", "another-verifier-than-the-one-in-the-request-0123")
	j.token(form)
	b.open(j.srv.DashboardLink(), "#s1")
	b.eval(`document.querySelectorAll(".step.refused details").forEach(d => d.open = true), true`)
	take("journal", 1000)
}
