package rpcheck_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/rpcheck"
)

// caseOf finds a case.
func caseOf(t *testing.T, name string) rpcheck.Case {
	t.Helper()
	for _, c := range rpcheck.Cases() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no case %s", name)
	return rpcheck.Case{}
}

// TestSuiteJudges puts clients with one fault each before the suite.
func TestSuiteJudges(t *testing.T) {
	refusesAll := func(context.Context, rpcheck.Setup, func(string)) (*rpcheck.Session, error) {
		return nil, errors.New("no")
	}
	refusesNothing := func(ctx context.Context, s rpcheck.Setup, open func(string)) (*rpcheck.Session, error) {
		return signInCarelessly(ctx, s, open)
	}
	opensNothing := func(context.Context, rpcheck.Setup, func(string)) (*rpcheck.Session, error) {
		return &rpcheck.Session{Subject: "somebody"}, nil
	}
	wrongPerson := func(ctx context.Context, s rpcheck.Setup, open func(string)) (*rpcheck.Session, error) {
		session, err := signInCarelessly(ctx, s, open)
		session.Subject = "100000000000000000099"
		return session, err
	}
	noProfile := func(ctx context.Context, s rpcheck.Setup, open func(string)) (*rpcheck.Session, error) {
		session, err := signInCarelessly(ctx, s, open)
		session.Profile = nil
		return session, err
	}
	unable := func(context.Context, rpcheck.Setup, func(string)) (*rpcheck.Session, error) {
		return nil, rpcheck.ErrUnable
	}
	neither := func(context.Context, rpcheck.Setup, func(string)) (*rpcheck.Session, error) { return nil, nil }

	for _, c := range []struct {
		name   string
		client rpcheck.ClientFunc
		play   string
		did    rpcheck.Did
		wrong  string // part of what is said to be wrong, "" for nothing
	}{
		{"one that refuses everything is fit for nothing", refusesAll, "fault/id-token-iss-wrong", rpcheck.Unfit, "behaves well: no"},
		{"also at legal oddities", refusesAll, "fault/id-token-aud-list", rpcheck.Unfit, "behaves well: no"},
		{"one that refuses nothing takes what is wrong", refusesNothing, "fault/id-token-iss-wrong", rpcheck.Accepted, "took what it had to refuse"},
		{"and takes what is legal", refusesNothing, "fault/id-token-aud-list", rpcheck.Accepted, ""},
		{"one that opens no browser", opensNothing, "fault/id-token-iss-wrong", rpcheck.Unfit, "no address"},
		{"one that takes the person for another", wrongPerson, "fault/id-token-aud-list", rpcheck.Unfit, "takes the person for"},
		{"one without a profile is not judged by it", noProfile, "fault/userinfo-sub-other", rpcheck.Unable, ""},
		{"one that cannot is not judged", unable, "fault/id-token-iss-wrong", rpcheck.Unable, ""},
		{"a driver that returns nothing", neither, "fault/id-token-iss-wrong", rpcheck.Unfit, "neither a session nor an error"},
		{"a good one refuses by its code", latchkey, "fault/id-token-iss-wrong", rpcheck.Refused, ""},
		{"a good one waits for its response", latchkey, "fault/redirect-state-wrong", rpcheck.Refused, ""},
		{"one that never looks", signInWithGoLibraries, "fault/request-nonce-lost", rpcheck.Unmet, "never met"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rpcheck.NewSuite(c.client).Run(t.Context(), caseOf(t, c.play))
			if r.Did != c.did || (r.Wrong() == "") != (c.wrong == "") || !strings.Contains(r.Wrong(), c.wrong) {
				t.Errorf("%s, wrong: %q; want %s, wrong: %q", r.Did, r.Wrong(), c.did, c.wrong)
			}
		})
	}
}

// TestBrokenCase: a case that cannot be played says so and blames no client.
func TestBrokenCase(t *testing.T) {
	for _, c := range []rpcheck.Case{
		{Name: "unknown persona", Want: rpcheck.Accept, Persona: "nobody"},
		{Name: "unknown fault", Want: rpcheck.Refuse, Faults: []fault.Spec{{Name: "no-such-fault"}}},
	} {
		r := rpcheck.NewSuite(rpcheck.ClientFunc(latchkey)).Run(t.Context(), c)
		if r.Did != rpcheck.Unfit || !strings.Contains(r.Text, "the case itself is broken") {
			t.Errorf("%s: %s, %q", c.Name, r.Did, r.Text)
		}
	}
}

// TestSummary counts what was judged, and what of that is wrong.
func TestSummary(t *testing.T) {
	got := rpcheck.Summary(map[string]rpcheck.Result{
		"right":       {Case: rpcheck.Case{Want: rpcheck.Refuse}, Outcome: rpcheck.Withstood("")},
		"wrong":       {Case: rpcheck.Case{Want: rpcheck.Refuse}, Outcome: rpcheck.Took("")},
		"not offered": {Case: rpcheck.Case{Want: rpcheck.Refuse}, Outcome: rpcheck.RefusedBy(rpcheck.SignIn, rpcheck.ErrUnable)},
	})
	if want := "conformance: 2 cases, 1 wrong"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
