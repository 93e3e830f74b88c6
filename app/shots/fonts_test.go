package main

import (
	"image"
	"os/exec"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
)

// TestScriptsOfTheSystemsFonts: what Fyne's own font lacks is drawn with the
// system's. A letter that no font has is drawn as a box, as that of a code point
// that stands for nothing is.
func TestScriptsOfTheSystemsFonts(t *testing.T) {
	for _, c := range []struct{ language, letters string }{
		{"ja", "日本語のログインーを"},
		{"zh-cn", "登录账号简体中文，您"},
		{"ar", "فطمة"},
		{"he", "שלום"},
		{"th", "สวดบก"},
		{"hi", "नमत"},
	} {
		t.Run(c.language, func(t *testing.T) {
			if out, err := exec.Command("fc-list", ":lang="+c.language, "family").Output(); err != nil || len(strings.TrimSpace(string(out))) == 0 {
				t.Skipf("this computer has no font for %s (tools/setup.sh test installs them): %v", c.language, err)
			}
			test.NewTempApp(t).Settings().SetTheme(theme.NewFixed(base.VariantLight))
			box, blank := letter(t, "\U0010FFFD"), letter(t, " ")
			seen := map[string]rune{}
			for _, r := range c.letters {
				got := letter(t, string(r))
				if got == box || got == blank {
					t.Errorf("%q has no picture of its own", r)
				}
				if other, ok := seen[got]; ok {
					t.Errorf("%q and %q have the same picture", r, other)
				}
				seen[got] = r
			}
		})
	}
}

// letter is the picture of a text.
func letter(t *testing.T, s string) string {
	t.Helper()
	text := canvas.NewText(s, base.Color(base.ColorNameForeground))
	text.TextSize = 24
	w := test.NewTempWindow(t, text)
	w.Resize(fyne.NewSize(60, 60))
	img, ok := w.Canvas().Capture().(*image.NRGBA)
	if !ok {
		t.Fatalf("a picture of %T", w.Canvas().Capture())
	}
	return string(img.Pix)
}
