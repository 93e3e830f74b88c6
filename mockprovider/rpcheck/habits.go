package rpcheck

import (
	"context"
	"net/http"
	"slices"
	"time"

	"app.latchkey/mockprovider"
)

// habitCases are what people, clocks and providers do every day and no suite has.
func habitCases() []Case {
	cases := []Case{
		{
			Name: "habit/denied", Want: Refuse, About: "the person presses Deny", Must: "end, and say that it was refused", Spec: "RFC 6749 §4.1.2.1",
			Play: as(func(s *Stand) { s.Person.Deny = true }),
		},
		{
			Name: "habit/cancelled", Want: Refuse, About: "the person presses Cancel at the login page", Must: "end, and say that it was refused", Spec: "RFC 6749 §4.1.2.1",
			Play: as(func(s *Stand) { s.Person.Cancel = true }),
		},
		{
			Name: "habit/scope-unticked", Want: Accept, About: "the person unticks the e-mail address", Must: "go on, and know that it was not granted", Spec: "RFC 6749 §3.3, §5.1",
			Play: knowsWhatWasGranted,
		},
		{
			Name: "habit/opened-twice", Want: Accept, About: "the person leaves the login page, opens the address once more and signs in there", Must: "take the response", Spec: "RFC 8252 §8.3",
			Play: opensTwice,
		},
		{
			Name: "habit/clock-behind", Want: Accept, About: "this computer's clock is two hours behind", Must: "judge times by the provider's Date header", Spec: idChecks + ", RFC 9110 §6.6.1",
			Options: tellsTheTime(), Play: as(func(s *Stand) { s.Provider.Advance(2 * time.Hour) }),
		},
		{
			Name: "habit/clock-ahead", Want: Accept, About: "this computer's clock is two hours ahead", Must: "judge times by the provider's Date header", Spec: idChecks + ", RFC 9110 §6.6.1",
			Options: tellsTheTime(), Play: as(func(s *Stand) { s.Provider.Advance(-2 * time.Hour) }),
		},
		{
			Name: "habit/refresh-not-rotated", Want: Accept, About: "refreshes answer without a new refresh token", Must: "keep the one it has", Spec: "RFC 6749 §6",
			Options: []mockprovider.Option{mockprovider.WithRotation(false)}, Steps: []Step{Refresh, Refresh, Refresh},
		},
		{
			Name: "habit/refresh-rotated", Want: Accept, About: "each refresh answers with a new refresh token, and the old one is spent", Must: "use the newest", Spec: "RFC 6749 §6, RFC 9700 §4.14.2",
			Steps: []Step{Refresh, Refresh, Refresh},
		},
		{
			Name: "habit/access-removed", Want: Refuse, About: "the person removes the program's access in the account's settings", Must: "end the session at the next refresh", Spec: "RFC 6749 §5.2",
			Steps: []Step{Refresh}, Play: accessRemoved,
		},
		{
			Name: "habit/signed-out", Want: Accept, About: "the person signs out of the program", Must: "give the tokens back", Spec: "RFC 7009 §2.1",
			Steps: []Step{Revoke}, Play: givesTokensBack,
		},
	}
	for i := range cases {
		cases[i].Kind, cases[i].Source = Habit, "what people, clocks and providers do every day"
	}
	return cases
}

// as signs in and takes no steps after something was arranged.
func as(arrange func(*Stand)) func(context.Context, *Stand) Outcome {
	return func(ctx context.Context, s *Stand) Outcome {
		arrange(s)
		return Case{}.signIn(ctx, s)
	}
}

// tellsTheTime makes the provider's Date headers follow its clock.
func tellsTheTime() []mockprovider.Option {
	return []mockprovider.Option{mockprovider.WithHook(mockprovider.StageWire, func(e *mockprovider.Event) {
		e.Header.Set("Date", e.Now.UTC().Format(http.TimeFormat))
	})}
}

func knowsWhatWasGranted(ctx context.Context, s *Stand) Outcome {
	s.Person.Untick = []string{"email"}
	session, o := Case{}.enter(ctx, s)
	if o.Did == Accepted && session.Scopes != nil && slices.Contains(session.Scopes, "email") {
		return Outcome{Did: Refused, Step: SignIn, Text: "it takes the scope email as granted"}
	}
	return o
}

func opensTwice(ctx context.Context, s *Stand) Outcome {
	address, err := s.Begin(ctx)
	if err != nil {
		return s.failed()
	}
	s.Person.StopAtLogin = true
	if _, err := s.Visit(ctx, address); err != nil {
		return RefusedBy(SignIn, err)
	}
	s.Person.StopAtLogin = false
	visit, err := s.Visit(ctx, address)
	if err != nil {
		return RefusedBy(SignIn, err)
	}
	if !s.cameBack(visit) {
		_, _ = s.GiveUp()
		return Outcome{Did: Refused, Step: SignIn, Text: "the second time leads nowhere"}
	}
	_, err = s.Outcome()
	return RefusedBy(SignIn, err)
}

func accessRemoved(ctx context.Context, s *Stand) Outcome {
	session, o := Case{}.enter(ctx, s)
	if o.Did != Accepted {
		return o
	}
	s.Provider.RevokeUser(User)
	return take(ctx, s, session, Refresh)
}

func givesTokensBack(ctx context.Context, s *Stand) Outcome {
	session, o := Case{}.enter(ctx, s)
	if o.Did != Accepted {
		return o
	}
	if o = take(ctx, s, session, Revoke); o.Did == Accepted && s.Provider.Grants(User) > 0 {
		return Outcome{Did: Refused, Step: Revoke, Text: "the tokens still work"}
	}
	return o
}
