package presenter

import (
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"app.latchkey/auth"
	"app.latchkey/auth/flow"
	"app.latchkey/resources"
)

// clone makes a State that shares nothing with s that could be changed.
func (s State) clone() State {
	s.SignIn.Providers = slices.Clone(s.SignIn.Providers)
	s.Profile.Fields = slices.Clone(s.Profile.Fields)
	s.Accounts = slices.Clone(s.Accounts)
	if s.Profile.Session != nil {
		v := *s.Profile.Session
		v.Granted, v.Declined = slices.Clone(v.Granted), slices.Clone(v.Declined)
		s.Profile.Session = &v
	}
	if s.Profile.Flow != nil {
		v := *s.Profile.Flow // its steps are never changed
		s.Profile.Flow = &v
	}
	if s.Problem != nil {
		p := *s.Problem
		p.Values = maps.Clone(p.Values)
		s.Problem = &p
	}
	if s.Confirm != nil {
		c := *s.Confirm
		s.Confirm = &c
	}
	if s.Waiting.Elsewhere != nil {
		e := *s.Waiting.Elsewhere
		if e.Problem != nil {
			p := *e.Problem
			p.Values = maps.Clone(p.Values)
			e.Problem = &p
		}
		s.Waiting.Elsewhere = &e
	}
	if s.Passphrase != nil {
		v := *s.Passphrase
		s.Passphrase = &v
	}
	if s.Waiting.Person != nil {
		w := *s.Waiting.Person
		s.Waiting.Person = &w
	}
	return s
}

func problemView(err error) *ProblemView {
	if err == nil {
		return nil
	}
	p := auth.AsProblem(err)
	return &ProblemView{Phase: string(p.Phase), Code: string(p.Code), Next: Next(p.Next), Detail: p.Detail(), Values: p.Values}
}

func keepOf(k auth.Keeping) Keep {
	return Keep{Known: true, Persistent: k.Persistent, Name: k.Name, Locked: k.Locked}
}

func startWaiting(p auth.Provider, label string) WaitingView {
	return WaitingView{Host: p.Host(), Provider: label, Browser: BrowserOpening, Steps: [4]StepLine{
		{StepBrowser, StepActive}, {StepSignIn, StepTodo}, {StepCheck, StepTodo}, {StepLoad, StepTodo}}}
}

// advanceTo sets the four lines by a step of the flow.
func advanceTo(lines [4]StepLine, step flow.Step) [4]StepLine {
	switch {
	case step.Status == flow.StatusFailed:
		return lines
	case step.Kind == flow.KindAuthorization && step.Status == flow.StatusRunning:
		return advance(lines, StepSignIn, StepActive)
	case step.Kind == flow.KindAuthorization:
		return advance(lines, StepCheck, StepActive)
	case step.Kind == flow.KindIdentity && step.Status == flow.StatusDone:
		return advance(lines, StepLoad, StepActive)
	}
	return lines
}

// advance gives the line id a state; the lines before it are done, unless they
// failed, and those after it are to do.
func advance(lines [4]StepLine, id StepID, state StepState) [4]StepLine {
	reached := false
	for i := range lines {
		switch {
		case lines[i].ID == id:
			lines[i].State, reached = state, true
		case reached:
			lines[i].State = StepTodo
		case lines[i].State != StepFailed:
			lines[i].State = StepDone
		}
	}
	return lines
}

// tellClockFrom is from when on the person is told that the clock is wrong: a
// clock that is off by more would have been refused by a program that trusts it.
const tellClockFrom = 2 * time.Minute

// clockOff is ProfileView.ClockOff.
func clockOff(skew time.Duration) int {
	if skew.Abs() < tellClockFrom {
		return 0
	}
	return int(skew / time.Second)
}

func personOf(i auth.Identity, picture string) PersonView {
	return person(i.Subject, i.Name, i.Email, i.EmailVerified, picture)
}

func person(subject, name, email string, verified bool, picture string) PersonView {
	if name == "" {
		name = email
	}
	if name == "" {
		name = subject
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(subject))
	return PersonView{Name: name, Email: email, Verified: verified && email != "",
		Initials: initials(name), Color: int(h.Sum32() >> 1 & 0xffff), Picture: picture}
}

// initials are the first letters of the first and the last word.
func initials(name string) string {
	var letters []rune
	for word := range strings.FieldsSeq(name) {
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters = append(letters, unicode.ToUpper(r))
				break
			}
		}
	}
	switch len(letters) {
	case 0:
		return "?"
	case 1:
		return string(letters)
	}
	return string([]rune{letters[0], letters[len(letters)-1]})
}

func who(a auth.Account) string {
	for _, s := range []string{a.Email, a.Name, a.Subject} {
		if s != "" {
			return s
		}
	}
	return ""
}

// profileView shows a profile; while there is none yet, the ID token's word.
func (p *Presenter) profileView(provider auth.Provider, a auth.Account, profile resources.Profile, picture string) ProfileView {
	if profile.Subject == "" {
		profile = resources.FromIdentity(a.Identity)
	}
	v := ProfileView{
		Person:   person(profile.Subject, profile.Name, profile.Email, profile.EmailVerified, picture),
		Provider: p.label(provider), Host: p.unknownHost(provider), Source: profile.Source, Updated: profile.Fetched,
		Unsigned: a.Identity.Proof == auth.ProofUserAPI,
	}
	for _, f := range []Field{
		{FieldName, profile.Name},
		{FieldGivenName, profile.GivenName},
		{FieldFamilyName, profile.FamilyName},
		{FieldLanguage, profile.Locale},
		{FieldOrganization, joinNonEmpty(" · ", profile.Organization, profile.Title)},
		{FieldBirthday, profile.Birthday.String()},
		{FieldSubject, profile.Subject},
	} {
		if f.Value != "" {
			v.Fields = append(v.Fields, f)
		}
	}
	return v
}

func joinNonEmpty(separator string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" }), separator)
}
