package assets

import (
	_ "embed"
	"strings"
)

// notices is written by tools/mknotices (make notices).
//
//go:embed notices.txt
var notices string

// Notice is the licence of something by others that the program holds.
type Notice struct {
	Name    string // a module's path, or the name of a part of one
	Version string // of the module, or where the part is; "" for the standard library
	Licence string // SPDX expression
	Text    string // word for word
}

// Notices are all of them, by name.
func Notices() []Notice {
	var out []Notice
	for part := range strings.SplitSeq("\n"+notices, "\n=== ") {
		head, text, _ := strings.Cut(part, "\n")
		field := strings.Split(head, "\t")
		if len(field) == 3 {
			out = append(out, Notice{field[0], field[1], field[2], strings.TrimRight(text, "\n")})
		}
	}
	return out
}
