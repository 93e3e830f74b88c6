package screens

import "strings"

// paragraphs takes a text that was broken into lines by hand apart: the lines of
// a paragraph become one, which the window breaks anew; a line that begins a list
// or is indented stays one of its own.
func paragraphs(text string) []string {
	var out []string
	fresh := true
	for line := range strings.Lines(text) {
		words := strings.Join(strings.Fields(line), " ")
		switch {
		case words == "":
			fresh = true
			continue
		case fresh || item(words):
			out = append(out, words)
		default:
			out[len(out)-1] += " " + words
		}
		fresh = false
	}
	return out
}

// item reports whether a line begins a list's item: "* …", "- …", "1. …", "(a) …".
func item(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	switch {
	case first == "*" || first == "-" || first == "•":
		return true
	case len(first) > 1 && len(first) < 5 && (strings.HasSuffix(first, ".") || strings.HasSuffix(first, ")")):
		return strings.Trim(first, "()0123456789.abcdefgi") == ""
	}
	return strings.HasPrefix(line, "Copyright ")
}
