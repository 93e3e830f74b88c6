package assets

// Language is one that the program speaks.
type Language struct {
	// Tag is its BCP 47 tag: what settings keep, and the name of its file in
	// translations.
	Tag string
	// Name is what it calls itself, for a list to choose from: whoever can't read
	// the present language finds the own one.
	Name string
}

// Languages are those that there are translations for, English first and the
// rest by their names.
func Languages() []Language {
	return []Language{
		{"en", "English"},
		{"de", "Deutsch"},
		{"es", "Español"},
		{"fr", "Français"},
		{"pt-BR", "Português (Brasil)"},
		{"ru", "Русский"},
		{"ja", "日本語"},
		{"zh-Hans", "简体中文"},
	}
}
