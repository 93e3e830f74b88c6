package mockprovider_test

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/persona"
)

// pageWords are the words of the pages in each language.
func pageWords(t *testing.T) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob("words/*.json")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		one := map[string]string{}
		if err := json.Unmarshal(b, &one); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".json")] = one
	}
	return out
}

// pageKeys are those that the pages, the sources and the built-in personas' scopes
// ask for.
func pageKeys(t *testing.T) []string {
	t.Helper()
	var out []string
	quoted := regexp.MustCompile(`"((?:banner|login|misbehave|consent|error|post|logout|stayed|signedout|home)\.[a-z]+)"`)
	sources, _ := filepath.Glob("*.go")
	pages, _ := filepath.Glob("pages/*.html")
	for _, f := range append(sources, pages...) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(b), -1) {
			if !strings.HasSuffix(m[1], ".html") {
				out = append(out, m[1])
			}
		}
	}
	for _, p := range []persona.Persona{persona.Google(), persona.GitHub(), persona.Plain()} {
		for _, s := range p.Scopes {
			out = append(out, "scope: "+s.Title)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sameWords are rightly those of English.
var sameWords = map[string]string{}

func TestPageWords(t *testing.T) {
	all, used := pageWords(t), pageKeys(t)
	if len(all) != 8 || len(used) < 50 {
		t.Fatalf("%d languages, %d words", len(all), len(used))
	}
	for tag, one := range all {
		for _, key := range used {
			text, english := one[key], all["en"][key]
			if text == "" || text != strings.TrimSpace(text) {
				t.Errorf("%s, %s: %q", tag, key, text)
			}
			if tag != "en" && text == english && sameWords[tag] != key {
				t.Errorf("%s, %s is the English text: %q", tag, key, text)
			}
			if strings.Count(text, "{}") != strings.Count(english, "{}") || strings.Count(text, "{") > 1 {
				t.Errorf("%s, %s: %q has not the value of %q", tag, key, text, english)
			}
			if n, of := utf8.RuneCountInString(text), utf8.RuneCountInString(english); n > 2*of+16 || 6*n < of-12 {
				t.Errorf("%s, %s has %d characters, English %d", tag, key, n, of)
			}
		}
		for key := range one {
			if !slices.Contains(used, key) {
				t.Errorf("%s: nothing asks for %q", tag, key)
			}
		}
	}
}

// TestLanguagesAreAdvertised: the metadata list the languages of the pages
// (OpenID Connect Discovery §3), whatever the provider plays.
func TestLanguagesAreAdvertised(t *testing.T) {
	want := slices.Sorted(maps.Keys(pageWords(t)))
	for _, p := range []persona.Persona{persona.Google(), persona.Plain()} {
		r := newClient(t, mockprovider.WithPersona(p)).get("/.well-known/openid-configuration")
		var got []string
		list, _ := r.json["ui_locales_supported"].([]any)
		for _, tag := range list {
			got = append(got, fmt.Sprint(tag))
		}
		if !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Errorf("%s: ui_locales_supported is %q, the pages are in %q", p.Name, got, want)
		}
	}
}

// TestLanguageOfThePages: what the request asks for (ui_locales), else what the
// browser says, else English; and on each page of the sign-in.
func TestLanguageOfThePages(t *testing.T) {
	all := pageWords(t)
	for _, c := range []struct{ name, asked, browser, want string }{
		{"nobody says", "", "", "en"},
		{"the request says", "de", "fr,en;q=0.5", "de"},
		{"the second that it asks for", "nl pt-BR pt", "", "pt-BR"},
		{"none that we have", "nl se", "ja", "ja"},
		{"the browser says", "", "zh-CN,zh;q=0.9", "zh-Hans"},
		{"in its order", "", "nl,es;q=0.3,ru;q=0.8", "ru"},
		{"markup", `"><script>`, `<script>alert(1)</script>`, "en"},
		{"nonsense", strings.Repeat("x ", 4000), ";;q=,de;q=z,", "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := newClient(t)
			start := strings.TrimPrefix(client.authorizeURL(), client.srv.Issuer())
			if c.asked != "" {
				start += "&ui_locales=" + url.QueryEscape(c.asked)
			}
			r := client.get(start, "Accept-Language", c.browser)
			cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
			page := client.get(r.header.Get("Location"), "Cookie", cookie, "Accept-Language", c.browser)
			text := html.UnescapeString(page.text)
			for _, want := range []string{`<html lang="` + c.want + `">`, all[c.want]["login.title"], all[c.want]["banner.nobody"], all[c.want]["login.cancel"]} {
				if !strings.Contains(text, want) {
					t.Errorf("the login page lacks %q: %s", want, text)
				}
			}
			id := interactionID.FindStringSubmatch(page.text)
			if id == nil {
				t.Fatal("no form")
			}
			r = client.do("POST", "/_mock/login", strings.NewReader("i="+id[1]+"&user=ada%40example.com"),
				"Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie, "Accept-Language", c.browser)
			if other, _, ok := strings.Cut(r.header.Get("Set-Cookie"), ";"); ok {
				cookie = other
			}
			page = client.get(r.header.Get("Location"), "Cookie", cookie, "Accept-Language", c.browser)
			text = html.UnescapeString(page.text)
			for _, want := range []string{`<html lang="` + c.want + `">`, all[c.want]["consent.allow"], all[c.want]["scope: Know that you are you"]} {
				if !strings.Contains(text, want) {
					t.Errorf("the consent page lacks %q: %s", want, text)
				}
			}
			if strings.Contains(text, "<script") {
				t.Errorf("what was asked for is on the page: %s", text)
			}
		})
	}
}
