package presenter_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
)

func onPage(page presenter.Page) func(presenter.State) bool {
	return func(s presenter.State) bool { return s.Page == page }
}

// TestPages: each page opens with its view, and only with its own; closing it
// shows the screen again, and a sign-in closes it.
func TestPages(t *testing.T) {
	s := newStage(t)
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	for _, page := range []presenter.Page{presenter.PageSettings, presenter.PageDiagnostics, presenter.PageAbout, presenter.PageProvider} {
		s.p.OpenPage(page)
		got := s.until(string(page), onPage(page))
		views := map[presenter.Page]bool{
			presenter.PageSettings: got.Settings != nil, presenter.PageDiagnostics: got.Diagnostics != nil,
			presenter.PageAbout: got.About != nil, presenter.PageProvider: got.NewProvider != nil,
		}
		for other, there := range views {
			if there != (other == page) {
				t.Errorf("on the page %s the view of %s is there: %v", page, other, there)
			}
		}
	}
	s.p.ClosePage()
	s.until("the screen", onPage(presenter.PageNone))
	s.p.OpenPage("unheard of")
	s.p.OpenPage(presenter.PageAbout)
	s.until("the page", onPage(presenter.PageAbout))
	s.p.SignIn("google")
	s.until("no page over the browser", func(st presenter.State) bool {
		return st.Screen == presenter.ScreenWaiting && st.Page == presenter.PageNone
	})
}

// TestBackFromTheBrowser: whoever reads the settings meanwhile is shown how the
// sign-in went.
func TestBackFromTheBrowser(t *testing.T) {
	s := newStage(t)
	s.browser = errors.New("the person is slow")
	s.begin()
	s.until("the problem", hasProblem(auth.CodeBrowserFailed))
	s.p.OpenPage(presenter.PageSettings)
	s.until("the settings", onPage(presenter.PageSettings))
	s.visit(s.opened[0])
	s.until("the profile", func(st presenter.State) bool { return loaded(st) && st.Page == presenter.PageNone })
}

// TestStatesShareNothing: whoever is told of a State may change all of it; the
// next one is as it should be.
func TestStatesShareNothing(t *testing.T) {
	s := flowStage(t, nil)
	s.p.RemoveAccess()
	st := s.until("all there is", func(st presenter.State) bool {
		return asked(st) && picture(st) && st.Profile.Session != nil && len(st.Accounts) > 0 && len(st.SignIn.Providers) > 0
	})
	const spoilt = "spoilt"
	st.Accounts[0].Key, st.SignIn.Providers[0].Name, st.Confirm.Old = spoilt, spoilt, spoilt
	st.Profile.Fields[0].Value, st.Profile.Session.Granted[0], st.Profile.Session.Store = spoilt, spoilt, spoilt
	st.Profile.Flow.Provider = spoilt
	before := len(s.all())
	s.p.Dismiss() // a State of which nothing is made anew
	s.until("another State", func(presenter.State) bool { return len(s.states) > before })
	for _, later := range s.all()[before:] {
		if text, err := json.Marshal(later); err != nil || strings.Contains(string(text), spoilt) {
			t.Errorf("%s, %v", text, err)
		}
	}
}

// TestHelp: nobody signed in: what is wrong? Somebody is: how was it done?
func TestHelp(t *testing.T) {
	s := newStage(t)
	s.start()
	s.until("the sign-in screen", on(presenter.ScreenSignIn))
	s.p.Help()
	s.until("the diagnostics", onPage(presenter.PageDiagnostics))
	s.p.ClosePage()
	s.signIn()
	s.p.OpenPage(presenter.PageAbout)
	s.p.Help()
	s.until("how it was done", func(st presenter.State) bool {
		return st.Page == presenter.PageNone && st.Profile.Tab == presenter.TabFlow
	})
}
