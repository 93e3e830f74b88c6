package flowpage

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"app.latchkey/assets"
)

// words are the translations of one language by key, English where it has none.
type words map[string]string

func wordsOf(language string) (words, error) {
	w := words{}
	for _, tag := range []string{"en", language} {
		known := false
		for _, l := range assets.Languages() {
			known = known || l.Tag == tag
		}
		if !known {
			continue
		}
		b, err := assets.Translations.ReadFile("translations/" + tag + ".json")
		if err != nil {
			return nil, fmt.Errorf("reading the words of %s: %w", tag, err)
		}
		var raw map[string]any
		if err := json.Unmarshal(b, &raw); err != nil {
			return nil, fmt.Errorf("reading the words of %s: %w", tag, err)
		}
		for key, v := range raw {
			switch v := v.(type) {
			case string:
				w[key] = v
			case map[string]any: // with a form for each number
				delete(w, key+oneForm) // English's
				for form, key := range map[string]string{"other": key, "one": key + oneForm} {
					if s, ok := v[form].(string); ok {
						w[key] = s
					}
				}
			}
		}
	}
	return w, nil
}

// say is the words for a key with values in their places. A key without words is
// the key itself; a value that is missing leaves nothing.
func (w words) say(key string, values map[string]string) string {
	text, ok := w[key]
	if !ok {
		return key
	}
	t, err := template.New(key).Option("missingkey=zero").Parse(text)
	if err != nil {
		return text
	}
	var b strings.Builder
	if err := t.Execute(&b, values); err != nil {
		return text
	}
	return b.String()
}
