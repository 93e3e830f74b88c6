package screens

import "slices"

// What the tests of words ask for.
var (
	ClockWords    = clockWords
	ClockTime     = clockTime
	BirthdayWords = birthdayWords
	LanguageWords = languageWords
	Paragraphs    = paragraphs
)

// FynesLanguages are those that we take Fyne to have words in.
func FynesLanguages() []string { return slices.Clone(fynes) }

// Merged are the words of a language over the English ones.
func Merged(english, other []byte) (map[string]string, error) {
	words := map[string]string{}
	for _, b := range [][]byte{english, other} {
		if err := addWords(words, b); err != nil {
			return nil, err
		}
	}
	return words, nil
}
