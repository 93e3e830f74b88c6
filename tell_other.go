//go:build !windows

package main

import (
	"fmt"
	"os"
)

// tell says a line to the person.
func tell(text string) { fmt.Fprintln(os.Stderr, text) }
