package screens

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
	"app.latchkey/assets"
)

// scales are the sizes of the window that are offered, in per cent; usualScale is
// to leave it to the system. Fyne rounds to whole tens.
var scales = []int{80, usualScale, 120, 150, 200}

const usualScale = 100

// settingsPage draws presenter.SettingsView.
type settingsPage struct {
	overlay
	usual, erased *fyne.Container

	appearance *options[presenter.Appearance]
	scale      *options[int]
	language   *options[string]
	vault      *options[bool]
	vaultRow   *fyne.Container
	keep       *widgets.Text

	tray, stay     *check
	demo, updates  *check
	notKept, anew  *fyne.Container
	restart, erase *widgets.Button
	eraseRow       *fyne.Container

	gone, left *widgets.Text
	quit       *widgets.Button
	over       bool // the data was deleted
}

func newSettingsPage(a presenter.Actions) *settingsPage {
	p := &settingsPage{
		appearance: newOptions(a.SetAppearance, []presenter.Appearance{presenter.AppearanceSystem, presenter.AppearanceLight,
			presenter.AppearanceDark, presenter.AppearanceContrast}, appearanceWord),
		scale: newOptions(func(percent int) {
			if percent == usualScale {
				percent = 0
			}
			a.SetScale(percent)
		}, scales, func(n int) string { return wordWith("settings.scale.percent", values{"N": strconv.Itoa(n)}) }),
		vault: newOptions(a.SetVault, []bool{true, false}, func(vault bool) string {
			if vault {
				return Word("settings.keep.vault")
			}
			return Word("settings.keep.memory")
		}),
		tray:    newCheck(Word("settings.tray"), a.SetStartInTray),
		stay:    newCheck(Word("settings.stay"), a.SetKeepInTray),
		demo:    newCheck(Word("settings.demo"), a.SetDemo),
		updates: newCheck(Word("settings.updates"), a.SetUpdates),
		restart: widgets.NewButton(widgets.Secondary, Word("restart.button"), a.Restart),
		erase:   widgets.NewButton(widgets.Secondary, "", a.EraseData),
		quit:    widgets.NewButton(widgets.Primary, Word("settings.erased.quit"), a.Quit),
		keep:    settingText(theme.SizeBody, base.ColorNameForeground),
		gone:    settingText(theme.SizeBody, base.ColorNameForeground),
		left:    settingText(theme.SizeSmall, theme.ColorQuiet),
	}
	tags, names := []string{""}, map[string]string{"": Word("settings.system")}
	for _, l := range assets.Languages() {
		tags, names[l.Tag] = append(tags, l.Tag), l.Name
	}
	p.language = newOptions(a.SetLanguage, tags, func(tag string) string { return names[tag] })
	p.arrange(a)
	return p
}

func settingText(size fyne.ThemeSizeName, color fyne.ThemeColorName) *widgets.Text {
	return widgets.NewText(size, color, fyne.TextAlignLeading, widgets.FitWrap)
}

// arrange puts the parts into their rows.
func (p *settingsPage) arrange(a presenter.Actions) {
	p.vaultRow = settingRow("settings.keep.choice", p.vault.buttons)
	p.notKept = widgets.Notice(settingText(theme.SizeBody, theme.ColorWarning).Set(Word("settings.notkept"), fyne.TextStyle{}))
	p.anew = widgets.Notice(widgets.Ends(16, false,
		settingText(theme.SizeBody, theme.ColorWarning).Set(Word("settings.restart"), fyne.TextStyle{}), p.restart))
	p.eraseRow = widgets.Card(widgets.Column(
		widgets.Slot{Object: settingText(theme.SizeBody, base.ColorNameForeground).Set(Word("settings.erase.text"), fyne.TextStyle{})},
		widgets.Slot{Object: widgets.Flow(8, false, p.erase), Before: 12},
	))
	p.usual = widgets.Column(
		widgets.Slot{Object: p.notKept},
		widgets.Slot{Object: p.anew, Before: 12},
		widgets.Slot{Object: widgets.Card(widgets.Column(
			widgets.Slot{Object: settingRow("settings.appearance", p.appearance.buttons)},
			widgets.Slot{Object: settingRow("settings.scale", p.scale.buttons), Before: 16},
			widgets.Slot{Object: settingRow("settings.language", p.language.buttons), Before: 16},
		)), Before: 12},
		widgets.Slot{Object: widgets.Card(widgets.Column(
			widgets.Slot{Object: settingLabelled("settings.keep", p.keep, 0)},
			widgets.Slot{Object: p.vaultRow, Before: 12},
			widgets.Slot{Object: p.tray.Button, Width: p.tray.NaturalWidth(), Before: 12},
			widgets.Slot{Object: p.stay.Button, Width: p.stay.NaturalWidth(), Before: 4},
			widgets.Slot{Object: p.demo.Button, Width: p.demo.NaturalWidth(), Before: 4},
			widgets.Slot{Object: p.updates.Button, Width: p.updates.NaturalWidth(), Before: 4},
		)), Before: 12},
		widgets.Slot{Object: p.eraseRow, Before: 12},
	)
	p.erased = widgets.Column(
		widgets.Slot{Object: p.gone},
		widgets.Slot{Object: p.left, Before: 12},
		widgets.Slot{Object: widgets.Flow(8, false, p.quit), Before: 24},
	)
	p.overlay = newOverlay(a, "settings.title", widgets.Column(widgets.Slot{Object: p.usual}, widgets.Slot{Object: p.erased}))
	revealing(p.frame, p.buttons()...)
}

