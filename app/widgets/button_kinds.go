package widgets

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
)

// Kind is how a button looks.
type Kind int

// The kinds of buttons.
const (
	Primary   Kind = iota // the one thing to do next
	Secondary             // with a border
	Plain                 // text only
	Provider              // "Sign in with …"
	Google                // "Sign in with Google", by Google's branding guidelines
	Ribbon                // text only, small and bold, on the ground of warnings
	Close                 // a cross, on the ground of warnings
	Tab                   // text that is underlined while it is selected
	Soft                  // small, on the ground of chips
	Bare                  // an icon only
	Option                // one of several, with a mark while it is selected
	Link                  // small text that leads somewhere
	Check                 // a box that is ticked while it is selected
)

// look is what a kind is made of.
type look struct {
	ground, stroke, text fyne.ThemeColorName
	radius               float32
	height, pad          float32
	size                 fyne.ThemeSizeName
	style                fyne.TextStyle
	inner                bool // the focus ring lies inside, where there is no room around
}

const buttonHeight = 10 * theme.Grid

var looks = map[Kind]look{
	Primary:   {base.ColorNamePrimary, "", base.ColorNameForegroundOnPrimary, theme.RadiusSoft, buttonHeight, 17, theme.SizeBody, fyne.TextStyle{}, false},
	Secondary: {theme.ColorCard, theme.ColorLine, base.ColorNameForeground, theme.RadiusSoft, buttonHeight, 17, theme.SizeBody, fyne.TextStyle{}, false},
	Plain:     {theme.ColorTransparent, "", base.ColorNamePrimary, theme.RadiusSoft, buttonHeight, 17, theme.SizeBody, fyne.TextStyle{}, false},
	Provider:  {theme.ColorCard, theme.ColorGoogleStroke, base.ColorNameForeground, theme.RadiusPill, buttonHeight, 20, theme.SizeBody, fyne.TextStyle{}, false},
	Google:    {theme.ColorGoogleGround, theme.ColorGoogleStroke, theme.ColorGoogleText, theme.RadiusPill, buttonHeight, 20, theme.SizeBody, fyne.TextStyle{}, false},
	Ribbon:    {theme.ColorTransparent, "", theme.ColorWarning, theme.RadiusSoft, 8 * theme.Grid, 12, theme.SizeSmall, fyne.TextStyle{Bold: true}, true},
	Tab:       {theme.ColorTransparent, "", theme.ColorQuiet, 4, 9 * theme.Grid, 0, theme.SizeBody, fyne.TextStyle{}, false},
	Soft:      {theme.ColorSoft, "", base.ColorNamePrimary, 3 * theme.Grid, 6 * theme.Grid, 12, theme.SizeSmall, fyne.TextStyle{}, false},
	Bare:      {theme.ColorTransparent, "", theme.ColorQuiet, theme.RadiusSoft, buttonHeight, 0, theme.SizeBody, fyne.TextStyle{}, true},
	Option:    {theme.ColorCard, theme.ColorLine, base.ColorNameForeground, 4 * theme.Grid, 8 * theme.Grid, 14, theme.SizeBody, fyne.TextStyle{}, false},
	Check:     {theme.ColorTransparent, "", base.ColorNameForeground, 4, 8 * theme.Grid, 0, theme.SizeBody, fyne.TextStyle{}, false},
	Link:      {theme.ColorTransparent, "", base.ColorNamePrimary, 4, 6 * theme.Grid, 0, theme.SizeSmall, fyne.TextStyle{}, false},
	Close:     {theme.ColorTransparent, "", theme.ColorWarning, theme.RadiusSoft, 6 * theme.Grid, 0, theme.SizeBody, fyne.TextStyle{}, false},
}

const (
	tabLine   = 2
	ringWidth = 2
	ringGap   = 2 // between the button and its focus ring
	iconSize  = 20
	googleGap = 10 // between Google's mark and the text, by the guidelines
)
