package presenter_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/mockprovider/mocktest"
)

const birthday = "https://www.googleapis.com/auth/user.birthday.read"

// inBrowser fits the waiting screen whose browser was opened, or could not be.
func inBrowser(st presenter.State) bool {
	return st.Screen == presenter.ScreenWaiting && st.Waiting.Browser != presenter.BrowserOpening &&
		st.Waiting.Steps[1].State == presenter.StepActive
}

// abroad signs in with a browser that reaches the provider, but not this
// computer, and returns the address at which it ended.
func (s *stage) abroad(link string) string {
	s.t.Helper()
	issuer, _ := url.Parse(s.server.Issuer())
	person := mocktest.NewPerson(s.person.User)
	person.Stop = func(next *http.Request) bool { return next.URL.Host != issuer.Host }
	visit, err := person.Open(s.t.Context(), link)
	if err != nil || visit.Next == nil {
		s.t.Fatalf("the browser was not sent back: %v", err)
	}
	return visit.Next.URL.String()
}

// A browser on another computer: the link goes there by the clipboard, the
// address comes back by hand. What is pasted wrongly is told about and loses
// nothing.
func TestBrowserElsewhere(t *testing.T) {
	s := newStage(t)
	s.browser = errors.New("no display")
	s.begin()
	s.until("the wait", inBrowser)

	s.p.CopyRemoteLink() // not before it was asked for
	s.p.Paste("http://127.0.0.1/")
	s.p.Elsewhere(true)
	if st := s.until("the way round", elsewhere); st.Problem != nil || st.Waiting.Elsewhere.Copied {
		t.Errorf("it opens with %+v, copied: %v", st.Problem, st.Waiting.Elsewhere.Copied)
	}
	s.look(func() {
		if len(s.copied) != 0 {
			t.Errorf("copied %q without being asked", s.copied)
		}
	})
	s.p.CopyRemoteLink()
	s.until("the link", func(st presenter.State) bool { return elsewhere(st) && st.Waiting.Elsewhere.Copied })
	var link string
	s.look(func() { link = s.copied[0] })
	if !strings.HasPrefix(link, s.server.Issuer()) || !strings.Contains(link, "code_challenge=") {
		t.Errorf("the link is %.60s…", link)
	}

	for _, c := range []struct {
		pasted string
		want   auth.Code
	}{
		{"", auth.CodePasteNotAddress},
		{s.server.Issuer() + "/", auth.CodePasteElsewhere},
	} {
		s.p.Paste(c.pasted)
		st := s.until(string(c.want), func(st presenter.State) bool {
			return elsewhere(st) && st.Waiting.Elsewhere.Problem != nil && st.Waiting.Elsewhere.Problem.Code == string(c.want)
		})
		if st.Problem != nil || !st.Waiting.Elsewhere.Copied || st.Waiting.Steps[1].State != presenter.StepActive {
			t.Errorf("a wrong address changed more than its own words: %+v", st)
		}
	}
	s.p.Paste(s.abroad(link))
	s.until("the profile", loaded)
	for _, st := range s.all() {
		if e := st.Waiting.Elsewhere; e != nil && st.Waiting.Person != nil {
			t.Errorf("the way round stays after the answer came: %+v", e)
		}
	}
}

func elsewhere(st presenter.State) bool { return st.Waiting.Elsewhere != nil }

// Whoever changes their mind goes on with the browser here.
func TestBackFromElsewhere(t *testing.T) {
	s := newStage(t)
	s.browser = errors.New("no display")
	s.begin()
	s.until("the wait", inBrowser)
	s.p.Elsewhere(true)
	s.until("the way round", elsewhere)
	s.p.Elsewhere(false)
	s.until("the way back", func(st presenter.State) bool { return !elsewhere(st) })
	s.p.CopyLink()
	s.until("a link for here", func(st presenter.State) bool { return st.Waiting.Copied })
	s.look(func() { s.visit(s.copied[0]) })
	s.until("the profile", loaded)
}

func TestMoreTime(t *testing.T) {
	s := newStage(t)
	s.browser = errors.New("no display")
	s.begin()
	before := s.until("the wait", inBrowser).Waiting.Deadline
	s.p.Extend()
	s.until("a later end", func(st presenter.State) bool { return st.Waiting.Deadline.After(before) })
}

// What was not allowed is known, and is asked for again of the same person;
// somebody else who turns up is asked about first.
func TestAskAgain(t *testing.T) {
	s := newStage(t)
	s.provider.Scopes = []string{"openid", "email", "profile", birthday}
	s.person.Untick = []string{birthday}
	s.start()
	s.signIn()
	declined := func(n int) func(presenter.State) bool {
		return func(st presenter.State) bool {
			return loaded(st) && st.Profile.Session != nil && len(st.Profile.Session.Declined) == n && st.Profile.Person.Email == "ada@example.com"
		}
	}
	if st := s.until("what is missing", declined(1)); st.Profile.Session.Declined[0] != birthday {
		t.Errorf("declined %q", st.Profile.Session.Declined)
	}

	s.person.Untick, s.person.User = nil, "noa"
	s.p.AskAgain()
	if st := s.until("the question", asked); st.Confirm.Kind != presenter.ConfirmOtherAccount {
		t.Errorf("the question is %q", st.Confirm.Kind)
	}
	s.p.Confirm(false)
	s.until("Ada, as before", declined(1))

	s.person.User = "ada"
	s.p.AskAgain()
	s.until("everything allowed", declined(0))
}

// A wrong clock does not keep anybody out, but is told.
func TestWrongClockIsTold(t *testing.T) {
	for _, c := range []struct {
		name string
		off  time.Duration // of this computer's clock
		tell bool
	}{{"two hours behind", -2 * time.Hour, true}, {"a day ahead", 24 * time.Hour, true}, {"a minute behind", -time.Minute, false}} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.now = func() time.Time { return time.Now().Add(c.off) }
			s.start()
			got := time.Duration(s.signIn().Profile.ClockOff) * time.Second
			if c.tell && (got+c.off).Abs() > time.Minute || !c.tell && got != 0 {
				t.Errorf("the profile tells %v, the clock is off by %v", got, c.off)
			}
		})
	}
}
