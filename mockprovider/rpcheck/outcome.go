package rpcheck

import (
	"errors"
	"fmt"
)

// Did is what a client made of a case.
type Did string

const (
	// Refused: it did not take what the case put before it.
	Refused Did = "refused"
	// Accepted: it took it, or, at an attack, fell for it.
	Accepted Did = "accepted"
	// Unmet: the client never came near it, as one that fetches no keys never meets
	// a broken key set.
	Unmet Did = "not met"
	// Unable: the client has nothing of the kind.
	Unable Did = "not offered"
	// Hung: it came to no end.
	Hung Did = "hung"
	// Unfit: it does not even get through the same case with a provider that
	// behaves well, so that its refusal says nothing.
	Unfit Did = "unfit"
)

// Outcome is how a case ended.
type Outcome struct {
	Did Did
	// Step is the step that decided.
	Step Step
	// Code is the client's own stable code of its refusal, if it has one.
	Code string
	// Text says more: the client's error.
	Text string
}

// Took is the outcome of a case that the client took.
func Took(format string, values ...any) Outcome {
	return Outcome{Did: Accepted, Text: fmt.Sprintf(format, values...)}
}

// Withstood is the outcome of a case that the client refused.
func Withstood(format string, values ...any) Outcome {
	return Outcome{Did: Refused, Text: fmt.Sprintf(format, values...)}
}

// RefusedBy is the outcome of a step that ended with the client's error; nil is
// Accepted.
func RefusedBy(step Step, err error) Outcome {
	if err == nil {
		return Outcome{Did: Accepted, Step: step}
	}
	o := Outcome{Did: Refused, Step: step, Text: err.Error()}
	if c := coded(nil); errors.As(err, &c) {
		o.Code = c.RefusalCode()
	}
	switch {
	case errors.Is(err, ErrUnable):
		o.Did = Unable
	case errors.Is(err, errHung):
		o.Did = Hung
	}
	return o
}

// Result is a case and its outcome.
type Result struct {
	Case Case
	Outcome
}

// Wrong says what is wrong about the result, "" if nothing is. A client that does
// not offer what a case needs is not wrong; one that never meets what it had to
// refuse is, for it took all else without having looked.
func (r Result) Wrong() string {
	want, did := r.Case.Want, r.Did
	switch {
	case did == Unable:
		return ""
	case did == Unfit:
		return "it fails at a provider that behaves well: " + r.Text
	case did == Hung:
		return "it came to no end: " + r.Text
	case want == Either:
		return ""
	case want == Refuse && did == Refused, want == Accept && (did == Accepted || did == Unmet):
		return ""
	case did == Unmet:
		return "it never met what it had to refuse"
	case want == Refuse:
		return "it took what it had to refuse" + after(r.Text)
	}
	return fmt.Sprintf("it refused at %s what it had to accept%s", r.Step, after(r.Text))
}

func after(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}
