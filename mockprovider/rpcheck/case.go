package rpcheck

import (
	"context"
	"slices"

	"app.latchkey/mockprovider"
	"app.latchkey/mockprovider/fault"
)

// Want is what a correct client makes of a case.
type Want string

const (
	// Refuse: the client must not take what the case puts before it. To go on
	// waiting for the right response is a refusal, and in many cases the best one.
	Refuse Want = "refuse"
	// Accept: odd but legal, or no reason to give up; the client must go on.
	Accept Want = "accept"
	// Either: the specifications leave it to the client. The case is run all the
	// same, for the client must come to an end.
	Either Want = "either"
)

// Kind says where a case comes from.
type Kind string

const (
	// Module is a module of the OpenID conformance suite for relying parties.
	Module Kind = "module"
	// Fault is a row of the mock provider's table of faults.
	Fault Kind = "fault"
	// Habit is what people, clocks and providers do every day.
	Habit Kind = "habit"
	// Attack is what somebody between, beside or instead of the parties does.
	Attack Kind = "attack"
)

// Step is a part of what a client does, and where a case may be decided.
type Step string

// The steps, in the order in which they are taken.
const (
	SignIn     Step = "sign-in"
	Profile    Step = "profile"
	Picture    Step = "picture"
	Refresh    Step = "refresh"
	Revoke     Step = "revoke"
	EndSession Step = "end-session"
)

// Case is one row.
type Case struct {
	// Name is unique among all cases: the module's name in the OpenID suite, or
	// what it is after "fault/", "habit/" or "attack/".
	Name string
	Kind Kind
	// About says in a line what is done to the client.
	About string
	// Want is what a correct client makes of it.
	Want Want
	// Must says in words what a correct client does, "" if Want says it all.
	Must string
	// Spec is the section that demands it: "RFC 9207 §2.4".
	Spec string
	// Source says where the case comes from: a plan of the OpenID suite, a row of a
	// list of attacks.
	Source string

	// Persona is what the provider plays: "plain" if it is empty.
	Persona string
	// Options are further options of the provider.
	Options []mockprovider.Option
	// Faults are how it misbehaves. At least one must be met, or the case proves
	// nothing.
	Faults []fault.Spec
	// Change changes what the client is told; nil leaves it.
	Change func(s *Setup)
	// Steps are taken after the sign-in; the last is where a refusal counts. A
	// client that has not got the last is not judged.
	Steps []Step
	// Second lets the browser bring a good response after the bad one, so that a
	// client that goes on waiting can be told from one that gives up. The faults
	// must be limited to one time.
	Second bool
	// Slow marks cases that take more than a second or two.
	Slow bool
	// Play is the script; nil signs in and takes the steps. What it returns is the
	// verdict on what the case puts before the client. It plays on a [Stand].
	Play func(ctx context.Context, s *Stand) Outcome
}

// Cases returns all cases in the order of the documentation.
func Cases() []Case {
	return slices.Concat(moduleCases(), faultCases(), habitCases(), attackCases())
}
