package opsuite

import "slices"

// Strict returns what a provider must refuse, must promise and must keep. Many
// are leniencies that were found in peers.
func Strict() []Case {
	return slices.Concat(metadataCases(), redirectCases(), authorizeCases(), codeCases(), tokenCases(), refreshCases(), bearerCases(), endCases())
}
