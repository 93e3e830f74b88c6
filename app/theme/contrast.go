package theme

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
)

// highContrast is what differs where the person chose high contrast: every text
// on its ground has a contrast of at least 7:1 (WCAG 2.2, success criterion
// 1.4.6), and the borders one of at least 4.5:1.
var highContrast = func() map[fyne.ThemeColorName]pair {
	var (
		ground  = pair{hex(0xFFFFFF), hex(0x000000)}
		line    = pair{hex(0x4A4C57), hex(0xB9BCCB)}
		text    = pair{hex(0x000000), hex(0xFFFFFF)}
		quiet   = pair{hex(0x33353F), hex(0xD9DBE6)}
		primary = pair{hex(0x1B2F9E), hex(0xB4BFFF)}
		good    = pair{hex(0x0B5433), hex(0x7FE3B4)}
		warning = pair{hex(0x5E3800), hex(0xFFD37E)}
	)
	return map[fyne.ThemeColorName]pair{
		ColorCard:          ground,
		ColorLine:          line,
		ColorQuiet:         quiet,
		ColorSoft:          {hex(0xEEF0FF), hex(0x12183A)},
		ColorGood:          good,
		ColorOnGood:        {hex(0xFFFFFF), hex(0x000000)},
		ColorWarning:       warning,
		ColorWarningGround: {hex(0xFFF4DC), hex(0x241B00)},
		ColorCode:          {hex(0xF4F4F4), hex(0x0C0C10)},
		ColorGoogleGround:  {hex(0xFFFFFF), hex(0x131314)},
		ColorGoogleStroke:  {hex(0x4A4C57), hex(0xB9BCCB)},

		base.ColorNameBackground:          ground,
		base.ColorNameForeground:          text,
		base.ColorNamePrimary:             primary,
		base.ColorNameHyperlink:           primary,
		base.ColorNameForegroundOnPrimary: {hex(0xFFFFFF), hex(0x000000)},
		base.ColorNameButton:              ground,
		base.ColorNameInputBackground:     ground,
		base.ColorNameInputBorder:         line,
		base.ColorNameMenuBackground:      ground,
		base.ColorNameOverlayBackground:   ground,
		base.ColorNameHeaderBackground:    ground,
		base.ColorNameSeparator:           line,
		base.ColorNameDisabled:            {hex(0x575757), hex(0x9A9A9A)}, // beside quiet text it is seen to be paler
		base.ColorNamePlaceHolder:         quiet,
		base.ColorNameSuccess:             good,
		base.ColorNameWarning:             warning,
		base.ColorNameError:               warning,
		base.ColorNameFocus:               veil(primary.light, primary.dark, 0x55),
		base.ColorNameSelection:           veil(primary.light, primary.dark, 0x55),
		base.ColorNameScrollBar:           veil(text.light, text.dark, 0xAA),
	}
}()
