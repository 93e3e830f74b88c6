package settings

import (
	"fmt"
	"strings"
)

// unknownKey says that a key is unknown and which one was probably meant. Where
// that cannot be guessed it lists the usual ones.
func unknownKey(name string, known, usual []string) string {
	best, distance := "", 4 // further away it is a guess, not a help
	for _, k := range known {
		if d := editDistance(normal(name), normal(k)); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return fmt.Sprintf("key %q is not known: expected one of %s", name, strings.Join(usual, ", "))
	}
	return fmt.Sprintf("key %q is not known: did you mean %q?", name, best)
}

// normal makes clientId, client-id and CLIENT_ID alike.
func normal(s string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s))
}

// editDistance is Levenshtein's: how many letters to add, drop or change.
func editDistance(a, b string) int {
	if len(a) > 64 {
		return len(a) // not a misspelling of anything
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
