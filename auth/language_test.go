package auth_test

import (
	"strings"
	"testing"

	"app.latchkey/auth"
)

// TestLanguageIsAskedFor: ui_locales where OpenID Connect has it, and only for
// what is a language's tag; the person's own page at the end is in it too.
func TestLanguageIsAskedFor(t *testing.T) {
	for _, c := range []struct {
		name, language, want string
	}{
		{"none", "", ""},
		{"German", "de", "de"},
		{"of a region", "pt-BR", "pt-BR pt"},
		{"of a script", "zh-Hans", "zh-Hans zh"},
		{"no tag", "de&prompt=none", ""},
		{"too long", strings.Repeat("x", 40), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(config *auth.Config) { config.Language = func() string { return c.language } })
			q := authorizationQuery(t, w, auth.SignInOptions{})
			if got := q.Get("ui_locales"); got != c.want || q.Has("ui_locales") != (c.want != "") {
				t.Errorf("ui_locales is %q, want %q", got, c.want)
			}
			w = newGitHub(t)
			w.config.Language = func() string { return c.language }
			w.restart()
			if q := authorizationQuery(t, w, auth.SignInOptions{}); q.Has("ui_locales") {
				t.Error("plain OAuth 2.0 has no ui_locales")
			}
		})
	}
}

// TestLanguageOfThePages: it is asked for anew for each sign-in and logout.
func TestLanguageOfThePages(t *testing.T) {
	w, _ := newPlainWorld(t, func(p *auth.Provider) { p.Redirect.LogoutPath = "/signed-out" })
	language := "fr"
	w.config.Language = func() string { return language }
	w.restart()
	session := w.session()
	contains(t, "page", <-w.pages, `<html lang="fr">`)
	language = "de"
	logout, err := session.Logout(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer logout.Close()
	if err := logout.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := logout.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := <-w.pages
	contains(t, "page", page, `<html lang="de">`)
	contains(t, "page", page, "Du bist abgemeldet.")
	if sent := w.endSessions(); len(sent) != 1 || sent[0].Get("ui_locales") != "de" {
		t.Errorf("the logout request has %v", sent)
	}
}
