package screens

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"

	"app.latchkey/assets"
)

// Fyne's lang picks, once for the whole process, the one of its languages that
// fits the system's settings best, and has no way to choose another. So the
// words of the language that is chosen are registered under the name of the one
// that was picked. Which one that is depends on the system and on Fyne's own
// list; therefore each language of that list is told its own name first, and the
// picked one answers when it is asked.
const (
	fyneKey = "latchkey.fyne" // the language that Fyne picked
	tagKey  = "latchkey.tag"  // the language that its words are in now
	nameKey = "latchkey.name" // what the program is called, if not as in the files
)

// fynes are the languages that Fyne itself has words in. A test compares them
// with Fyne's.
var fynes = []string{"cs", "de", "el", "en", "es", "fr", "ja", "pl", "pt", "pt-BR", "ru", "sv", "ta", "uk", "zh-Hans"}

// introduce tells Fyne's languages their names. It is for the whole process, as
// Fyne's lang is.
var introduce = sync.OnceValue(func() error {
	for _, tag := range fynes {
		b, err := json.Marshal(map[string]string{fyneKey: tag, tagKey: "-", nameKey: product})
		if err != nil {
			return err
		}
		if err := lang.AddTranslations(fyne.NewStaticResource(tag+".json", b)); err != nil {
			return fmt.Errorf("introducing the language %s: %w", tag, err)
		}
	}
	return nil
})

// product is what the files of words call the program.
const product = "Latchkey"

// NameProgram has the words call the program by a vendor's name. It must be
// called before LoadWords and UseLanguage; an empty name changes nothing.
func NameProgram(name string) error {
	if err := introduce(); err != nil || name == "" {
		return err
	}
	b, err := json.Marshal(map[string]string{nameKey: name})
	if err != nil {
		return err
	}
	return lang.AddTranslationsForLocale(b, fyne.Locale(lang.X(fyneKey, "en")))
}

// LoadWords loads the words of the system's language. One of LoadWords and
// UseLanguage must be called before the first screen is made.
func LoadWords() error { return UseLanguage("") }

// UseLanguage makes a language of [assets.Languages] the one of all words from
// now on, those of Fyne's own widgets included; "" and unknown tags mean the
// system's, and English where there are no words for that. A word that the
// language lacks is English.
//
// It must be called on Fyne's goroutine. Screens that are made already keep
// their words: make them anew.
func UseLanguage(tag string) error {
	if err := introduce(); err != nil {
		return err
	}
	picked := lang.X(fyneKey, "en")
	if !slices.ContainsFunc(assets.Languages(), func(l assets.Language) bool { return l.Tag == tag }) {
		tag = nearest(picked)
	}
	if lang.X(tagKey, "-") == tag {
		return nil
	}
	words, err := wordsOf(tag)
	if err != nil {
		return err
	}
	b, err := json.Marshal(words)
	if err != nil {
		return err
	}
	if err := lang.AddTranslationsForLocale(b, fyne.Locale(picked)); err != nil {
		return fmt.Errorf("using the words of %s for %s: %w", tag, picked, err)
	}
	return nil
}

// Language is the language of the words, one of [assets.Languages].
func Language() language.Tag { return language.Make(lang.X(tagKey, "en")) }

// nearest is the language of ours that is meant by one of Fyne's: Brazilian
// Portuguese by any.
func nearest(picked string) string {
	base, _, _ := strings.Cut(picked, "-")
	for _, l := range assets.Languages() {
		if ours, _, _ := strings.Cut(l.Tag, "-"); ours == base {
			return l.Tag
		}
	}
	return "en"
}

// wordsOf are the words of a language by key, English where it has none. A key
// that has a form for each number is several, see [countKey].
func wordsOf(tag string) (map[string]string, error) {
	words := map[string]string{tagKey: tag}
	for _, t := range []string{"en", tag} {
		b, err := assets.Translations.ReadFile("translations/" + t + ".json")
		if err != nil {
			return nil, fmt.Errorf("reading the words of %s: %w", t, err)
		}
		if err := addWords(words, b); err != nil {
			return nil, fmt.Errorf("reading the words of %s: %w", t, err)
		}
	}
	if name := lang.X(nameKey, product); name != product {
		for key, text := range words {
			words[key] = strings.ReplaceAll(text, product, name)
		}
	}
	return words, nil
}

// addWords puts the words of a file over those that are there.
func addWords(words map[string]string, file []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(file, &raw); err != nil {
		return err
	}
	for key, v := range raw {
		switch v := v.(type) {
		case string:
			words[key] = v
		case map[string]any:
			addForms(words, key, v)
		}
	}
	return nil
}
