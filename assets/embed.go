// Package assets is the pictures and words of the program, embedded. It is data
// and knows nothing of Fyne.
//
// To use Google's own mark in "Sign in with Google", a packager puts the "G"
// from Google's branding download into icons/google-g.png. It is a trademark of
// Google and not covered by this project's licence; without it the button
// carries text only.
package assets

import "embed"

// Translations holds translations/<language>.json: words by key, in the format
// of Fyne's package lang. en.json is complete and the fallback of all others.
// See [Languages].
//
//go:embed translations/*.json
var Translations embed.FS

// IconSVG is the program's icon, drawn.
//
//go:embed Icon.svg
var IconSVG []byte

// IconPNG is the program's icon, 512×512.
//
//go:embed Icon.png
var IconPNG []byte

//go:embed icons
var icons embed.FS

// GoogleG returns Google's mark as a PNG, or nil when the packager added none.
func GoogleG() []byte {
	b, err := icons.ReadFile("icons/google-g.png")
	if err != nil {
		return nil
	}
	return b
}
