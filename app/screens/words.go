package screens

import (
	"maps"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"app.latchkey/app/widgets"
)

// values fill the placeholders of a translation. They are plain text.
type values map[string]string

// Word returns the words for a key. Without a translation it is the key itself,
// which a test rules out for English.
func Word(key string) string { return lang.X(key, key) }

// wordWith returns the words for a key with values in their places. A value that
// ends as a sentence does, such as a name with "Jr.", gets no second full stop.
func wordWith(key string, v values) string {
	if own := storeName(v["Store"]); own != v["Store"] {
		v = maps.Clone(v)
		v["Store"] = own
	}
	s := lang.X(key, key, map[string]string(v))
	for _, x := range v {
		for _, stop := range []string{".", "。"} {
			if len(x) > 1 && endsSentence(x, stop) {
				s = strings.ReplaceAll(s, x+stop, x)
			}
		}
	}
	return s
}

// storeNames are the names of stores that other languages have their own for.
// "GNOME Keyring", "KWallet" and the like are called so everywhere.
var storeNames = map[string]string{"Passphrase vault": "store.vault", "Credential Manager": "store.wincred", "Keychain": "store.keychain"}

// storeName is what a store is called in the person's language.
func storeName(name string) string {
	if key, ok := storeNames[name]; ok {
		return Word(key)
	}
	return name
}

// inline is a problem's title and text in one paragraph: the title in bold, and
// the text in the colour called text.
func inline(title, words string, text fyne.ThemeColorName) []widgets.Span {
	spans := emphasized("problem.inline", values{"Title": title, "Text": words}, "Title")
	for i := range spans {
		if !spans[i].Style.Bold {
			spans[i].Color = text
		}
	}
	return spans
}

// endsSentence reports whether s has an end that a full stop may not follow.
func endsSentence(s, stop string) bool {
	last, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune("?!…？！"+stop, last)
}

// emphasized returns the words for a key as spans, the value called name in
// bold.
func emphasized(key string, v values, name string) []widgets.Span {
	// A private-use character stands in for the value, so that its place is
	// found in whatever order a language has its words.
	const mark = "\uE000"
	bold := v[name]
	if name == "Store" {
		bold = storeName(bold)
	}
	filled := values{}
	for k, s := range v {
		filled[k] = s
	}
	filled[name] = mark
	var out []widgets.Span
	for i, part := range strings.Split(wordWith(key, filled), mark) {
		if i > 0 {
			for _, stop := range []string{".", "。"} {
				if endsSentence(bold, stop) {
					part = strings.TrimPrefix(part, stop)
				}
			}
			out = append(out, widgets.Span{Text: bold, Style: fyne.TextStyle{Bold: true}})
		}
		if part != "" {
			out = append(out, widgets.Span{Text: part})
		}
	}
	return out
}
