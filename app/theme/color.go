package theme

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
)

// Colours that Fyne has no name for.
const (
	ColorCard          fyne.ThemeColorName = "latchkey.card"          // ground of cards and quiet buttons
	ColorLine          fyne.ThemeColorName = "latchkey.line"          // borders
	ColorQuiet         fyne.ThemeColorName = "latchkey.quiet"         // text that explains
	ColorSoft          fyne.ThemeColorName = "latchkey.soft"          // ground of chips, under primary text
	ColorGood          fyne.ThemeColorName = "latchkey.good"          // "verified", done
	ColorOnGood        fyne.ThemeColorName = "latchkey.onGood"        // on a ground of ColorGood
	ColorWarning       fyne.ThemeColorName = "latchkey.warning"       // notices, problems
	ColorWarningGround fyne.ThemeColorName = "latchkey.warningGround" // their ground
	ColorCode          fyne.ThemeColorName = "latchkey.code"          // ground of fixed-width text
	ColorOnAvatar      fyne.ThemeColorName = "latchkey.onAvatar"      // initials
	ColorTransparent   fyne.ThemeColorName = "latchkey.transparent"   // no ground

	// Google's branding guidelines for a custom "Sign in with Google" button.
	ColorGoogleGround fyne.ThemeColorName = "latchkey.google.ground"
	ColorGoogleStroke fyne.ThemeColorName = "latchkey.google.stroke"
	ColorGoogleText   fyne.ThemeColorName = "latchkey.google.text"
)

type pair struct{ light, dark color.NRGBA }

// of is the colour for light or for dark.
func (p pair) of(v fyne.ThemeVariant) color.Color {
	if v == base.VariantDark {
		return p.dark
	}
	return p.light
}

func hex(rgb uint32) color.NRGBA {
	return color.NRGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}
}

func both(rgb uint32) pair { return pair{hex(rgb), hex(rgb)} }

func veil(light, dark color.NRGBA, alpha uint8) pair {
	light.A, dark.A = alpha, alpha
	return pair{light, dark}
}

// The table of the usual look; that of high contrast is in contrast.go. Every text on its ground has a contrast of at least 4.5:1, see
// [TextPairs].
var (
	background    = pair{hex(0xF7F7F4), hex(0x15171E)}
	card          = pair{hex(0xFFFFFF), hex(0x1D2029)}
	line          = pair{hex(0xE3E2DC), hex(0x2D313D)}
	text          = pair{hex(0x1D2030), hex(0xECEDF3)}
	quiet         = pair{hex(0x626676), hex(0x9BA0B2)}
	primary       = pair{hex(0x3350E0), hex(0x7C8CFF)}
	onPrimary     = pair{hex(0xFFFFFF), hex(0x10121A)}
	soft          = pair{hex(0xEEF0FF), hex(0x242949)}
	good          = pair{hex(0x15754A), hex(0x4CC38A)}
	warning       = pair{hex(0x855000), hex(0xF2B84B)}
	warningGround = pair{hex(0xFFF4DC), hex(0x33290F)}
	code          = pair{hex(0xF1F1EC), hex(0x12141A)}
)

var palette = map[fyne.ThemeColorName]pair{
	ColorCard:          card,
	ColorLine:          line,
	ColorQuiet:         quiet,
	ColorSoft:          soft,
	ColorGood:          good,
	ColorOnGood:        {hex(0xFFFFFF), hex(0x10121A)},
	ColorWarning:       warning,
	ColorWarningGround: warningGround,
	ColorCode:          code,
	ColorOnAvatar:      both(0xFFFFFF),
	ColorTransparent:   {},
	ColorGoogleGround:  {hex(0xFFFFFF), hex(0x131314)},
	ColorGoogleStroke:  {hex(0x747775), hex(0x8E918F)},
	ColorGoogleText:    {hex(0x1F1F1F), hex(0xE3E3E3)},

	base.ColorNameBackground:          background,
	base.ColorNameForeground:          text,
	base.ColorNamePrimary:             primary,
	base.ColorNameHyperlink:           primary,
	base.ColorNameForegroundOnPrimary: onPrimary,
	base.ColorNameButton:              card,
	base.ColorNameInputBackground:     card,
	base.ColorNameInputBorder:         line,
	base.ColorNameMenuBackground:      card,
	base.ColorNameOverlayBackground:   card,
	base.ColorNameHeaderBackground:    card,
	base.ColorNameSeparator:           line,
	base.ColorNameDisabled:            quiet,
	base.ColorNamePlaceHolder:         quiet,
	base.ColorNameSuccess:             good,
	base.ColorNameWarning:             warning,
	base.ColorNameError:               warning,
	base.ColorNameFocus:               veil(primary.light, primary.dark, 0x33),
	base.ColorNameSelection:           veil(primary.light, primary.dark, 0x33),
	base.ColorNameHover:               veil(text.light, text.dark, 0x0F),
	base.ColorNamePressed:             veil(text.light, text.dark, 0x1F),
	base.ColorNameScrollBar:           veil(text.light, text.dark, 0x66),
	base.ColorNameScrollBarBackground: veil(text.light, text.dark, 0x00),
	base.ColorNameShadow:              {color.NRGBA{A: 0x1A}, color.NRGBA{A: 0x66}},
}

