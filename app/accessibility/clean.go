package accessibility

import (
	"strings"
	"unicode"
)

// How long texts may be, in characters, and how many nodes a Tree may have. What
// is longer is cut; the window never comes near.
const (
	maxName  = 1_000
	maxText  = 64_000 // a licence
	maxNodes = 5_000
)

// clean takes out of a text what is heard as nothing but changes how it is
// written: control and format characters. Lines stay lines. Remote text was
// cleaned before it came to the screen; this is for what forgot it.
func clean(s string, limit int) string {
	if len(s) <= limit && !strings.ContainsFunc(s, unwanted) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if r == '\t' {
			r = ' '
		}
		if unwanted(r) {
			continue
		}
		if n == limit {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}

func unwanted(r rune) bool {
	switch r {
	case '\n', '\u200d', '\u200c': // lines, and what joins emoji and letters
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
}
