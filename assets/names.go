package assets

import (
	"embed"
	"strings"
)

// names holds names/<language>.txt: what a language calls languages and regions,
// one "code<tab>name" a line. They are those of the Unicode CLDR, as x/text has
// them: linked into the program, its tables would be 2 MB, since they are for
// all languages. A test compares them, and writes them with UPDATE=1.
//
//go:embed names/*.txt
var names embed.FS

// NameOf is what a language, one of [Languages], calls the language ("de") or
// region ("DE") of a code; "" where it has no name for it.
func NameOf(language, code string) string {
	b, err := names.ReadFile("names/" + language + ".txt")
	if err != nil || code == "" || strings.ContainsAny(code, "\t\n") {
		return ""
	}
	_, rest, found := strings.Cut("\n"+string(b), "\n"+code+"\t")
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(rest, "\n")
	return name
}
