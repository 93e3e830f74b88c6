package screens_test

import (
	"encoding/json"
	"strings"
	"testing"

	"app.latchkey/app/screens"
	"app.latchkey/assets"
)

// TestVendorsName wants a vendor's name wherever ours stands, in each language.
func TestVendorsName(t *testing.T) {
	const theirs = `Ann's "Sign Ön"`
	var keys map[string]any
	b, err := assets.Translations.ReadFile("translations/en.json")
	if err == nil {
		err = json.Unmarshal(b, &keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := screens.NameProgram(theirs); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := screens.NameProgram("Latchkey"); err != nil {
			t.Error(err)
		}
		for _, tag := range []string{"de", "en"} { // the words are made anew when they change
			if err := screens.UseLanguage(tag); err != nil {
				t.Error(err)
			}
		}
	})
	for _, tag := range []string{"de", "ja", "en"} {
		if err := screens.UseLanguage(tag); err != nil {
			t.Fatal(err)
		}
		for key := range keys {
			if text := screens.Word(key); strings.Contains(text, "Latchkey") {
				t.Errorf("%s, %s: %q", tag, key, text)
			}
		}
	}
	if got, want := screens.Word("signin.title"), "Sign in to "+theirs; got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}
}
