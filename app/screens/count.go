package screens

import (
	"maps"
	"strconv"

	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/feature/plural"
)

// forms are the names that translations give to what a language has for
// different numbers (CLDR's cardinal plural rules; Fyne's lang uses the same).
var forms = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// countKey is the key of one form of a word. Fyne's lang.N would go by the rules
// of the language that it picked, which the words need not be in (see
// UseLanguage).
func countKey(key, form string) string { return key + "#" + form }

// addForms adds a word that has forms; those that it lacks are as "other".
func addForms(words map[string]string, key string, has map[string]any) {
	for _, form := range forms {
		s, ok := has[form].(string)
		if !ok {
			s, _ = has["other"].(string)
		}
		words[countKey(key, form)] = s
	}
}

// wordCount returns the words for a key that has a form for each number, with n
// as {{.N}}.
func wordCount(key string, n int, v values) string {
	filled := values{"N": strconv.Itoa(n)}
	maps.Copy(filled, v)
	form := plural.Cardinal.MatchPlural(Language(), n, 0, 0, 0, 0)
	key = countKey(key, forms[form])
	return lang.X(key, key, map[string]string(filled))
}
