package screens

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"app.latchkey/app/widgets"
	"app.latchkey/assets"
)

// LoadWords makes the translations known to Fyne. It must be called once before
// the first screen is made. Where there is no translation for the user's
// language, English is registered for it, since Fyne would otherwise log a line
// for every word it does not find.
func LoadWords() error {
	const dir = "translations"
	if err := lang.AddTranslationsFS(assets.Translations, dir); err != nil {
		return fmt.Errorf("reading the translations: %w", err)
	}
	locale := lang.SystemLocale()
	language, _, _ := strings.Cut(strings.ReplaceAll(locale.LanguageString(), "_", "-"), "-")
	if _, err := assets.Translations.ReadFile(dir + "/" + language + ".json"); err == nil {
		return nil
	}
	english, err := assets.Translations.ReadFile(dir + "/en.json")
	if err != nil {
		return fmt.Errorf("reading the English words: %w", err)
	}
	if err := lang.AddTranslationsForLocale(english, locale); err != nil {
		return fmt.Errorf("using English for %s: %w", locale, err)
	}
	return nil
}

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

// when says how long ago t was, in the words of a person: "just now", "4 min
// ago", "14:02 today", "3 May 2026, 14:02".
func when(t, now time.Time) string {
	age := now.Sub(t)
	switch {
	case age < time.Minute: // a clock that was set back included
		return Word("when.now")
	case age < time.Hour:
		return wordWith("when.minutes", values{"N": fmt.Sprint(int(age / time.Minute))})
	}
	return clockTime(t, now)
}

// clockTime says when t was by the clock.
func clockTime(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	clock := t.Format("15:04")
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return wordWith("when.today", values{"Time": clock})
	}
	return wordWith("when.day", values{"Day": t.Format("2 January 2006"), "Time": clock})
}

// clockWords says how far a clock that is behind by so many seconds (ahead, if
// negative) is off: "25 minutes behind". "" if it is not worth telling.
func clockWords(seconds int) string {
	off, direction := time.Duration(seconds)*time.Second, "when.behind"
	if off < 0 {
		off, direction = -off, "when.ahead"
	}
	const day = 24 * time.Hour
	much, unit := "", time.Duration(1)
	switch {
	case off < 2*time.Minute:
		return ""
	case off < 2*time.Hour:
		much, unit = "when.much.minutes", time.Minute
	case off < 2*day:
		much, unit = "when.much.hours", time.Hour
	case off < 2*365*day:
		much, unit = "when.much.days", day
	default:
		much, unit = "when.much.years", 365*day
	}
	n := values{"N": fmt.Sprint(int((off + unit/2) / unit))}
	return wordWith(direction, values{"Much": wordWith(much, n)})
}
