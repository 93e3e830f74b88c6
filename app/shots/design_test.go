package main

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// element is a text of the design, as it must be drawn.
type element struct {
	text   string
	size   float32
	bold   bool
	mono   bool
	color  fyne.ThemeColorName
	center bool    // in the middle of the window, alone on its line
	left   float32 // else where it begins; 0: anywhere
}

const (
	fg      = base.ColorNameForeground
	primary = base.ColorNamePrimary
)

// design is the pictures of the design, from top to bottom. Pictures 1 and 3
// are drawn without what comes later: the settings.
var design = map[string][]element{
	"signin": {
		{text: "Demo", size: 12, bold: true, color: theme.ColorWarning, left: 20},
		{text: " · Signing in goes to a mock of Google on this computer.", size: 12, color: theme.ColorWarning},
		{text: "Use a real Google client…", size: 12, bold: true, color: theme.ColorWarning},
		{text: "Sign in to Latchkey", size: 24, bold: true, color: fg, center: true},
		{text: "Your web browser opens to sign you in.", size: 14, color: theme.ColorQuiet, center: true},
		{text: "Latchkey never sees your password.", size: 14, color: theme.ColorQuiet, center: true},
		{text: "Sign in with Google", size: 14, color: theme.ColorGoogleText, center: true},
		{text: "Use another provider…", size: 14, color: primary, center: true},
		{text: "You stay signed in through GNOME Keyring", size: 12, color: theme.ColorQuiet, center: true},
	},
	"waiting": {
		{text: "Finish signing in in your browser", size: 24, bold: true, color: fg, center: true},
		{text: "A page from ", size: 14, color: theme.ColorQuiet},
		{text: "accounts.google.com", size: 14, bold: true, color: theme.ColorQuiet},
		{text: " is open there. Come back when it says you are done.", size: 14, color: theme.ColorQuiet},
		{text: "Browser opened", size: 14, color: fg, left: 276},
		{text: "2", size: 12, color: primary},
		{text: "Waiting for you to sign in", size: 14, bold: true, color: fg, left: 276},
		{text: "4:32", size: 12, mono: true, color: theme.ColorQuiet},
		{text: "3", size: 12, color: theme.ColorQuiet},
		{text: "Check the answer and exchange the code", size: 14, color: theme.ColorQuiet, left: 276},
		{text: "4", size: 12, color: theme.ColorQuiet},
		{text: "Load your profile", size: 14, color: theme.ColorQuiet, left: 276},
		{text: "Open browser again", size: 14, color: base.ColorNameForegroundOnPrimary},
		{text: "Copy link", size: 14, color: fg},
		{text: "Cancel", size: 14, color: primary},
		{text: "The page shows an error? Cancel, then try again or choose another account.", size: 12, color: theme.ColorQuiet, center: true},
	},
	"profile": {
		{text: "AL", size: 14.4, bold: true, color: theme.ColorOnAvatar},
		{text: "GH", size: 14.4, bold: true, color: theme.ColorOnAvatar},
		{text: "AL", size: 26, bold: true, color: theme.ColorOnAvatar},
		{text: "Ada Lovelace", size: 24, bold: true, color: fg, left: 184},
		{text: "Google", size: 12, color: primary},
		{text: "ada@example.com", size: 14, color: theme.ColorQuiet, left: 184},
		{text: "verified", size: 14, color: theme.ColorGood},
		{text: "Refresh", size: 14, color: fg},
		{text: "Sign out", size: 14, color: fg},
		{text: "Profile", size: 14, color: fg, left: 100},
		{text: "Session", size: 14, color: theme.ColorQuiet},
		{text: "How you signed in", size: 14, color: theme.ColorQuiet},
		{text: "Name", size: 14, color: theme.ColorQuiet, left: 120},
		{text: "Ada Lovelace", size: 14, color: fg, left: 272},
		{text: "Given name", size: 14, color: theme.ColorQuiet, left: 120},
		{text: "Ada", size: 14, color: fg, left: 272},
		{text: "Family name", size: 14, color: theme.ColorQuiet, left: 120},
		{text: "Lovelace", size: 14, color: fg, left: 272},
		{text: "Language", size: 14, color: theme.ColorQuiet, left: 120},
		{text: "English (United Kingdom)", size: 14, color: fg, left: 272},
		{text: "Organization", size: 14, color: theme.ColorQuiet, left: 120},
		{text: "Analytical Engines Ltd · Analyst", size: 14, color: fg, left: 272},
		{text: "Birthday", size: 14, color: theme.ColorQuiet, left: 120},
		{text: "10 December 1815", size: 14, color: fg, left: 272},
		{text: "Account ID", size: 14, color: theme.ColorQuiet, left: 120},
		{text: "108204268033311374519", size: 12, mono: true, color: fg, left: 272},
		{text: "From people.googleapis.com, updated just now", size: 12, color: theme.ColorQuiet, left: 100},
	},
}