// settingRow is a label before a row of options.
func settingRow(key string, buttons []*widgets.Button) *fyne.Container {
	var row []fyne.CanvasObject
	for _, b := range buttons {
		b.SetDescription(Word(key))
		row = append(row, b)
	}
	return settingLabelled(key, widgets.Flow(8, false, row...), 6) // an option is higher than a line
}

func settingLabelled(key string, value fyne.CanvasObject, lower float32) *fyne.Container {
	label := settingText(theme.SizeBody, theme.ColorQuiet).Set(Word(key), fyne.TextStyle{})
	return widgets.Labelled(labelWidth, widgets.Inset(lower, 12, 0, 0, label), value)
}

func appearanceWord(a presenter.Appearance) string {
	switch a {
	case presenter.AppearanceLight:
		return Word("settings.appearance.light")
	case presenter.AppearanceDark:
		return Word("settings.appearance.dark")
	case presenter.AppearanceContrast:
		return Word("settings.appearance.contrast")
	}
	return Word("settings.system")
}

func (p *settingsPage) update(s presenter.State, _ time.Time) {
	v := s.Settings
	if v == nil {
		return
	}
	p.over = v.Erased != nil
	setVisible(p.usual, !p.over)
	setVisible(p.erased, p.over)
	setVisible(p.back, !p.over && !v.Erasing)
	if p.over {
		p.showErased(*v.Erased)
		return
	}
	c := v.Choices
	p.appearance.set(c.Appearance)
	if c.Scale == 0 {
		c.Scale = usualScale
	}
	p.scale.set(c.Scale)
	p.language.set(c.Language)
	p.keep.Set(keepLine(v.Keep), fyne.TextStyle{})
	p.vault.set(v.Vault)
	setVisible(p.vaultRow, v.NoKeychain)
	p.tray.set(c.StartInTray)
	setVisible(p.tray.Button, v.Tray)
	p.stay.set(c.KeepInTray)
	setVisible(p.stay.Button, v.Tray)
	p.demo.set(c.Demo)
	setVisible(p.demo.Button, v.CanDemo)
	p.updates.set(!c.QuietUpdates)
	setVisible(p.updates.Button, v.Updates)
	setVisible(p.notKept, v.NotKept)
	setVisible(p.anew, v.Restart)
	setVisible(p.eraseRow, v.CanErase)
	p.erase.SetText(Word("settings.erase"))
	if v.Erasing {
		p.erase.SetText(Word("settings.erasing"))
	}
	p.erase.SetBusy(v.Erasing || s.Screen == presenter.ScreenWaiting)
}

func (p *settingsPage) showErased(v presenter.ErasedView) {
	p.gone.Set(Word("settings.erased"), fyne.TextStyle{})
	setVisible(p.left, len(v.Left) > 0)
	if len(v.Left) > 0 {
		p.gone.Set(Word("settings.erased.part"), fyne.TextStyle{})
		lines := make([]string, len(v.Left))
		for i, l := range v.Left {
			lines[i] = leftWords(l)
		}
		p.left.Set(strings.Join(lines, "\n"), fyne.TextStyle{})
	}
}

// leftWords is a line about something that may be left, with the system's own
// words behind it.
func leftWords(l presenter.Leftover) string {
	key, w := "settings.left."+string(l.Kind), values{"Name": l.Name, "Where": storeName(l.Where)}
	if l.Detail == "" {
		return wordWith(key, w)
	}
	return wordWith("settings.left.detail", values{"What": wordWith(key, w), "Detail": l.Detail})
}

func (p *settingsPage) tick(time.Time) {}

// primary ends the program once there is nothing else to do.
func (p *settingsPage) primary() {
	if p.over {
		p.quit.Press()
	}
}

func (p *settingsPage) buttons() []*widgets.Button {
	out := append([]*widgets.Button{p.back, p.restart}, p.appearance.buttons...)
	out = append(append(append(out, p.scale.buttons...), p.language.buttons...), p.vault.buttons...)
	return append(out, p.tray.Button, p.stay.Button, p.demo.Button, p.updates.Button, p.erase, p.quit)
}

func (p *settingsPage) focusable() []fyne.Focusable { return focusables(p.buttons()) }
