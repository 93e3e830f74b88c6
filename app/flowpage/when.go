package flowpage

import (
	"strconv"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// when is a time as a person writes it: "22 November 2026, 14:02".
func (w words) when(t time.Time, tag string) string {
	t = t.Local()
	day := w.count("date.full", t.Day(), tag, map[string]string{
		"Month": w["date.month."+strconv.Itoa(int(t.Month()))], "Year": strconv.Itoa(t.Year())})
	return w.say("when.day", map[string]string{"Day": day, "Time": t.Format("15:04")})
}

// count is the words for a key in the form that goes with n.
func (w words) count(key string, n int, tag string, values map[string]string) string {
	values["N"] = strconv.Itoa(n)
	if plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0) == plural.One && w[key+oneForm] != "" {
		key += oneForm
	}
	return w.say(key, values)
}

// oneForm ends the key of a word's form for one.
const oneForm = "#one"
