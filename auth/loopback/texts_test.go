package loopback_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"app.latchkey/auth/loopback"
)

// words are the pages' words in each language.
func words(t *testing.T) map[string]map[string]string {
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

// keys are those that the sources ask for: in quotes, and a title and a text for
// each kind of page.
func keys(t *testing.T) []string {
	t.Helper()
	out := []string{"checking", "checking.text"}
	quoted := regexp.MustCompile(`"([a-z]+\.(?:title|text|by))"`)
	kinds := regexp.MustCompile(`kind\w+\s+kind = "([a-z]+)"`)
	for _, f := range []string{"pages.go", "verdict.go"} {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(b), -1) {
			out = append(out, m[1])
		}
		for _, m := range kinds.FindAllStringSubmatch(string(b), -1) {
			out = append(out, m[1]+".title", m[1]+".text")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestWords: each language has each word that a page asks for and no other, with
// the same names in it, and in its own words.
func TestWords(t *testing.T) {
	all, used := words(t), keys(t)
	if len(all) != 8 || len(used) < 15 {
		t.Fatalf("%d languages, %d words", len(all), len(used))
	}
	name := regexp.MustCompile(`\{[a-z]+\}`)
	for tag, one := range all {
		for _, key := range used {
			text, english := one[key], all["en"][key]
			if text == "" || text != strings.TrimSpace(text) {
				t.Errorf("%s, %s: %q", tag, key, text)
			}
			if tag != "en" && text == english {
				t.Errorf("%s, %s is the English text: %q", tag, key, text)
			}
			got, want := name.FindAllString(text, -1), name.FindAllString(english, -1)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(slices.Compact(got), slices.Compact(want)) {
				t.Errorf("%s, %s names %q, English %q", tag, key, got, want)
			}
			if n, of := utf8.RuneCountInString(text), utf8.RuneCountInString(english); n > 2*of+8 || n*6 < of {
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

// TestLanguageOfThePages: the program's, else the browser's, else English.
func TestLanguageOfThePages(t *testing.T) {
	all := words(t)
	for _, c := range []struct{ name, program, browser, want string }{
		{"nobody says", "", "", "en"},
		{"the program says", "de", "fr", "de"},
		{"the program's region", "de-CH", "", "de"},
		{"in any case of letters", "PT-br", "", "pt-BR"},
		{"a language without words", "nl", "de", "en"},
		{"the browser says", "", "fr", "fr"},
		{"in its order", "", "nl, ru;q=0.5, ja;q=0.9", "ja"},
		{"with regions", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"},
		{"refuses one", "", "de;q=0, es;q=0.1", "es"},
		{"Portuguese", "", "pt-PT", "pt-BR"},
		{"anything", "", "*", "en"},
		{"nonsense", "", ";;;,q=,de;q=x," + strings.Repeat("x", 9000), "en"},
		{"markup", "", `"><script>alert(1)</script>`, "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := loopback.Listen(t.Context(), loopback.Config{Language: c.program})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.RedirectURI()+"?state=x", nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.browser != "" {
				req.Header.Set("Accept-Language", c.browser)
			}
			page := fetchPage(t, req)
			want := strings.ReplaceAll(all[c.want]["refused.title"], "{product}", "Latchkey")
			if !strings.Contains(page, `<html lang="`+c.want+`">`) || !strings.Contains(page, want) {
				t.Errorf("the page is not in %s: %s", c.want, page)
			}
			if strings.Contains(page, "<script") {
				t.Errorf("the header is in the page: %s", page)
			}
		})
	}
}

// TestVerdictsOfTheirOwn: what has words beside those of its kind.
func TestVerdictsOfTheirOwn(t *testing.T) {
	for key, v := range map[string]loopback.Verdict{
		"denied.text": loopback.Denied(), "failed.text": loopback.Failed(), "signedout.title": loopback.SignedOut(),
	} {
		for tag, one := range words(t) {
			want := strings.ReplaceAll(one[key], "{product}", "Latchkey")
			if page := html.UnescapeString(string(loopback.VerdictPageIn(tag, v))); !strings.Contains(page, want) {
				t.Errorf("%s: %q is not on the page: %s", tag, want, page)
			}
		}
	}
}

// fetchPage gets a page, its markup's quotation marks as text.
func fetchPage(t *testing.T, req *http.Request) string {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(string(b))
}
