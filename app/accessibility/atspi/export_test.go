//go:build linux

package atspi

// SocketOf is socketOf.
func SocketOf(address string) (string, error) { return socketOf(address) }

// UnitAt is unitAt, of a word if word, else of a line.
func UnitAt(t string, at int, isWord bool) string {
	u := line
	if isWord {
		u = word
	}
	r := []rune(t)
	from, to := unitAt(r, at, u)
	return string(r[from:to])
}

// MaxMessage is maxMessage.
const MaxMessage = maxMessage
