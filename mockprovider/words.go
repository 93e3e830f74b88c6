package mockprovider

import (
	"cmp"
	"embed"
	"encoding/json"
	"html/template"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// wordFiles holds the words of the pages, words/<language>.json. {} stands for
// a value. What is there for whoever tests, faults and refusals, is English.
//
//go:embed words/*.json
var wordFiles embed.FS

// words are those of one language, by key.
type words struct {
	lang string // a BCP 47 tag
	text map[string]string
}

// allWords are the words of all languages. A test reads each file.
var allWords = sync.OnceValue(func() []words {
	var out []words
	files, _ := wordFiles.ReadDir("words")
	for _, f := range files {
		w := words{lang: strings.TrimSuffix(f.Name(), ".json")}
		b, _ := wordFiles.ReadFile(path.Join("words", f.Name()))
		if json.Unmarshal(b, &w.text) == nil {
			out = append(out, w)
		}
	}
	return out
})

// languages are the tags that ui_locales is understood in.
func languages() []string {
	var tags []string
	for _, w := range allWords() {
		tags = append(tags, w.lang)
	}
	return tags
}

// wordsFor returns the words of the first of these languages (BCP 47) that there
// are words in, exactly or by the first part of its tag; English, if there is
// none.
func wordsFor(tags []string) words {
	all := allWords()
	for _, want := range append(slices.Clone(tags), "en") {
		for _, same := range []func(string) string{strings.ToLower, func(tag string) string {
			first, _, _ := strings.Cut(strings.ToLower(tag), "-")
			return first
		}} {
			for _, w := range all {
				if same(w.lang) == same(want) {
					return w
				}
			}
		}
	}
	return words{}
}

// locales are the languages of whoever sees a page: what the request asked for
// (OpenID Connect Core §3.1.2.1: by spaces, the most wanted first), then what
// the browser says (RFC 9110 §12.5.4).
func locales(uiLocales, acceptLanguage string) []string {
	const most = 500 // bytes of either
	out := strings.Fields(clip(uiLocales, most))
	type wish struct {
		tag     string
		quality float64
	}
	var wishes []wish
	for part := range strings.SplitSeq(clip(acceptLanguage, most), ",") {
		tag, weight, weighted := strings.Cut(strings.TrimSpace(part), ";")
		w := wish{strings.TrimSpace(tag), 1}
		if weighted {
			quality, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			if err != nil {
				continue
			}
			w.quality = quality
		}
		if w.quality > 0 {
			wishes = append(wishes, w)
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.quality, a.quality) })
	for _, w := range wishes {
		out = append(out, w.tag)
	}
	return out
}

// Lang is the language of the page, for <html lang>.
func (v view) Lang() string { return v.words.lang }

// T returns the words for a key.
func (v view) T(key string) string { return v.words.text[key] }

// Named returns the words for a key with a name in them, kept apart from their
// direction of writing.
func (v view) Named(key, name string) template.HTML { return v.with(key, "bdi", name) }

// Coded returns the words for a key with something to type in them.
func (v view) Coded(key, code string) template.HTML { return v.with(key, "code", code) }

func (v view) with(key, element, value string) template.HTML {
	before, after, found := strings.Cut(v.T(key), "{}")
	out := template.HTMLEscapeString(before)
	if found {
		out += "<" + element + ">" + template.HTMLEscapeString(value) + "</" + element + ">" + template.HTMLEscapeString(after)
	}
	return template.HTML(out)
}

// scopeTitle is what a scope of the persona allows, in words of the page. What a
// persona of one's own says is as it says it.
func (v view) scopeTitle(title string) string {
	return cmp.Or(v.T("scope: "+title), title)
}
