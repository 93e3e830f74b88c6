// Package theme is what Latchkey looks like: one table of colours for light and
// dark, four text sizes, and distances that are multiples of four. It is a
// [fyne.Theme]; widgets ask it by name, so that a change of the system's theme
// reaches every screen without any of them knowing.
//
// Names that Fyne knows (background, primary, …) keep their meaning, so Fyne's
// own menus, scroll bars and pop-ups match. What Fyne has no name for has one
// here, see [ColorCard] and the following.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
)

// Theme is Latchkey's look. The zero value is not usable; see [New].
type Theme struct {
	fyne.Theme                    // fonts and icons, and what is not overridden
	fixed      *fyne.ThemeVariant // nil: as the system says
	contrast   bool
}

var _ fyne.Theme = (*Theme)(nil)

// New returns the theme that follows the system: it draws the variant it is
// asked for.
func New() *Theme { return &Theme{Theme: base.DefaultTheme()} }

// NewFixed returns the theme that always draws the variant v.
func NewFixed(v fyne.ThemeVariant) *Theme {
	return &Theme{Theme: base.DefaultTheme(), fixed: &v}
}

// HighContrast returns t with stronger colours, light where t is light and dark
// where it is dark.
func (t *Theme) HighContrast() *Theme {
	strong := *t
	strong.contrast = true
	return &strong
}

// Color returns the colour called n. Anything that is not [base.VariantDark] is
// drawn light.
func (t *Theme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.fixed != nil {
		v = *t.fixed
	}
	if c, ok := avatarColor(n, t.contrast); ok {
		return c
	}
	if p, ok := highContrast[n]; ok && t.contrast {
		return p.of(v)
	}
	if p, ok := palette[n]; ok {
		return p.of(v)
	}
	return t.Theme.Color(n, v)
}

// Size returns the size called n, in Fyne's device-independent pixels.
func (t *Theme) Size(n fyne.ThemeSizeName) float32 {
	if s, ok := sizes[n]; ok {
		return s
	}
	return t.Theme.Size(n)
}
