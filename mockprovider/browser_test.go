package mockprovider_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// TestPagesInChromium shows each page wide and narrow, light and dark.
func TestPagesInChromium(t *testing.T) {
	b := newTab(t)
	c := newClient(t, mockprovider.WithPasswordForm())
	c.change = askForMore
	b.looks(860, func(scheme string, width int64) {
		name := func(page string) string { return fmt.Sprintf("%s-%s-%d", page, scheme, width) }
		for _, user := range []string{"ada", "hubert", "noa", "sam"} {
			b.open(c.authorizeURL(), "#user-ada")
			b.inspect(name("login"), width)
			b.click("#user-" + user)
			b.await("#allow")
			b.inspect(name("consent-"+user), width)
		}
		b.open(c.refusedURL(), "#error")
		b.inspect(name("error"), width)
		b.open(c.srv.Issuer()+"/", "#home")
		b.inspect(name("home"), width)
	})
}

// askForMore asks for scopes that can be unticked.
func askForMore(q url.Values) {
	q.Set("scope", "openid email profile https://www.googleapis.com/auth/user.birthday.read https://www.googleapis.com/auth/user.organization.read")
}

// refusedURL is an authorization request that is refused on a page.
func (c *client) refusedURL() string {
	u, err := url.Parse(c.authorizeURL())
	if err != nil {
		c.t.Fatal(err)
	}
	q := u.Query()
	q.Set("redirect_uri", strings.Replace(c.redirect, "127.0.0.1", "localhost", 1))
	u.RawQuery = q.Encode()
	return u.String()
}

// TestSignInInChromium goes the whole way by mouse and then by keyboard alone,
// and hears no complaint from the browser: the CSP lets the form lead back to
// the client.
func TestSignInInChromium(t *testing.T) {
	b := newTab(t)
	c := newClient(t, mockprovider.WithPasswordForm())
	complaints := b.complaints()
	back := func(how string) {
		t.Helper()
		var location string
		b.until(how+": coming back to the client", func() (bool, error) {
			var err error
			location, err = run(b, chromedp.Location())
			return strings.HasPrefix(location, c.redirect), err
		})
		u, err := url.Parse(location)
		if err != nil || u.Query().Get("code") == "" || u.Query().Get("state") != state {
			t.Fatalf("%s: came back with %q", how, location)
		}
		if r := c.token(c.codeForm(u.Query().Get("code"))); r.status != 200 {
			t.Errorf("%s: %d %s", how, r.status, r.text)
		}
	}
	start := c.callback.URL + "/start"
	b.open(start, "#user-ada")
	b.click("#user-ada")
	b.click("#allow")
	back("by mouse")

	b.open(start, "#user-ada")
	b.press("\t\r")
	b.await("#scope-email")
	b.press("\t \t\t\r") // unticks e-mail
	back("by keyboard")

	b.open(start, "#email")
	b.write("#email", "noa@example.com")
	b.write("#password", mockprovider.SeedPassword)
	b.click("#signin")
	b.click("#allow")
	back("by password")
	if got := complaints(); len(got) > 0 {
		t.Errorf("the browser complained: %q", got)
	}
}

// complaints listens to what the browser says in its console, from now on.
func (b *tab) complaints() func() []string {
	b.t.Helper()
	var mu sync.Mutex
	var heard []string
	if err := chromedp.Listen(b.ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && !strings.Contains(fmt.Sprint(e.Entry.URL), "favicon") {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, e.Entry.Text)
		}
	}); err != nil {
		b.t.Fatal(err)
	}
	call(b, log.Enable, cdp.Empty{})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return heard
	}
}

// TestFormPostInChromium checks that the page that posts the response does so
// by itself under its own policy, and that without scripts its button does.
// The pages of signing out are looked at on the way.
func TestFormPostInChromium(t *testing.T) {
	b := newTab(t)
	c := newClient(t, mockprovider.WithPersona(persona.Plain()))
	c.change = func(q url.Values) { q.Set("response_mode", "form_post") }
	came := func(how string) {
		t.Helper()
		select {
		case form := <-c.forms:
			if r := c.token(c.codeForm(form.Get("code"))); r.status != 200 || form.Get("state") != state {
				t.Errorf("%s: %v, then %d %s", how, form, r.status, r.text)
			}
		case <-b.ctx.Done():
			t.Fatalf("%s: nothing was posted to the client", how)
		}
	}
	allow := func() {
		t.Helper()
		b.open(c.callback.URL+"/start", "main")
		if b.awaitEither("#user-ada", "#allow") {
			b.click("#user-ada")
		}
		b.click("#allow")
	}
	allow()
	came("by script")
	b.scripts(false)
	b.looks(860, func(scheme string, width int64) {
		name := func(page string) string { return fmt.Sprintf("%s-%s-%d", page, scheme, width) }
		allow()
		b.await("#continue")
		b.inspect(name("form-post"), width)
		b.click("#continue")
		came("by button")
		b.open(c.srv.Issuer()+"/logout", "#sign-out")
		b.inspect(name("logout"), width)
		b.click("#sign-out")
		b.await("#done")
		b.inspect(name("done"), width)
	})
}
