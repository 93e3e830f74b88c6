package widgets

import (
	"strings"
	"unicode"
)

// words splits a text where a line may end: after spaces, which stay with the
// word before, and beside the characters of Chinese and Japanese, which are
// written without spaces. (The Unicode line breaking algorithm, UAX #14, for
// what is written here.)
func words(s string) []string {
	var out []string
	begin, before := 0, rune(0)
	for i, r := range s {
		if i > 0 && mayBreak(before, r) {
			out = append(out, s[begin:i])
			begin = i
		}
		before = r
	}
	return append(out, s[begin:])
}

// mayBreak reports whether a line may end between two characters.
func mayBreak(a, b rune) bool {
	switch {
	case b == ' ':
		return false
	case a == ' ':
		return true
	case strings.ContainsRune(notFirst, b) || strings.ContainsRune(notLast, a):
		return false
	case unicode.Is(unicode.M, b) || a == '\u200d' || b == '\u200d':
		return false
	}
	return withoutSpaces(a) || withoutSpaces(b)
}

// What no line begins with, and what none ends with.
const (
	notFirst = "、。，．・：；！？）」』】〕〉》”’…‥ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;!?)]}%"
	notLast  = "（「『【〔〈《“‘([{"
)

// withoutSpaces reports whether r is of a script that is written without
// spaces between words.
func withoutSpaces(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}
