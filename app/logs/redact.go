package logs

import (
	"bytes"
	"regexp"
)

// Left is what stands in the place of a line that is left out.
const Left = "(left out: it may hold a secret)"

// Before the first goroutine a crash says why, and that may be any text of any
// program. These are the lines that the runtime alone makes, of fixed words,
// numbers and names of types.
var reasons = regexp.MustCompile(`^(?:` +
	`panic: runtime error: (?:invalid memory address or nil pointer dereference|integer divide by zero|` +
	`index out of range \[-?\d+\](?: with length \d+)?|slice bounds out of range \[[-:\d]*\](?: with (?:length|capacity) \d+)?|` +
	`makeslice: (?:len|cap) out of range|growslice: len out of range|negative shift amount|` +
	`(?:hash of unhashable|comparing uncomparable) type [\w./*\[\]{}]+)` +
	`|panic: (?:assignment to entry in nil map|close of (?:closed|nil) channel|send on closed channel)` +
	`|panic: a value of type [\w./*\[\]{} ]+, which is left out: it may hold a secret` +
	`|fatal error: [\w .:,'()-]{1,120}` +
	`|\[signal SIG[A-Z0-9]+(?:: [a-z /-]+)? code=\w+ addr=0x[0-9a-f]+ pc=0x[0-9a-f]+\]` +
	`|SIG[A-Z]+: [a-z /-]+` +
	`|PC=0x[0-9a-f]+ m=\d+ sigcode=-?\d+(?: addr=0x[0-9a-f]+)?` +
	`|signal arrived during cgo execution` +
	`|runtime: goroutine stack exceeds \d+-byte limit` +
	`)(?: \[recovered(?:, repanicked)?\])?$`)

// After it there are stacks: names of functions, numbers, and files.
var (
	goroutine = regexp.MustCompile(`^goroutine \d+(?: gp=\w+ m=\w+(?: mp=\w+)?)? \[[\w ,.()-]{1,80}\]:$`)
	stack     = regexp.MustCompile(`^(?:` +
		`[\w./*()\[\]{}…·%@,-]+\((?:[0-9a-fx?{}, ]|\.\.\.)*\)` + // a call
		`|\t[\w./@%~+:-]+:\d+(?: \+0x[0-9a-f]+)?(?: fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+)?` + // its place
		`|created by [\w./*()\[\]{}…·%@,-]+(?: in goroutine \d+)?` +
		`|\.\.\.(?:additional|\d+) frames elided\.\.\.` +
		`)$`)
)

// Redact returns what the runtime wrote about a crash without the lines that may
// hold anything but the names of functions and types, numbers and places in the
// source: above all without the values of panics.
func Redact(text []byte) []byte {
	var out bytes.Buffer
	inStack, left := false, false
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		known := goroutine.Match(line)
		inStack = inStack || known
		switch {
		case len(line) == 0, known, inStack && stack.Match(line), !inStack && reasons.Match(line):
			out.Write(line)
			out.WriteByte('\n')
			left = false
		case !left:
			out.WriteString(Left + "\n")
			left = true
		}
	}
	return out.Bytes()
}
