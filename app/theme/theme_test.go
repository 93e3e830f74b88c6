package theme_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
)

// The table of the design, spelled out once more, so that a slip of the hand in
// the theme is noticed.
func TestColors(t *testing.T) {
	rows := []struct {
		name        fyne.ThemeColorName
		light, dark uint32
	}{
		{base.ColorNameBackground, 0xF7F7F4, 0x15171E},
		{theme.ColorCard, 0xFFFFFF, 0x1D2029},
		{theme.ColorLine, 0xE3E2DC, 0x2D313D},
		{base.ColorNameForeground, 0x1D2030, 0xECEDF3},
		{theme.ColorQuiet, 0x626676, 0x9BA0B2},
		{base.ColorNamePrimary, 0x3350E0, 0x7C8CFF},
		{base.ColorNameForegroundOnPrimary, 0xFFFFFF, 0x10121A},
		{theme.ColorSoft, 0xEEF0FF, 0x242949},
		{theme.ColorGood, 0x15754A, 0x4CC38A},
		{theme.ColorWarning, 0x855000, 0xF2B84B},
		{theme.ColorWarningGround, 0xFFF4DC, 0x33290F},
		{theme.ColorCode, 0xF1F1EC, 0x12141A},
		{theme.ColorGoogleGround, 0xFFFFFF, 0x131314},
		{theme.ColorGoogleStroke, 0x747775, 0x8E918F},
		{theme.ColorGoogleText, 0x1F1F1F, 0xE3E3E3},
	}
	th := theme.New()
	for _, r := range rows {
		t.Run(string(r.name), func(t *testing.T) {
			if got := rgb(th.Color(r.name, base.VariantLight)); got != r.light {
				t.Errorf("light is %06X, want %06X", got, r.light)
			}
			if got := rgb(th.Color(r.name, base.VariantDark)); got != r.dark {
				t.Errorf("dark is %06X, want %06X", got, r.dark)
			}
		})
	}
}

// TestEachTextIsReadable: the contrasts of WCAG 2.2, AA in the usual look and AAA
// in that of high contrast.
func TestEachTextIsReadable(t *testing.T) {
	for look, c := range map[string]struct {
		theme *theme.Theme
		least float64
	}{"usual": {theme.New(), 4.5}, "high contrast": {theme.New().HighContrast(), 7}} {
		for name, v := range map[string]fyne.ThemeVariant{"light": base.VariantLight, "dark": base.VariantDark} {
			color := func(n fyne.ThemeColorName) color.Color { return c.theme.Color(n, v) }
			pairs := theme.TextPairs()
			for n := range 8 {
				pairs = append(pairs, theme.TextPair{Text: theme.ColorOnAvatar, Ground: theme.AvatarGround(n)})
			}
			for _, p := range pairs {
				if got := theme.Contrast(color(p.Text), color(p.Ground)); got < c.least {
					t.Errorf("%s, %s: %s on %s has a contrast of %.2f, want %.1f or more", look, name, p.Text, p.Ground, got, c.least)
				}
			}
			if got := theme.Contrast(color(theme.ColorLine), color(theme.ColorCard)); c.least == 7 && got < 4.5 {
				t.Errorf("%s, %s: a border has a contrast of %.2f, want 4.5 or more", look, name, got)
			}
		}
	}
}

// TestHighContrastFollows: it is light or dark as the theme that it is made of.
func TestHighContrastFollows(t *testing.T) {
	for v, want := range map[fyne.ThemeVariant]uint32{base.VariantLight: 0xFFFFFF, base.VariantDark: 0x000000} {
		if got := rgb(theme.New().HighContrast().Color(base.ColorNameBackground, v)); got != want {
			t.Errorf("the background is %06X, want %06X", got, want)
		}
	}
	dark := theme.NewFixed(base.VariantDark)
	if got := rgb(dark.HighContrast().Color(base.ColorNameBackground, base.VariantLight)); got != 0 {
		t.Errorf("fixed to dark it is %06X", got)
	}
	if got := rgb(dark.Color(base.ColorNameBackground, base.VariantLight)); got != 0x15171E {
		t.Errorf("the theme that it was made of became %06X", got)
	}
}

// A colour that Fyne asks for and nobody named would be drawn transparent.
func TestAllOfFynesNamesAreColored(t *testing.T) {
	test.AssertAllColorNamesDefined(t, theme.New(), "Latchkey")
	test.AssertAllColorNamesDefined(t, theme.New().HighContrast(), "Latchkey in high contrast")
}

func TestFixedIgnoresTheSystem(t *testing.T) {
	dark := theme.NewFixed(base.VariantDark)
	if got := rgb(dark.Color(base.ColorNameBackground, base.VariantLight)); got != 0x15171E {
		t.Errorf("background is %06X, want the dark one", got)
	}
}

func TestAvatarGroundTakesAnyNumber(t *testing.T) {
	for _, n := range []int{-1 << 62, -9, -1, 0, 7, 8, 1 << 62} {
		if c := theme.New().Color(theme.AvatarGround(n), base.VariantLight); c == nil || theme.Contrast(theme.New().Color(theme.ColorOnAvatar, base.VariantLight), c) < 4.5 {
			t.Errorf("%d has the ground %v", n, c)
		}
	}
	if theme.AvatarGround(1) == theme.AvatarGround(2) {
		t.Error("neighbours have the same ground")
	}
}

func TestSizes(t *testing.T) {
	th := theme.New()
	for name, want := range map[fyne.ThemeSizeName]float32{
		theme.SizeTitle: 24, theme.SizeSubtitle: 18, theme.SizeBody: 14, theme.SizeSmall: 12,
		base.SizeNameButtonRadius: 8, base.SizeNameCardRadius: 12,
	} {
		if got := th.Size(name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, d := range []float32{theme.Grid, theme.RadiusSoft, theme.RadiusCard, theme.RadiusPill, th.Size(base.SizeNamePadding)} {
		if math.Mod(float64(d), 4) != 0 {
			t.Errorf("%v is not a multiple of 4", d)
		}
	}
}

func rgb(c color.Color) uint32 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return uint32(n.R)<<16 | uint32(n.G)<<8 | uint32(n.B)
}
