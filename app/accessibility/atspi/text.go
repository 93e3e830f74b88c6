//go:build linux

package atspi

import (
	"unicode"

	"app.latchkey/app/accessibility"
)

// text is what a reader goes through: what is in a field, or the text itself.
// What is in a passphrase field is not even in the Tree.
func (o *object) text() []rune { return textOf(o.node) }

func textOf(n *accessibility.Node) []rune {
	switch n.Role {
	case accessibility.RoleField:
		return []rune(n.Value)
	case accessibility.RolePassword:
		return nil
	}
	return []rune(n.Name)
}

func (o *object) caret() int32 {
	if o.node.Role != accessibility.RoleField {
		return 0
	}
	return int32(min(max(o.node.Caret, 0), len(o.text())))
}

// textMethods are org.a11y.atspi.Text's, for text that is read. Selecting and
// editing is the keyboard's.
var textMethods = map[string]method{
	"GetText": {"ii", func(o *object, args []any) ([]any, error) {
		t := o.text()
		from, to := span(t, args[0].(int32), args[1].(int32))
		return []any{string(t[from:to])}, nil
	}},
	"GetStringAtOffset": {"iu", func(o *object, args []any) ([]any, error) {
		return o.piece(args[0].(int32), granularity(args[1].(uint32)), 0), nil
	}},
	"GetTextBeforeOffset": {"iu", func(o *object, args []any) ([]any, error) {
		return o.piece(args[0].(int32), boundary(args[1].(uint32)), -1), nil
	}},
	"GetTextAtOffset": {"iu", func(o *object, args []any) ([]any, error) {
		return o.piece(args[0].(int32), boundary(args[1].(uint32)), 0), nil
	}},
	"GetTextAfterOffset": {"iu", func(o *object, args []any) ([]any, error) {
		return o.piece(args[0].(int32), boundary(args[1].(uint32)), 1), nil
	}},
	"GetCharacterAtOffset": {"i", func(o *object, args []any) ([]any, error) {
		t, i := o.text(), args[0].(int32)
		if i < 0 || int(i) >= len(t) {
			return []any{int32(0)}, nil
		}
		return []any{t[i]}, nil
	}},
	"GetAttributes": {"i", func(o *object, _ []any) ([]any, error) {
		return []any{map[string]string{}, int32(0), int32(len(o.text()))}, nil
	}},
	"GetAttributeRun": {"ib", func(o *object, _ []any) ([]any, error) {
		return []any{map[string]string{}, int32(0), int32(len(o.text()))}, nil
	}},
	"GetAttributeValue":      constant("is", ""),
	"GetDefaultAttributes":   constant("", map[string]string{}),
	"GetDefaultAttributeSet": constant("", map[string]string{}),
	"GetCharacterExtents":    {"iu", extents},
	"GetRangeExtents":        {"iiu", extents},
	"GetOffsetAtPoint": {"iiu", func(o *object, args []any) ([]any, error) {
		if o.box(o.node).has(args[0].(int32), args[1].(int32)) {
			return []any{int32(0)}, nil
		}
		return []any{int32(-1)}, nil
	}},
	"GetNSelections": constant("", int32(0)),
	"GetSelection":   constant("i", int32(0), int32(0)),
	"AddSelection":   constant("ii", false), "RemoveSelection": constant("i", false), "SetSelection": constant("iii", false),
	"SetCaretOffset": {"i", func(o *object, _ []any) ([]any, error) { return []any{false}, nil }},
}

// extents are the whole object's: where a letter is drawn is not known here.
func extents(o *object, _ []any) ([]any, error) {
	b := o.box(o.node)
	return []any{b.X, b.Y, b.Width, b.Height}, nil
}

// span makes offsets safe; an end of -1 is that of the text.
func span(t []rune, from, to int32) (int, int) {
	n := len(t)
	if to < 0 || int(to) > n {
		to = int32(n)
	}
	return min(max(int(from), 0), int(to)), int(to)
}

// unit is how much of a text is asked for at once.
type unit int

const (
	character unit = iota
	word
	line
)

// granularity is an AtspiTextGranularity. A sentence is a line of ours, and so is
// a paragraph.
func granularity(g uint32) unit {
	switch g {
	case 0:
		return character
	case 1:
		return word
	}
	return line
}

// boundary is an AtspiTextBoundaryType: character, words by start or end,
// sentences, lines.
func boundary(b uint32) unit {
	switch b {
	case 0:
		return character
	case 1, 2:
		return word
	}
	return line
}

// piece is the unit of text at an offset, or the one before or after it.
func (o *object) piece(at int32, u unit, step int) []any {
	t := o.text()
	from, to := unitAt(t, int(at), u)
	if step < 0 {
		from, to = unitAt(t, from-1, u)
	}
	if step > 0 {
		if to >= len(t) {
			from, to = len(t), len(t)
		} else {
			from, to = unitAt(t, to, u)
		}
	}
	return []any{string(t[from:to]), int32(from), int32(to)}
}

// unitAt is where the unit around an offset begins and ends: nothing outside of
// the text, but the last line at its very end, where a caret may stand.
func unitAt(t []rune, at int, u unit) (from, to int) {
	n := len(t)
	if at < 0 || at > n || n == 0 || at == n && u == character {
		at = min(max(at, 0), n)
		return at, at
	}
	i := min(at, n-1)
	if u == character {
		return i, i + 1
	}
	begins := func(k int) bool { // a unit begins at k
		if u == line {
			return t[k-1] == '\n'
		}
		return unicode.IsSpace(t[k-1]) && !unicode.IsSpace(t[k])
	}
	for from = i; from > 0 && !begins(from); from-- {
	}
	for to = i + 1; to < n && !begins(to); to++ {
	}
	return from, to
}
