package rpcheck

import "slices"

// attackCases are the attacks. Each group is a file of its own, attacks_*.go.
func attackCases() []Case { return slices.Concat(strayAttacks()) }