// avatarGrounds are what initials stand on. White is readable on each, and on
// the darker one of high contrast very well.
var avatarGrounds = [...]struct{ usual, contrast color.NRGBA }{
	{hex(0x7B4FD6), hex(0x4F2A9E)}, // violet
	{hex(0x15754A), hex(0x0B5433)}, // green
	{hex(0x3350E0), hex(0x1B329F)}, // blue
	{hex(0xB3261E), hex(0x8C1510)}, // red
	{hex(0x855000), hex(0x5E3800)}, // brown
	{hex(0x00687A), hex(0x004F5D)}, // teal
	{hex(0xA8327E), hex(0x7D1F5C)}, // magenta
	{hex(0x4A5568), hex(0x394253)}, // slate
}

const avatarPrefix = "latchkey.avatar."

// AvatarGround names the ground of the avatar with number n. Any n will do,
// negative too; equal numbers have equal grounds.
func AvatarGround(n int) fyne.ThemeColorName {
	n %= len(avatarGrounds)
	if n < 0 {
		n += len(avatarGrounds)
	}
	return fyne.ThemeColorName(avatarPrefix + strconv.Itoa(n))
}

// avatarColor is the ground called name, if it is one.
func avatarColor(name fyne.ThemeColorName, contrast bool) (color.Color, bool) {
	number, ok := strings.CutPrefix(string(name), avatarPrefix)
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 0 || n >= len(avatarGrounds) {
		return nil, false
	}
	if contrast {
		return avatarGrounds[n].contrast, true
	}
	return avatarGrounds[n].usual, true
}

// TextPair is a text colour and a ground that it is drawn on.
type TextPair struct{ Text, Ground fyne.ThemeColorName }

// TextPairs lists every pair of text and ground that the screens draw, for the
// test of contrast.
func TextPairs() []TextPair {
	return []TextPair{
		{base.ColorNameForeground, base.ColorNameBackground},
		{base.ColorNameForeground, ColorCard},
		{base.ColorNameForeground, ColorWarningGround},
		{base.ColorNameForeground, ColorSoft},
		{base.ColorNameForeground, ColorCode},
		{ColorQuiet, ColorCode},
		{ColorGood, ColorCode},
		{ColorWarning, ColorCode},
		{ColorWarning, ColorSoft},
		{ColorQuiet, ColorSoft},
		{base.ColorNameDisabled, ColorCard},
		{ColorQuiet, base.ColorNameBackground},
		{ColorQuiet, ColorCard},
		{base.ColorNamePrimary, base.ColorNameBackground},
		{base.ColorNamePrimary, ColorCard},
		{base.ColorNamePrimary, ColorSoft},
		{base.ColorNameForegroundOnPrimary, base.ColorNamePrimary},
		{ColorGood, base.ColorNameBackground},
		{ColorGood, ColorCard},
		{ColorOnGood, ColorGood},
		{ColorWarning, ColorWarningGround},
		{base.ColorNamePrimary, ColorWarningGround},
		{ColorWarning, base.ColorNameBackground},
		{ColorWarning, ColorCard},
		{ColorGoogleText, ColorGoogleGround},
	}
}
