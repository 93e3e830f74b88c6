package screens

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
	"app.latchkey/assets"
)

// aboutPage draws presenter.AboutView: what this program is, and whose work it
// holds.
type aboutPage struct {
	overlay
	name, version, build *widgets.Text

	newer     *fyne.Container
	newerText *widgets.Text
	open      *widgets.Button

	logs, config, diagnostics *widgets.Button
	doors                     *fyne.Container // of the three

	all, one *fyne.Container // the list of notices, and one of them
	links    []*widgets.Button
	notices  []assets.Notice
	shut     *widgets.Button
	title    *widgets.Text
	text     *fyne.Container // of the notice that is read: a Text each paragraph
	read     string          // which that is
}

func newAboutPage(a presenter.Actions) *aboutPage {
	p := &aboutPage{
		name:        widgets.NewText(theme.SizeTitle, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitShort),
		version:     settingText(theme.SizeBody, base.ColorNameForeground),
		build:       settingText(theme.SizeSmall, theme.ColorQuiet),
		newerText:   settingText(theme.SizeBody, theme.ColorWarning),
		open:        widgets.NewButton(widgets.Secondary, Word("about.newer.open"), a.OpenUpdate),
		logs:        widgets.NewButton(widgets.Secondary, Word("about.logs"), a.OpenLogs),
		config:      widgets.NewButton(widgets.Secondary, Word("about.config"), a.OpenConfig),
		diagnostics: widgets.NewButton(widgets.Secondary, Word("about.diagnostics"), func() { a.OpenPage(presenter.PageDiagnostics) }),
		shut:        widgets.NewButton(widgets.Secondary, Word("about.notices.back"), func() { a.ShowNotice("") }),
		title:       widgets.NewText(theme.SizeSubtitle, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap),
		text:        widgets.Column(),
		notices:     assets.Notices(),
	}
	icon := canvas.NewImageFromResource(fyne.NewStaticResource("Icon.svg", assets.IconSVG))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(64))
	p.newer = widgets.Notice(widgets.Ends(16, false, p.newerText, p.open))
	p.doors = widgets.Flow(12, false, p.logs, p.config, p.diagnostics)
	p.all = p.list(a)
	p.one = widgets.Column(
		widgets.Slot{Object: widgets.Flow(0, false, p.shut)},
		widgets.Slot{Object: p.title, Before: 20},
		widgets.Slot{Object: p.text, Before: 12},
	)
	p.overlay = newOverlay(a, "about.title", widgets.Column(
		widgets.Slot{Object: widgets.Beside(16, icon, widgets.Column(
			widgets.Slot{Object: p.name}, widgets.Slot{Object: p.version}, widgets.Slot{Object: p.build}))},
		widgets.Slot{Object: p.newer, Before: 16},
		widgets.Slot{Object: p.doors, Before: 20},
		widgets.Slot{Object: p.all, Before: 24},
		widgets.Slot{Object: p.one, Before: 24},
	))
	revealing(p.frame, p.buttons()...)
	return p
}

// list is a line for each notice: its name, and under which licence it is.
func (p *aboutPage) list(a presenter.Actions) *fyne.Container {
	var lines []widgets.Slot
	for _, n := range p.notices {
		link := widgets.NewButton(widgets.Link, n.Name, func() { a.ShowNotice(noticeKey(n)) })
		link.SetName(n.Name + ", " + n.Version)
		p.links = append(p.links, link)
		licence := widgets.NewText(theme.SizeSmall, theme.ColorQuiet, fyne.TextAlignTrailing, widgets.FitShort).Set(n.Licence, fyne.TextStyle{})
		lines = append(lines, widgets.Slot{Object: widgets.Ends(12, false, widgets.Flow(0, false, link), licence)})
	}
	return widgets.Column(
		widgets.Slot{Object: settingText(theme.SizeSubtitle, base.ColorNameForeground).Set(Word("about.notices"), fyne.TextStyle{Bold: true})},
		widgets.Slot{Object: settingText(theme.SizeBody, theme.ColorQuiet).Set(Word("about.notices.text"), fyne.TextStyle{}), Before: 8},
		widgets.Slot{Object: widgets.Card(widgets.Inset(-4, 0, -4, 0, widgets.Column(lines...))), Before: 12},
	)
}

// noticeKey says which notice it is; a name alone may have several.
func noticeKey(n assets.Notice) string { return n.Name + " " + n.Version }

func (p *aboutPage) update(s presenter.State, _ time.Time) {
	v := s.About
	if v == nil {
		return
	}
	p.name.Set(v.Build.Name, fyne.TextStyle{Bold: true})
	p.version.Set(wordWith("about.version", values{"Version": v.Build.Version}), fyne.TextStyle{})
	p.build.SetSpans(buildSpans(v.Build)...)
	setVisible(p.build, v.Build.Number > 0 || v.Build.Commit != "")
	p.newerText.Set(wordWith("about.newer", values{"Version": v.Newer}), fyne.TextStyle{})
	setVisible(p.newer, v.Newer != "")
	setVisible(p.logs, v.Logs)
	p.showNotice(v.Notice)
}

func buildSpans(b presenter.Build) []widgets.Span {
	var spans []widgets.Span
	if b.Number > 0 {
		spans = append(spans, widgets.Span{Text: wordWith("about.build", values{"Build": strconv.Itoa(b.Number)})})
	}
	if b.Commit != "" {
		if len(spans) > 0 {
			spans = append(spans, widgets.Span{Text: " · "})
		}
		spans = append(spans, widgets.Span{Text: wordWith("about.commit", values{"Commit": b.Commit})})
	}
	return spans
}

// showNotice makes the text of a notice when it is asked for: drawing all of
// them would take seconds, and drawing their names takes nothing.
func (p *aboutPage) showNotice(key string) {
	setVisible(p.all, key == "")
	setVisible(p.one, key != "")
	setVisible(p.doors, key == "")
	if key == p.read {
		return
	}
	p.read = key
	var lines []widgets.Slot
	for _, n := range p.notices {
		if noticeKey(n) != key {
			continue
		}
		p.title.Set(n.Name, fyne.TextStyle{Bold: true})
		for _, paragraph := range paragraphs(n.Text) {
			lines = append(lines, widgets.Slot{Object: settingText(theme.SizeSmall, base.ColorNameForeground).Set(paragraph, fyne.TextStyle{}), Before: 12})
		}
	}
	c := widgets.Column(lines...)
	p.text.Layout, p.text.Objects = c.Layout, c.Objects
	p.frame.ToTop()
}

func (p *aboutPage) tick(time.Time) {}

// escape leaves the notice that is read, and then the page.
func (p *aboutPage) escape() {
	if p.read != "" {
		p.actions.ShowNotice("")
		return
	}
	p.overlay.escape()
}

func (p *aboutPage) buttons() []*widgets.Button {
	return append([]*widgets.Button{p.back, p.open, p.logs, p.config, p.diagnostics, p.shut}, p.links...)
}

func (p *aboutPage) focusable() []fyne.Focusable { return focusables(p.buttons()) }
