package screens

import (
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

const (
	avatarSize = 72
	labelWidth = 152 // of the labels in the card
)

// profile is the screen of somebody who is signed in.
type profile struct {
	actions presenter.Actions
	frame   *widgets.Page

	avatar   *widgets.Avatar
	name     *widgets.Text
	chip     *widgets.Chip
	email    *widgets.Selectable
	verified *widgets.Text
	refresh  *widgets.Button
	signOut  *widgets.Button

	problem     *problem
	offline     *fyne.Container
	offlineText *widgets.Text
	card        *fyne.Container
	fields      *fieldList
	source      *widgets.Text
	until       *widgets.Text
	unsigned    *widgets.Text
	clock       *widgets.Text
	missing     *fyne.Container // what was not allowed
	missingText *widgets.Text
	ask         *widgets.Button

	tabs       *fyne.Container
	tabProfile *widgets.Button
	tabSession *widgets.Button
	about      *fyne.Container // the profile's tab
	session    *session
	tabFlow    *widgets.Button
	how        *howSignedIn

	view presenter.ProfileView
}

func newProfile(a presenter.Actions) *profile {
	p := &profile{
		actions:     a,
		problem:     newProblem(a),
		avatar:      widgets.NewAvatar(avatarSize),
		name:        widgets.NewText(theme.SizeTitle, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitShort),
		chip:        widgets.NewChip(120),
		email:       widgets.NewSelectable(theme.SizeBody, theme.ColorQuiet, fyne.TextStyle{}, Word("text.copy")),
		verified:    widgets.NewText(theme.SizeBody, theme.ColorGood, fyne.TextAlignLeading, widgets.FitWhole),
		refresh:     widgets.NewButton(widgets.Secondary, Word("profile.refresh"), a.Refresh),
		signOut:     widgets.NewButton(widgets.Secondary, Word("profile.signout"), a.SignOut),
		offlineText: widgets.NewText(theme.SizeBody, theme.ColorWarning, fyne.TextAlignLeading, widgets.FitWrap),
		fields:      newFieldList(),
		source:      widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWrap),
		until:       widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWrap),
		unsigned:    widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWrap),
		clock:       widgets.NewText(theme.SizeSmall, theme.ColorWarning, fyne.TextAlignLeading, widgets.FitWrap),
		missingText: widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignLeading, widgets.FitWrap),
		ask:         widgets.NewButton(widgets.Soft, Word("session.ask"), a.AskAgain),
	}
	p.missing = widgets.Flow(8, false, p.missingText, p.ask)
	p.verified.SetSpans(widgets.Span{Mark: widgets.MarkGood, Text: Word("profile.verified")})
	p.offline = widgets.Notice(p.offlineText)
	p.card = widgets.Card(p.fields.object)
	p.session = newSession(a)
	p.tabProfile = widgets.NewButton(widgets.Tab, Word("tab.profile"), func() { a.ShowTab(presenter.TabProfile) })
	p.tabSession = widgets.NewButton(widgets.Tab, Word("tab.session"), func() { a.ShowTab(presenter.TabSession) })
	p.how = newHowSignedIn(a)
	p.tabFlow = widgets.NewButton(widgets.Tab, Word("tab.flow"), func() { a.ShowTab(presenter.TabFlow) })
	p.tabs = widgets.Column(
		widgets.Slot{Object: widgets.Flow(24, false, p.tabProfile, p.tabSession, p.tabFlow)},
		widgets.Slot{Object: widgets.Line()},
	)
	p.about = widgets.Column(
		widgets.Slot{Object: p.card},
		widgets.Slot{Object: p.source, Before: 16},
		widgets.Slot{Object: p.until, Before: 4},
		widgets.Slot{Object: p.unsigned, Before: 4},
		widgets.Slot{Object: p.clock, Before: 4},
		widgets.Slot{Object: p.missing, Before: 8},
	)

	identity := widgets.Column(
		widgets.Slot{Object: widgets.Follow(12, p.name, p.chip)},
		widgets.Slot{Object: widgets.Follow(4, p.email, p.verified)},
	)
	head := widgets.EndsOrStack(24, 320,
		widgets.Beside(12, p.avatar, identity),
		widgets.Flow(12, false, p.refresh, p.signOut))
	p.frame = widgets.NewPage(widgets.Column(
		widgets.Slot{Object: head},
		widgets.Slot{Object: p.problem.object, Before: 16},
		widgets.Slot{Object: p.offline, Before: 16},
		widgets.Slot{Object: p.tabs, Before: 16},
		widgets.Slot{Object: p.about, Before: 20},
		widgets.Slot{Object: p.session.object, Before: 20},
		widgets.Slot{Object: p.how.object, Before: 20},
	), 960, 28, false)
	revealing(p.frame, append(p.problem.buttons(), p.refresh, p.signOut, p.tabProfile, p.tabSession, p.tabFlow, p.ask, p.session.ask, p.session.keep, p.session.remove, p.session.logout)...)
	revealing(p.frame, p.how.buttons()...)
	p.how.diagram.OnFocus = p.frame.Reveal
	return p
}

func (p *profile) page() *widgets.Page { return p.frame }

