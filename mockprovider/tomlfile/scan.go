package tomlfile

import (
	"fmt"
	"strconv"
	"strings"
)

// mark is where a key or an array's element stands.
type mark struct {
	path         string
	line, column int
}

// scanner finds the places of keys in a file that the parser has accepted: it
// may rely on valid TOML, and needs to understand no values.
type scanner struct {
	text   string
	at     int
	line   int
	start  int // of the line
	marks  []mark
	tables map[string]int // how often [[path]] was seen
}

// scan returns the places of all keys, in the order of the file.
func scan(text string) []mark {
	s := &scanner{text: text, line: 1, tables: map[string]int{}}
	table := ""
	for s.blank(true); s.at < len(s.text); s.blank(true) {
		before := s.at
		if s.peek() == '[' {
			table = s.header()
		} else {
			s.pair(table)
		}
		if s.at == before { // not TOML after all
			break
		}
	}
	return s.marks
}

// header reads [a.b] or [[a.b]] and returns the path of what follows.
func (s *scanner) header() string {
	line, column := s.line, s.column()
	array := strings.HasPrefix(s.text[s.at:], "[[")
	for s.peek() == '[' {
		s.next()
	}
	path := ""
	keys := s.key()
	for i, key := range keys {
		path = join(path, key)
		switch n := s.tables[path]; {
		case i == len(keys)-1 && array:
			s.tables[path]++
			path = fmt.Sprintf("%s[%d]", path, n)
		case n > 0: // a table below the latest element
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	for s.peek() == ']' {
		s.next()
	}
	s.marks = append(s.marks, mark{path, line, column})
	return path
}

// pair reads key = value.
func (s *scanner) pair(table string) {
	line, column := s.line, s.column()
	path := table
	for _, key := range s.key() {
		path = join(path, key)
	}
	s.marks = append(s.marks, mark{path, line, column})
	s.blank(false)
	if s.peek() == '=' {
		s.next()
	}
	s.value(path)
}

// key reads a.b."c d" and returns its parts.
func (s *scanner) key() []string {
	var parts []string
	for {
		s.blank(false)
		begin := s.at
		if c := s.peek(); c == '"' || c == '\'' {
			s.quoted()
			parts = append(parts, unquote(s.text[begin:s.at]))
		} else {
			for s.at < len(s.text) && !strings.ContainsRune(" \t.=]\r\n", rune(s.peek())) {
				s.next()
			}
			parts = append(parts, s.text[begin:s.at])
		}
		s.blank(false)
		if s.peek() != '.' {
			return parts
		}
		s.next()
	}
}

// value skips a value, marking what is inside arrays and inline tables.
func (s *scanner) value(path string) {
	s.blank(false)
	switch s.peek() {
	case '"', '\'':
		s.quoted()
	case '[':
		s.next()
		for i := 0; s.more(']'); i++ {
			element := fmt.Sprintf("%s[%d]", path, i)
			s.marks = append(s.marks, mark{element, s.line, s.column()})
			s.value(element)
		}
	case '{':
		s.next()
		for s.more('}') {
			s.pair(path)
		}
	default:
		for s.at < len(s.text) && !strings.ContainsRune(",]}#\r\n", rune(s.peek())) {
			s.next()
		}
	}
}

// more goes to the next element of an array or inline table; at its end it
// leaves it.
func (s *scanner) more(end byte) bool {
	s.blank(true)
	if s.peek() == ',' {
		s.next()
		s.blank(true)
	}
	if c := s.peek(); c == end || c == 0 {
		s.next()
		return false
	}
	return true
}

// quoted skips a string of any of the four kinds.
func (s *scanner) quoted() {
	quote := s.text[s.at : s.at+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.text[s.at:], triple) {
		quote = triple
	}
	s.skip(len(quote))
	for s.at < len(s.text) && !strings.HasPrefix(s.text[s.at:], quote) {
		if s.peek() == '\\' && quote[0] == '"' {
			s.next()
		}
		s.next()
	}
	s.skip(len(quote))
	// Up to two quotes may stand right before the closing three.
	for len(quote) == 3 && s.peek() == quote[0] {
		s.next()
	}
}

// blank skips white space and comments, and line ends if asked to.
func (s *scanner) blank(lines bool) {
	for s.at < len(s.text) {
		switch c := s.peek(); {
		case c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r'):
			s.next()
		case c == '#' && lines:
			for s.at < len(s.text) && s.peek() != '\n' {
				s.next()
			}
		default:
			return
		}
	}
}

func (s *scanner) skip(n int) {
	for range n {
		s.next()
	}
}

// next goes one byte on.
func (s *scanner) next() {
	if s.at >= len(s.text) {
		return
	}
	if s.text[s.at] == '\n' {
		s.line, s.start = s.line+1, s.at+1
	}
	s.at++
}

// peek returns the byte at hand, 0 at the end.
func (s *scanner) peek() byte {
	if s.at >= len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) column() int { return s.at - s.start + 1 }

// unquote returns the text of a quoted key.
func unquote(quoted string) string {
	if text, err := strconv.Unquote(quoted); err == nil {
		return text
	}
	return strings.Trim(quoted, `"'`)
}
