package presenter

import (
	"context"
	"slices"
	"sync"

	"app.latchkey/settings"
)

// Choices are what a person chose on the page of settings.
type Choices = settings.Preferences

// Appearance is what the window looks like.
type Appearance = settings.Appearance

// The appearances.
const (
	AppearanceSystem   = settings.AppearanceSystem
	AppearanceLight    = settings.AppearanceLight
	AppearanceDark     = settings.AppearanceDark
	AppearanceContrast = settings.AppearanceContrast
)

// Preferences keep the choices between two runs of the program.
type Preferences interface {
	Preferences() settings.Preferences
	ChangePreferences(change func(*settings.Preferences)) error
}

// Eraser removes all that the program keeps on this computer.
type Eraser interface {
	// Erase signs every account out and removes keychain items, caches and
	// settings. It says what may be left; none: nothing is.
	Erase(ctx context.Context) (left []Leftover)
}

// Look is what of the choices the window itself follows, at once.
type Look struct {
	Appearance Appearance `json:"appearance,omitempty"`
	Scale      int        `json:"scale,omitempty"`    // per cent; 0: as the system says
	Language   string     `json:"language,omitempty"` // a tag; "": the system's
}

// LookOf is the part of the choices that the window follows.
func LookOf(c Choices) Look { return Look{c.Appearance, c.Scale, c.Language} }

// SettingsView is the page of settings.
type SettingsView struct {
	Choices Choices `json:"choices"`
	NotKept bool    `json:"not_kept,omitempty"` // the choices could not be written
	Keep    Keep    `json:"keep"`               // where a sign-in made now is kept
	// NoKeychain: there is none, so the person chooses between a vault and
	// "until I quit"; Vault is which it is.
	NoKeychain bool `json:"no_keychain,omitempty"`
	Vault      bool `json:"vault,omitempty"`
	Tray       bool `json:"tray,omitempty"`     // there is a tray to start in
	CanDemo    bool `json:"can_demo,omitempty"` // there is something else than the demo
	Updates    bool `json:"updates,omitempty"`  // this build can look for updates
	Restart    bool `json:"restart,omitempty"`  // a choice holds after a restart
	CanErase   bool `json:"can_erase,omitempty"`
	Erasing    bool `json:"erasing,omitempty"`
	// Erased is there once the data was deleted; then the page shows that alone.
	Erased *ErasedView `json:"erased,omitempty"`
}

// ErasedView says how deleting the data went.
type ErasedView struct {
	Left []Leftover `json:"left,omitempty"` // what may still be there
}

// SettingsActions are what a person can do on the page of settings.
type SettingsActions interface {
	SetAppearance(a Appearance)
	SetScale(percent int)   // 0: as the system says
	SetLanguage(tag string) // "": the system's
	SetVault(on bool)       // where there is no keychain: a vault, or until the program ends
	SetStartInTray(on bool)
	SetKeepInTray(on bool) // closing the window leaves the program in the tray
	SetDemo(on bool)       // after a restart
	SetUpdates(on bool)
	EraseData() // asks, then deletes all that is kept on this computer
}

// choosing is what the presenter knows of the choices.
type choosing struct {
	now     Choices
	demo    bool // Choices.Demo at the start
	erasing bool
	erased  bool

	mu     sync.Mutex // around what follows, which the writer shares
	latest Choices
	busy   bool
}

// beginChoices reads the choices, before the first State.
func (p *Presenter) beginChoices() {
	if p.config.Preferences != nil {
		p.choices.now = p.config.Preferences.Preferences()
	}
	p.choices.demo = p.choices.now.Demo
}

// beginSettings fills the page when it is opened.
func (p *Presenter) beginSettings() {
	v := SettingsView{CanDemo: p.config.CanDemo, Updates: p.config.Updates != nil, CanErase: p.config.Eraser != nil,
		Keep: p.pages.settings.Keep, NotKept: p.pages.settings.NotKept}
	p.pages.settings = v
	p.putChoices()
	p.lookAtKeeping()
	if tray := p.config.Tray; tray != nil {
		p.work(func() {
			there := tray()
			p.post(func() {
				p.pages.settings.Tray = there
				p.show(func(*State) {})
			})
		})
	}
}

