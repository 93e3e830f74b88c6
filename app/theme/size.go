package theme

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
)

// Distances and radii, in device-independent pixels. All are multiples of four.
const (
	Grid       float32 = 4 // everything is a multiple of it
	RadiusSoft float32 = 8 // buttons
	RadiusCard float32 = 12
	RadiusPill float32 = 20 // provider buttons, which are 40 high
)

// Text sizes by what they are for: 24, 18, 14 and 12.
const (
	SizeTitle    = base.SizeNameHeadingText    // 24
	SizeSubtitle = base.SizeNameSubHeadingText // 18
	SizeBody     = base.SizeNameText           // 14
	SizeSmall    = base.SizeNameCaptionText    // 12
)

var sizes = map[fyne.ThemeSizeName]float32{
	SizeTitle:    24,
	SizeSubtitle: 18,
	SizeBody:     14,
	SizeSmall:    12,

	base.SizeNamePadding:         4,
	base.SizeNameInnerPadding:    10, // a line of a field, and so much above and below, are as high as a button
	base.SizeNameLineSpacing:     4,
	base.SizeNameInlineIcon:      18, // with the padding as high as a field inside
	base.SizeNameButtonRadius:    RadiusSoft,
	base.SizeNameInputRadius:     RadiusSoft,
	base.SizeNameSelectionRadius: 4,
	base.SizeNameMenuRadius:      RadiusSoft,
	base.SizeNamePopupRadius:     RadiusSoft,
	base.SizeNameDialogRadius:    RadiusCard,
	base.SizeNameCardRadius:      RadiusCard,
	base.SizeNameScrollBarRadius: 4,
	base.SizeNameScrollBarSmall:  4,
}
