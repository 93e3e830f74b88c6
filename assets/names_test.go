package assets_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"app.latchkey/assets"
)

// TestNames holds the names against the tables that they come from. UPDATE=1
// writes them, after a language was added or x/text was raised.
func TestNames(t *testing.T) {
	for _, l := range assets.Languages() {
		t.Run(l.Tag, func(t *testing.T) {
			path, want := "names/"+l.Tag+".txt", cldr(l.Tag)
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(path)
			if err != nil || string(got) != want {
				t.Errorf("%s is not what x/text has (%v): UPDATE=1 go test ./assets", path, err)
			}
			if strings.Count(want, "\n") < 400 {
				t.Errorf("only %d names", strings.Count(want, "\n"))
			}
		})
	}
}

// cldr are the names that x/text has for languages of one code and for regions.
func cldr(tag string) string {
	in := language.Make(tag)
	languages, regions := display.Languages(in), display.Regions(in)
	var lines []string
	add := func(code, name string) {
		if name != "" && !strings.ContainsAny(name, "\t\n") {
			lines = append(lines, code+"\t"+name+"\n")
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	for _, a := range letters {
		for _, b := range letters {
			if base, err := language.ParseBase(string([]rune{a, b})); err == nil && base.String() == string([]rune{a, b}) {
				add(base.String(), languages.Name(base))
			}
			if region, err := language.ParseRegion(strings.ToUpper(string([]rune{a, b}))); err == nil && region.IsCountry() {
				add(region.String(), regions.Name(region))
			}
		}
	}
	// Of the languages whose code has three letters, those that providers offer.
	for _, code := range []string{"fil", "haw", "yue", "ceb", "hmn", "chr", "ckb", "kok", "mai", "mni"} {
		if base, err := language.ParseBase(code); err == nil {
			add(base.String(), languages.Name(base))
		}
	}
	for number := range 1000 { // parts of the world: es-419
		if region, err := language.ParseRegion(fmt.Sprintf("%03d", number)); err == nil && region.String() == fmt.Sprintf("%03d", number) {
			add(region.String(), regions.Name(region))
		}
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "")
}

func TestNameOf(t *testing.T) {
	for _, c := range []struct{ language, code, want string }{
		{"en", "de", "German"}, {"en", "DE", "Germany"}, {"de", "JP", "Japan"}, {"ja", "de", "ドイツ語"}, {"pt-BR", "BR", "Brasil"}, {"en", "419", "Latin America"},
		{"en", "", ""}, {"en", "zz9", ""}, {"xx", "de", ""}, {"en", "de\tG", ""}, {"../en", "de", ""},
	} {
		if got := assets.NameOf(c.language, c.code); got != c.want {
			t.Errorf("%s calls %q %q, want %q", c.language, c.code, got, c.want)
		}
	}
}
