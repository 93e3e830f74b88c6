package app

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
)

// scalable is Fyne's app with a scale of our own. Fyne asks the current app's
// settings for the scale, which it reads from a file of all Fyne programs'; the
// variable FYNE_SCALE overrides both.
type scalable struct {
	fyne.App
	settings *scale
}

func (a scalable) Settings() fyne.Settings { return a.settings }

// scale is owned by Fyne's goroutine.
type scale struct {
	fyne.Settings
	percent int // 0: as Fyne has it
}

func (s *scale) Scale() float32 {
	if s.percent == 0 {
		return s.Settings.Scale()
	}
	return float32(s.percent) / 100
}

// makeScalable makes a the current app, with a scale that follows the look.
func makeScalable(a fyne.App) {
	fyne.SetCurrentApp(scalable{a, &scale{Settings: a.Settings()}})
}

// loop runs Fyne. It follows the system's light and dark only if the current app
// is its own when it starts; from then on that is the scalable one again.
func (w *Window) loop() {
	current := fyne.CurrentApp()
	w.app.Lifecycle().SetOnStarted(func() { fyne.SetCurrentApp(current) })
	fyne.SetCurrentApp(w.app)
	w.app.Run()
}

// themeOf is the theme of an appearance.
func themeOf(a presenter.Appearance) fyne.Theme {
	switch a {
	case presenter.AppearanceLight:
		return theme.NewFixed(base.VariantLight)
	case presenter.AppearanceDark:
		return theme.NewFixed(base.VariantDark)
	case presenter.AppearanceContrast:
		return theme.New().HighContrast()
	}
	return theme.New()
}

// follow makes the window look as l says, at once. It runs on Fyne's goroutine.
func (w *Window) follow(l presenter.Look) {
	if l == w.look {
		return
	}
	old := w.look
	w.look = l
	if l.Appearance != old.Appearance || l.Scale != old.Scale {
		w.applyLook()
	}
	if l.Language != old.Language {
		if err := screens.UseLanguage(l.Language); err != nil {
			w.log.Warn("changing the language", "error", err.Error())
			return
		}
		language := screens.Language().String()
		w.language.Store(&language)
		w.build()
	}
}

// Language is the language that the window speaks now, one of
// assets.Languages: the one that was chosen, or the system's. It may be called
// from any goroutine.
func (w *Window) Language() string { return *w.language.Load() }

// applyLook sets scale and theme; Fyne draws all anew with both.
func (w *Window) applyLook() {
	if s, ok := fyne.CurrentApp().Settings().(*scale); ok {
		s.percent = w.look.Scale
	}
	w.app.Settings().SetTheme(themeOf(w.look.Appearance))
}

// build makes the screens, with the words of the language that is chosen.
func (w *Window) build() {
	old := w.root
	w.root = screens.New(w.actions, w.now)
	if old != nil {
		w.root.Continue(old)
	}
	w.win.SetContent(w.root.Object())
	w.win.Canvas().SetOnTypedKey(w.root.TypedKey)
}