func (p *profile) update(s presenter.State, now time.Time) {
	v := s.Profile
	p.view = v
	p.frame.KeepClear(!sideBarShown(s)) // the menu is in the corner then
	p.updatePerson(v)

	p.problem.update(s.Problem, s)
	setVisible(p.offline, v.Offline && s.Problem == nil)
	p.fields.update(v.Fields)
	setVisible(p.card, len(v.Fields) > 0)
	if v.Until != "" {
		p.until.Set(wordWith("profile.until."+string(v.Until), values{"Provider": v.Provider}), fyne.TextStyle{})
	}
	setVisible(p.until, v.Until != "")
	p.unsigned.Set(wordWith("profile.unsigned", values{"Provider": v.Provider}), fyne.TextStyle{})
	setVisible(p.unsigned, v.Unsigned)
	p.clock.Set(wordWith("profile.clock", values{"Clock": clockWords(v.ClockOff)}), fyne.TextStyle{})
	setVisible(p.clock, v.ClockOff != 0)
	p.updateMissing(v)

	p.refresh.SetText(Word("profile.refresh"))
	if v.Refreshing {
		p.refresh.SetText(Word("profile.refreshing"))
	}
	p.refresh.SetBusy(v.Refreshing || v.SigningOut)
	p.signOut.SetText(Word("profile.signout"))
	if v.SigningOut {
		p.signOut.SetText(Word("profile.signingout"))
	}
	p.signOut.SetBusy(v.SigningOut)
	p.updateTabs(v, now)
	p.tick(now)
}

// updateMissing says what the person did not allow, and offers to ask again.
func (p *profile) updateMissing(v presenter.ProfileView) {
	setVisible(p.missing, v.Session != nil && len(v.Session.Declined) > 0)
	if v.Session != nil {
		p.missingText.Set(wordWith("profile.missing", values{"What": scopeWords(v.Session.Declined)}), fyne.TextStyle{})
	}
	p.ask.SetBusy(v.SigningOut)
}

// updateTabs shows the tab that is chosen. Where there is only the profile there
// are no tabs.
func (p *profile) updateTabs(v presenter.ProfileView, now time.Time) {
	tab := v.Tab
	if v.Session == nil || tab == "" {
		tab = presenter.TabProfile
	}
	setVisible(p.tabs, v.Session != nil)
	p.tabProfile.SetSelected(tab == presenter.TabProfile)
	p.tabSession.SetSelected(tab == presenter.TabSession)
	p.tabFlow.SetSelected(tab == presenter.TabFlow)
	setVisible(p.about, tab == presenter.TabProfile)
	setVisible(p.session.object, tab == presenter.TabSession)
	setVisible(p.how.object, tab == presenter.TabFlow && v.Flow != nil)
	if tab == presenter.TabFlow && v.Flow != nil {
		p.how.update(*v.Flow)
	}
	if v.Session != nil {
		p.session.update(*v.Session, v.SigningOut, now)
	}
}

func (p *profile) updatePerson(v presenter.ProfileView) {
	w := v.Person
	p.avatar.SetPerson(wordWith("avatar.of", values{"Name": w.Name}), w.Initials, w.Color, w.Picture)
	p.name.Set(w.Name, fyne.TextStyle{Bold: true})
	p.chip.SetText(v.Provider)
	if v.Host != "" {
		p.chip.SetHost(v.Host)
	}
	setVisible(p.chip, v.Provider != "")
	p.email.SetText(w.Email)
	setVisible(p.email, w.Email != "")
	setVisible(p.verified, w.Email != "" && w.Verified)
}

// tick draws how long ago the profile was loaded.
func (p *profile) tick(now time.Time) {
	p.session.tick(now)
	p.source.Set(p.sourceLine(now), fyne.TextStyle{})
	if p.view.Updated.IsZero() {
		p.offlineText.Set(Word("profile.offline.new"), fyne.TextStyle{})
		return
	}
	p.offlineText.Set(wordWith("profile.offline", values{"When": clockTime(p.view.Updated, now)}), fyne.TextStyle{})
}

func (p *profile) sourceLine(now time.Time) string {
	v := p.view
	switch {
	case v.Updated.IsZero() && v.Offline:
		return ""
	case v.Updated.IsZero():
		return Word("profile.loading")
	case v.Source == "":
		return wordWith("profile.updated", values{"When": when(v.Updated, now)})
	}
	return wordWith("profile.source", values{"Host": v.Source, "When": when(v.Updated, now)})
}

func (p *profile) primary() {
	if p.problem.shown() {
		p.problem.primary()
		return
	}
	p.refresh.Press()
}

func (p *profile) escape() {
	if !p.how.escape() {
		p.problem.escape()
	}
}

func (p *profile) focusable() []fyne.Focusable {
	out := []fyne.Focusable{p.email, p.how.diagram}
	out = append(out, focusables([]*widgets.Button{p.refresh, p.signOut, p.tabProfile, p.tabSession, p.tabFlow, p.ask, p.session.ask, p.session.keep, p.session.remove, p.session.logout}, p.problem.buttons(), p.how.buttons())...)
	return append(out, p.fields.subject)
}
