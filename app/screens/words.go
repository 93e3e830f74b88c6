package screens

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"app.latchkey/app/widgets"
)

// values fill the placeholders of a translation. They are plain text.
type values map[string]string

// Word returns the words for a key. Without a translation it is the key itself,
// which a test rules out for English.
func Word(key string) string { return lang.X(key, key) }

func wordWith(key string, v values) string { return lang.X(key, key, map[string]string(v)) }

// emphasized returns the words for a key as spans, the value called name in
// bold.
func emphasized(key string, v values, name string) []widgets.Span {
	// A private-use character stands in for the value, so that its place is
	// found in whatever order a language has its words.
	const mark = "\uE000"
	bold := v[name]
	filled := values{}
	for k, s := range v {
		filled[k] = s
	}
	filled[name] = mark
	var out []widgets.Span
	for i, part := range strings.Split(wordWith(key, filled), mark) {
		if i > 0 {
			out = append(out, widgets.Span{Text: bold, Style: fyne.TextStyle{Bold: true}})
		}
		if part != "" {
			out = append(out, widgets.Span{Text: part})
		}
	}
	return out
}
