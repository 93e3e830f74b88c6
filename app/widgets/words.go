package widgets

import (
	"strings"
	"unicode"
)

// words splits a text where a line may end: after spaces, which stay with the
// word before, and beside the characters of Chinese and Japanese, which are
// written without spaces. (The Unicode line breaking algorithm, UAX #14, for
// what is written here.) A line of Japanese ends between phrases, as browsers
// do it (CSS word-break: auto-phrase).
func words(s string) []string {
	var out []string
	japanese := strings.ContainsFunc(s, isKana)
	begin, before := 0, rune(0)
	for i, r := range s {
		if i > 0 && mayBreak(before, r) && (!japanese || mayEndPhrase(before, r, i-begin > 1)) {
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

// mayEndPhrase reports whether a phrase of Japanese may end between two
// characters. Phrases begin with a noun or verb, in Han, katakana or Latin, and
// end with hiragana; what is wrong by this rule is at least no broken word.
// more: there is something before a.
func mayEndPhrase(a, b rune, more bool) bool {
	switch {
	case a == ' ':
		return !more || !unicode.Is(unicode.Hiragana, b) // a particle stays with its noun
	case strings.ContainsRune("、。！？…", a) || strings.ContainsRune(notLast, b):
		return true
	case a == 'お' || a == 'ご': // of politeness, before its word
		return false
	case unicode.Is(unicode.Hiragana, b):
		return (b == 'お' || b == 'ご') && !unicode.Is(unicode.Hiragana, a)
	}
	return unicode.Is(unicode.Hiragana, a) || isKatakana(a) != isKatakana(b)
}

// isKatakana reports whether r is katakana; the long vowel's sign is.
func isKatakana(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }

func isKana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }

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