func (p *Presenter) putChoices() {
	p.pages.settings.Choices = p.choices.now
	p.pages.settings.Restart = p.choices.now.Demo != p.choices.demo && p.config.Restart != nil
}

// lookAtKeeping asks the stores where a sign-in made now would be kept.
func (p *Presenter) lookAtKeeping() {
	p.work(func() {
		keeping := p.config.Auth.Keeping(p.ctx)
		p.post(func() {
			v := &p.pages.settings
			v.Keep, v.Vault = keepOf(keeping), keeping.Fallback
			v.NoKeychain = p.config.Fallback != nil && (keeping.Fallback || !keeping.Usable)
			p.show(func(s *State) { s.SignIn.Keep = v.Keep })
		})
	})
}

// choose changes the choices; the window follows at once, the file soon.
func (p *Presenter) choose(change func(*Choices)) {
	p.post(func() {
		if p.gone() {
			return
		}
		before := p.choices.now
		change(&p.choices.now)
		if p.choices.now == before {
			return
		}
		p.putChoices()
		p.show(func(*State) {})
		p.keepChoices()
	})
}

// keepChoices writes the latest choices: one writer at a time, so that they
// arrive in their order, which goes on until it has written the latest.
func (p *Presenter) keepChoices() {
	c := &p.choices
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest = c.now
	if c.busy || p.config.Preferences == nil {
		return
	}
	c.busy = true
	p.work(func() {
		for {
			c.mu.Lock()
			want := c.latest
			c.mu.Unlock()
			err := p.config.Preferences.ChangePreferences(func(x *settings.Preferences) { *x = want })
			if err != nil {
				p.config.Logger.Warn("keeping the settings", "error", err.Error())
			}
			p.post(func() {
				if p.pages.settings.NotKept != (err != nil) {
					p.pages.settings.NotKept = err != nil
					p.show(func(*State) {})
				}
			})
			c.mu.Lock()
			if c.latest == want {
				c.busy = false
				c.mu.Unlock()
				return
			}
			c.mu.Unlock()
		}
	})
}

// SetAppearance implements Actions.
func (p *Presenter) SetAppearance(a Appearance) {
	if slices.Contains([]Appearance{AppearanceSystem, AppearanceLight, AppearanceDark, AppearanceContrast}, a) {
		p.choose(func(c *Choices) { c.Appearance = a })
	}
}

// SetScale implements Actions.
func (p *Presenter) SetScale(percent int) {
	if percent == 0 || percent >= settings.MinScale && percent <= settings.MaxScale {
		p.choose(func(c *Choices) { c.Scale = percent })
	}
}

// SetLanguage implements Actions.
func (p *Presenter) SetLanguage(tag string) { p.choose(func(c *Choices) { c.Language = tag }) }

// SetStartInTray implements Actions.
func (p *Presenter) SetStartInTray(on bool) { p.choose(func(c *Choices) { c.StartInTray = on }) }

// SetKeepInTray implements Actions.
func (p *Presenter) SetKeepInTray(on bool) { p.choose(func(c *Choices) { c.KeepInTray = on }) }

// SetDemo implements Actions.
func (p *Presenter) SetDemo(on bool) { p.choose(func(c *Choices) { c.Demo = on }) }

// SetUpdates implements Actions.
func (p *Presenter) SetUpdates(on bool) {
	p.choose(func(c *Choices) { c.QuietUpdates = !on })
	p.post(p.lookForUpdate)
}

// SetVault implements Actions. Sign-ins that are there stay where they are.
func (p *Presenter) SetVault(on bool) {
	p.post(func() {
		if p.config.Fallback == nil || p.gone() {
			return
		}
		p.work(func() {
			err := p.config.Fallback.Choose(on)
			if err != nil {
				p.config.Logger.Warn("remembering where sign-ins are kept", "error", err.Error())
			}
			p.post(func() {
				p.pages.settings.NotKept = err != nil
				p.lookAtKeeping()
				p.lookAtSession() // it may be moved now
			})
		})
	})
}