// TestDesign: each element of the pictures is there, in its order, size, weight,
// colour and place, and nothing besides.
func TestDesign(t *testing.T) {
	for _, s := range shots {
		want := design[s.name]
		if want == nil {
			continue
		}
		for variant, v := range variants {
			t.Run(s.name+"/"+variant, func(t *testing.T) {
				th := theme.NewFixed(v)
				var got []drawn
				walk(show(t, s.state, v, usual), func(d drawn) {
					if x, ok := d.CanvasObject.(*canvas.Text); ok && x.Text != "" {
						got = append(got, d)
					}
				})
				if len(got) != len(want) {
					t.Fatalf("%d texts are drawn, want %d", len(got), len(want))
				}
				for i, w := range want {
					x := got[i].CanvasObject.(*canvas.Text)
					if x.Text != w.text {
						t.Fatalf("text %d is %q, want %q", i, x.Text, w.text)
					}
					if math.Abs(float64(x.TextSize-w.size)) > 0.1 || x.TextStyle.Bold != w.bold || x.TextStyle.Monospace != w.mono {
						t.Errorf("%q has size %v and style %+v", w.text, x.TextSize, x.TextStyle)
					}
					if r, g, b, _ := x.Color.RGBA(); !sameColor(th.Color(w.color, v), r, g, b) {
						t.Errorf("%q is %v, want %s", w.text, x.Color, w.color)
					}
					left, right := got[i].pos.X, got[i].pos.X+x.Size().Width
					if w.center && math.Abs(float64(left+right)-860) > 2 {
						t.Errorf("%q is not in the middle: from %v to %v", w.text, left, right)
					}
					if w.left != 0 && left != w.left {
						t.Errorf("%q begins at %v, want %v", w.text, left, w.left)
					}
				}
			})
		}
	}
}

func sameColor(c color.Color, r, g, b uint32) bool {
	wr, wg, wb, _ := c.RGBA()
	return wr == r && wg == g && wb == b
}

// TestShapes: what of the pictures is no text.
func TestShapes(t *testing.T) {
	type shape struct{ x, w, h float32 }
	for _, c := range []struct {
		shot string
		want map[string]shape
	}{
		{"signin", map[string]shape{"icon": {398, 64, 64}, "Sign in with Google": {290, 280, 40}}},
		{"waiting", map[string]shape{"card": {220, 420, 172}, "Step": {240, 380, 24}}},
		{"profile", map[string]shape{"avatar": {100, 72, 72}, "card": {100, 732, 245}}},
	} {
		for _, s := range shots {
			if s.name != c.shot {
				continue
			}
			got := map[string]shape{}
			walk(show(t, s.state, base.VariantLight, usual), func(d drawn) {
				at := shape{d.pos.X, d.Size().Width, d.Size().Height}
				switch o := d.CanvasObject.(type) {
				case *canvas.Image:
					if o.Resource != nil && o.Resource.Name() == "Icon.svg" {
						got["icon"] = at
					}
				case *widgets.Button:
					got[o.AccessibilityLabel()] = at
				case *widgets.Avatar:
					got["avatar"] = at
				case *widgets.Step:
					got["Step"] = at
				case *canvas.Rectangle:
					if o.CornerRadius == theme.RadiusCard {
						got["card"] = at
					}
				}
			})
			for name, want := range c.want {
				if got[name] != want {
					t.Errorf("%s: %s is at %+v, want %+v", c.shot, name, got[name], want)
				}
			}
		}
	}
}
