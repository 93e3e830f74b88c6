package loopback_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"app.latchkey/auth/loopback"
)

// The address of a browser on another computer, which has no cookie, is taken
// from the program's own window, in whatever form people copy it.
func TestPaste(t *testing.T) {
	for _, c := range []struct {
		name string
		form func(string) string
	}{
		{"as it is", func(s string) string { return s }},
		{"with spaces around it", func(s string) string { return "  \n" + s + "\r\n" }},
		{"broken by a terminal", func(s string) string { return s[:50] + "\n  " + s[50:] }},
		{"without http://", func(s string) string { return strings.TrimPrefix(s, "http://") }},
		{"between quotation marks", func(s string) string { return `"` + s + `"` }},
		{"between angle brackets", func(s string) string { return "<" + s + ">" }},
		{"with a fragment", func(s string) string { return s + "#_=_" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := armed(t, loopback.Config{})
			if err := r.Paste(c.form(good(r))); err != nil {
				t.Fatal(err)
			}
			if v, err := r.Wait(t.Context()); err != nil || v.Get("code") != "c-1" {
				t.Fatalf("Wait: %v, %v", v, err)
			}
			if err := r.Paste(good(r)); !errors.Is(err, loopback.ErrAnswered) {
				t.Errorf("a second time: %v, want ErrAnswered", err)
			}
			r.Tell(loopback.Success())
			wantDone(t, r, 5*time.Second) // no browser waits for the verdict, so nobody is waited for
		})
	}
	t.Run("an error is a response too", func(t *testing.T) {
		r := armed(t, loopback.Config{})
		if err := r.Paste(r.RedirectURI() + "?error=access_denied&state=" + state); err != nil {
			t.Fatal(err)
		}
		if v, err := r.Wait(t.Context()); err != nil || v.Get("error") != "access_denied" {
			t.Fatalf("Wait: %v, %v", v, err)
		}
	})
}

// What is not the response is named, and the wait goes on.
func TestPasteOfNonsense(t *testing.T) {
	for _, c := range []struct {
		name, address string // {uri} is the redirect URI
		want          error
	}{
		{"nothing", "", loopback.ErrNotAddress},
		{"a text", "I have signed in now", loopback.ErrElsewhere},
		{"the code alone", "4/0AVMBsJh", loopback.ErrElsewhere},
		{"control characters", "\x00\x1b[2J", loopback.ErrNotAddress},
		{"a book", strings.Repeat("x", 100<<10), loopback.ErrNotAddress},
		{"the provider's page", "https://accounts.example.com/signin?code=c-1&state=" + state, loopback.ErrElsewhere},
		{"another host", "http://evil.example/callback?code=c-1&state=" + state, loopback.ErrElsewhere},
		{"another port", "http://127.0.0.1:1/callback?code=c-1&state=" + state, loopback.ErrElsewhere},
		{"another path", "{uri}2?code=c-1&state=" + state, loopback.ErrElsewhere},
		{"https", "{https}?code=c-1&state=" + state, loopback.ErrElsewhere},
		{"a user name in front", "{user}?code=c-1&state=" + state, loopback.ErrElsewhere},
		{"no parameters", "{uri}", loopback.ErrNoResponse},
		{"state alone", "{uri}?state=" + state, loopback.ErrNoResponse},
		{"code twice", "{uri}?code=a&code=b&state=" + state, loopback.ErrNotAddress},
		{"broken escape", "{uri}?code=%zz&state=" + state, loopback.ErrNotAddress},
		{"no state", "{uri}?code=c-1", loopback.ErrOtherSignIn},
		{"another sign-in's state", "{uri}?code=c-1&state=x", loopback.ErrOtherSignIn},
		{"a forged error", "{uri}?error=access_denied&state=x", loopback.ErrOtherSignIn},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := armed(t, loopback.Config{})
			uri := r.RedirectURI()
			err := r.Paste(strings.NewReplacer("{uri}", uri, "{https}", strings.Replace(uri, "http:", "https:", 1),
				"{user}", strings.Replace(uri, "http://", "http://a:b@", 1)).Replace(c.address))
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), state) || strings.Contains(err.Error(), "c-1")) {
				t.Errorf("the error quotes what was pasted: %v", err)
			}
			waits(t, r)
			if err := r.Paste(good(r)); err != nil {
				t.Errorf("after it the real one: %v", err)
			}
		})
	}
	r := listen(t, loopback.Config{})
	if err := r.Paste(good(r)); !errors.Is(err, loopback.ErrNotArmed) {
		t.Errorf("before Arm: %v, want ErrNotArmed", err)
	}
	r = armed(t, loopback.Config{})
	r.Close()
	if err := r.Paste(good(r)); !errors.Is(err, loopback.ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}
