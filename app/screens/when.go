package screens

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"
)

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
	clock := t.Format(clockLayout())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return wordWith("when.today", values{"Time": clock})
	}
	return wordWith("when.day", values{"Day": dateWords(t.Year(), t.Month(), t.Day()), "Time": clock})
}

// twelveHours are the regions whose English counts hours to twelve (CLDR's time
// data, "preferred" h, where English is what most people read).
const twelveHours = "US CA AU NZ IN PH PK SG MY HK PR"

// clockLayout is how a time of day is written. The system's region decides for
// English; all other languages here count to 24.
func clockLayout() string {
	if base, _ := Language().Base(); base.String() == "en" {
		system, err := language.Parse(lang.SystemLocale().String())
		region, confidence := system.Region()
		if err == nil && confidence == language.Exact && contains(twelveHours, region.String()) {
			return "3:04 PM"
		}
	}
	return "15:04"
}

// dateWords writes as much of a date as is told: "10 December 1815",
// "10 December" or "1815". What is not told is 0.
func dateWords(year int, month time.Month, day int) string {
	if month == 0 {
		return wordWith("date.year", values{"Year": fmt.Sprint(year)})
	}
	v := values{"Month": Word(fmt.Sprintf("date.month.%d", month)), "Year": fmt.Sprint(year)}
	if year == 0 {
		return wordCount("date.day", day, v)
	}
	return wordCount("date.full", day, v)
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
	return wordWith(direction, values{"Much": wordCount(much, int((off+unit/2)/unit), nil)})
}
