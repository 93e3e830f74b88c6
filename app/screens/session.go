package screens

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// session is the tab that says what the program may do, for how long, and where
// that is kept.
type session struct {
	object *fyne.Container

	access, granted, declined, store, signedIn *widgets.Text
	declinedRow, storeRow                      *fyne.Container

	ask    *widgets.Button
	keep   *widgets.Button
	logout *widgets.Button
	remove *widgets.Button
	note   *widgets.Text

	view presenter.SessionView
}

func newSession(a presenter.Actions) *session {
	value := func() *widgets.Text {
		return widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap)
	}
	s := &session{access: value(), granted: value(), declined: value(), store: value(), signedIn: value()}
	row := func(key string, v fyne.CanvasObject, lower ...float32) *fyne.Container {
		label := widgets.NewText(theme.SizeBody, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWrap).
			Set(Word(key), fyne.TextStyle{})
		if len(lower) > 0 {
			return widgets.Labelled(labelWidth, widgets.Inset(lower[0], 0, 0, 0, label), v)
		}
		return widgets.Labelled(labelWidth, label, v)
	}
	s.ask = widgets.NewButton(widgets.Soft, Word("session.ask"), a.AskAgain)
	s.declinedRow = row("session.declined", widgets.Flow(8, false, s.declined, s.ask), 2) // the button is higher than a line
	s.keep = widgets.NewButton(widgets.Soft, "", a.Keep)
	s.storeRow = row("session.store", widgets.Flow(8, false, s.store, s.keep))
	card := widgets.Card(widgets.Column(
		widgets.Slot{Object: row("session.access", s.access)},
		widgets.Slot{Object: row("session.granted", s.granted), Before: 12},
		widgets.Slot{Object: s.declinedRow, Before: 12},
		widgets.Slot{Object: s.storeRow, Before: 12},
		widgets.Slot{Object: row("session.since", s.signedIn), Before: 12},
	))
	s.remove = widgets.NewButton(widgets.Secondary, Word("session.remove"), a.RemoveAccess)
	s.logout = widgets.NewButton(widgets.Secondary, Word("session.logout"), a.Logout)
	s.note = widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWrap).
		Set(Word("session.remove.note"), fyne.TextStyle{})
	s.object = widgets.Column(
		widgets.Slot{Object: card},
		widgets.Slot{Object: widgets.Flow(12, false, s.remove, s.logout), Before: 16},
		widgets.Slot{Object: s.note, Before: 8},
	)
	return s
}

func (s *session) update(v presenter.SessionView, busy bool, now time.Time) {
	s.view = v
	s.granted.Set(scopeWords(v.Granted), fyne.TextStyle{})
	s.declined.Set(scopeWords(v.Declined), fyne.TextStyle{})
	setVisible(s.declinedRow, len(v.Declined) > 0)
	if v.Store == "" {
		s.store.Set(Word("session.store.memory"), fyne.TextStyle{})
	} else {
		s.store.Set(wordWith("session.store.kept", values{"Store": v.Store}), fyne.TextStyle{})
	}
	s.signedIn.Set(clockTime(v.SignedIn, now), fyne.TextStyle{})
	s.ask.SetBusy(busy)
	s.remove.SetBusy(busy)
	s.keep.SetText(wordWith("session.keep", values{"Store": v.Better}))
	setVisible(s.keep, v.Better != "")
	s.keep.SetBusy(busy)
	setVisible(s.logout, v.Logout)
	s.logout.SetBusy(busy)
	s.tick(now)
}

// tick draws how long the access token lasts.
func (s *session) tick(now time.Time) {
	left := s.view.Expires.Sub(now)
	words := Word("session.access.renew")
	switch s.view.Access {
	case presenter.AccessLasting:
		words = Word("session.access.lasting")
	case presenter.AccessEnded:
		words = Word("session.access.ended")
	case presenter.AccessValid:
		switch {
		case left >= 2*time.Hour:
			words = wordCount("session.access.hours", int(left.Round(time.Hour)/time.Hour), nil)
		case left >= time.Minute:
			words = wordWith("session.access.minutes", values{"N": fmt.Sprint(int(left / time.Minute))})
		case left > 0:
			words = Word("session.access.soon")
		}
	}
	s.access.Set(words, fyne.TextStyle{})
}

// scopeKeys are the words for the scopes that mean the same everywhere, or that
// a preset asks for. A scope that is not here is shown as it is: whoever set it
// up knows it.
var scopeKeys = map[string]string{
	"openid":         "scope.openid",
	"profile":        "scope.profile",
	"email":          "scope.email",
	"address":        "scope.address",
	"phone":          "scope.phone",
	"offline_access": "scope.offline",
	"read_user":      "scope.profile",
	"read:user":      "scope.profile",
	"user:email":     "scope.email",
	"https://www.googleapis.com/auth/user.birthday.read":     "scope.birthday",
	"https://www.googleapis.com/auth/user.organization.read": "scope.organization",
}

// scopeWords says what scopes allow, in plain words and without repetition.
func scopeWords(scopes []string) string {
	scopes = slices.Clone(scopes)
	slices.SortStableFunc(scopes, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	var out []string
	seen := map[string]bool{}
	for _, scope := range scopes {
		words := scope
		if key, ok := scopeKeys[scope]; ok {
			words = Word(key)
		}
		if !seen[words] {
			seen[words] = true
			out = append(out, words)
		}
	}
	return strings.Join(out, " · ")
}

// rank puts who somebody is first, and what is not known last.
func rank(scope string) int {
	for i, key := range []string{"scope.openid", "scope.profile", "scope.email"} {
		if scopeKeys[scope] == key {
			return i
		}
	}
	if scopeKeys[scope] != "" {
		return 3
	}
	return 4
}
