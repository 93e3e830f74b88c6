package resources

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a birthday. People may keep the year to themselves (Year is 0), and
// some providers tell only the year (Month and Day are 0).
type Date struct {
	Year  int        // 0: not told
	Month time.Month // 0: not told
	Day   int        // 0: not told
}

// IsZero reports whether nothing is known.
func (d Date) IsZero() bool { return d == Date{} }

// String is "1815-12-10", "--12-10" without the year (as in vCard, RFC 6350
// §4.3.1), "1815" with nothing else, or "".
func (d Date) String() string {
	switch {
	case !d.valid():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Year == 0:
		return fmt.Sprintf("--%02d-%02d", d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText implements encoding.TextMarshaler with the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. What is no date becomes
// the zero Date: a birthday is not worth an error.
func (d *Date) UnmarshalText(b []byte) error {
	*d = parseDate(string(b))
	return nil
}

// valid reports whether d is a day of the calendar, a day of some year, or a year.
func (d Date) valid() bool {
	if d.Year < 0 || d.Year > 9999 {
		return false
	}
	if d.Month == 0 && d.Day == 0 {
		return d.Year > 0
	}
	year := d.Year
	if year == 0 {
		year = 2000 // a leap year: 29 February exists in some
	}
	t := time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	return d.Month >= time.January && d.Month <= time.December && t.Month() == d.Month && t.Day() == d.Day
}

// parseDate reads the claim birthdate (OpenID Connect Core §5.1): YYYY-MM-DD,
// YYYY, or 0000-MM-DD when the year is kept back; and the forms of String.
func parseDate(s string) Date {
	if rest, ok := strings.CutPrefix(s, "--"); ok {
		s = "0000-" + rest
	}
	parts := strings.Split(s, "-")
	if len(parts) != 3 && len(parts) != 1 {
		return Date{}
	}
	var n [3]int
	for i, width := range []int{4, 2, 2}[:len(parts)] {
		v, err := strconv.ParseUint(parts[i], 10, 16)
		if err != nil || len(parts[i]) != width {
			return Date{}
		}
		n[i] = int(v)
	}
	d := Date{Year: n[0], Month: time.Month(n[1]), Day: n[2]}
	if !d.valid() {
		return Date{}
	}
	return d
}
