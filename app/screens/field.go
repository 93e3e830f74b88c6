package screens

import (
	"strings"
	"time"

	"golang.org/x/text/language"

	"app.latchkey/app/presenter"
	"app.latchkey/assets"
)

// fieldWords writes what a line of the profile says. Dates and languages come as
// data and are put into words here; the rest is remote text as it is.
func fieldWords(f presenter.Field) string {
	switch f.ID {
	case presenter.FieldLanguage:
		return languageWords(f.Value)
	case presenter.FieldBirthday:
		return birthdayWords(f.Value)
	}
	return f.Value
}

// languageWords writes a BCP 47 tag as "English (United Kingdom)"; a tag that is
// none is shown as it came.
func languageWords(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	base, confidence := t.Base()
	in := Language().String()
	name := assets.NameOf(in, base.String())
	if name == "" || confidence == language.No {
		return tag
	}
	if region, confidence := t.Region(); confidence == language.Exact {
		if r := assets.NameOf(in, region.String()); r != "" {
			return wordWith("field.language.region", values{"Language": name, "Region": r})
		}
	}
	return name
}

// birthdayWords writes "1815-12-10", "--12-10" or "1815" in words; anything else
// is shown as it came.
func birthdayWords(date string) string {
	for _, layout := range []string{"2006-01-02", "--01-02", "2006"} {
		t, err := time.Parse(layout, date)
		switch {
		case err != nil && layout == "--01-02" && date == "--02-29": // a year that has none was assumed
			return dateWords(0, time.February, 29)
		case err != nil:
		case layout == "2006":
			return dateWords(t.Year(), 0, 0)
		case strings.HasPrefix(layout, "--"):
			return dateWords(0, t.Month(), t.Day())
		default:
			return dateWords(t.Year(), t.Month(), t.Day())
		}
	}
	return date
}

func contains(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
