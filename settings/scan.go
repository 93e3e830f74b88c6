package settings

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// position is a place in a text, as editors count: from 1, columns in characters.
type position struct{ line, column int }

// positionAt converts a byte offset; one beyond the end is the end.
func positionAt(text string, offset int) position {
	before := text[:min(max(offset, 0), len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return position{line: strings.Count(before, "\n") + 1, column: utf8.RuneCountInString(before[start:]) + 1}
}

// statement is one line of meaning in a TOML text: a table's header or a key
// with its value.
type statement struct {
	header bool
	array  bool     // of a header: written [[…]]
	path   []string // as written: keys relative to the header above them
	at     int      // byte offset of the bracket or the key
	value  int      // byte offset of the value
}

// statements finds where the headers and keys of text are. The TOML library
// tells only where keys of the last of several [[tables]] of one name are, and
// mistakes of meaning must be pointed at in each. text is known to be valid
// TOML; on anything else the result is unspecified, but the scan ends.
func statements(text string) []statement {
	s := scanner{text: text}
	var out []statement
	for {
		s.skipBlank()
		if s.done() {
			return out
		}
		st := statement{at: s.pos}
		if s.peek() == '[' {
			st.header, st.array = true, strings.HasPrefix(text[s.pos:], "[[")
			s.pos++
			if st.array {
				s.pos++
			}
			st.path = s.keyPath("]")
			s.skipLine()
		} else {
			st.path = s.keyPath("=")
			s.pos = min(s.pos+1, len(text))
			s.skipSpace()
			st.value = s.pos
			s.skipValue()
		}
		out = append(out, st)
	}
}

type scanner struct {
	text string
	pos  int
}

func (s *scanner) done() bool { return s.pos >= len(s.text) }
func (s *scanner) peek() byte { return s.text[s.pos] }

func (s *scanner) skipSpace() {
	for !s.done() && strings.IndexByte(" \t", s.peek()) >= 0 {
		s.pos++
	}
}

func (s *scanner) skipLine() {
	for !s.done() && s.peek() != '\n' {
		s.pos++
	}
}

// skipBlank skips white space, newlines and comments.
func (s *scanner) skipBlank() {
	for !s.done() {
		switch s.peek() {
		case ' ', '\t', '\r', '\n':
			s.pos++
		case '#':
			s.skipLine()
		default:
			return
		}
	}
}

// keyPath reads a dotted key up to one of the bytes in end.
func (s *scanner) keyPath(end string) []string {
	var path []string
	for !s.done() && s.peek() != '\n' {
		switch c := s.peek(); {
		case strings.IndexByte(end, c) >= 0:
			return path
		case c == '"' || c == '\'':
			from := s.pos
			s.skipString()
			path = append(path, strings.Trim(s.text[from:s.pos], `"'`))
		case c == '.' || c == ' ' || c == '\t':
			s.pos++
		default:
			from := s.pos
			for !s.done() && strings.IndexByte(". \t\n\"'"+end, s.peek()) < 0 {
				s.pos++
			}
			path = append(path, s.text[from:s.pos])
		}
	}
	return path
}

// skipValue skips a value: to the end of its line, or of the line on which its
// last bracket closes.
func (s *scanner) skipValue() {
	depth := 0
	for !s.done() {
		switch s.peek() {
		case '"', '\'':
			s.skipString()
			continue
		case '#':
			s.skipLine()
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '\n':
			if depth <= 0 {
				return
			}
		}
		s.pos++
	}
}

// skipString skips a string of any of TOML's four kinds.
func (s *scanner) skipString() {
	quote := s.text[s.pos : s.pos+1]
	long := strings.Repeat(quote, 3)
	if strings.HasPrefix(s.text[s.pos:], long) {
		quote = long
	}
	escapes := quote[0] == '"'
	for s.pos += len(quote); !s.done(); s.pos++ {
		if escapes && s.peek() == '\\' {
			s.pos++
			continue
		}
		if strings.HasPrefix(s.text[s.pos:], quote) {
			s.pos += len(quote)
			// A long string may end with up to two quotes of its own.
			for len(quote) == 3 && !s.done() && s.peek() == quote[0] {
				s.pos++
			}
			return
		}
	}
	s.pos = min(s.pos, len(s.text))
}

// place says where the entries of one [[provider]] are.
type place struct {
	header int            // byte offset of the header
	keys   map[string]int // of each key
	values map[string]int // of each value
}

// places returns the place of each [[provider]] in order. Entries of providers
// in another notation (provider = [{…}]) all lie at that one place.
func places(text string, count int) []place {
	var out []place
	fallback, inside := 0, false
	for _, st := range statements(text) {
		switch {
		case st.header && st.array && slices.Equal(st.path, []string{"provider"}):
			out = append(out, place{header: st.at, keys: map[string]int{}, values: map[string]int{}})
			inside = true
		case st.header:
			inside = false
			if len(out) > 0 && len(st.path) > 1 && st.path[0] == "provider" { // [provider.x]
				note(out[len(out)-1], st.path[1], st.at, st.at)
			}
		case inside && len(st.path) > 0:
			note(out[len(out)-1], st.path[0], st.at, st.value)
		case len(st.path) > 0 && st.path[0] == "provider":
			fallback = st.at
		}
	}
	for len(out) < count {
		out = append(out, place{header: fallback, keys: map[string]int{}, values: map[string]int{}})
	}
	return out
}

func note(p place, key string, at, value int) {
	if _, ok := p.keys[key]; !ok {
		p.keys[key], p.values[key] = at, value
	}
}

// key is the offset of a key, or of the table that should have it.
func (p place) key(name string) int {
	if at, ok := p.keys[name]; ok {
		return at
	}
	return p.header
}

// value is the offset of a key's value, or of the table that should have it.
func (p place) value(name string) int {
	if at, ok := p.values[name]; ok {
		return at
	}
	return p.header
}
