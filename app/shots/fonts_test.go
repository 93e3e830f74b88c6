package main

import (
	"image"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"

	"app.latchkey/app/theme"
	"app.latchkey/assets"
)

// otherScripts are scripts that the program's own font can't write: those of two
// of the languages, of languages' own names, and of people's.
var otherScripts = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Arabic}

// TestTheProgramsOwnFontIsEnough: on a computer with no font at all no word of
// ours is drawn as a box, in any language that is written in Latin or Cyrillic
// letters. (TestEveryLanguageFits looks at what the screens add to the words.)
func TestTheProgramsOwnFontIsEnough(t *testing.T) {
	has := ownFont(t)
	for _, l := range assets.Languages() {
		if l.Tag == "ja" || l.Tag == "zh-Hans" {
			continue
		}
		file, err := assets.Translations.ReadFile("translations/" + l.Tag + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if len(file) < 10_000 {
			t.Errorf("%s: only %d bytes of words", l.Tag, len(file))
		}
		for _, r := range string(file) {
			for _, style := range []fyne.TextStyle{{}, {Bold: true}} {
				if !unicode.IsControl(r) && !has(style, r) {
					t.Errorf("%s: the program's font lacks %q (%U)", l.Tag, r, r)
				}
			}
		}
	}
}

// isWritten: the program's own font has each letter that is drawn.
func isWritten(t *testing.T, name string, root fyne.CanvasObject, has func(fyne.TextStyle, rune) bool) {
	t.Helper()
	walk(root, func(d drawn) {
		x, ok := d.CanvasObject.(*canvas.Text)
		if !ok {
			return
		}
		for _, r := range x.Text {
			if !unicode.In(r, otherScripts...) && !has(x.TextStyle, r) {
				t.Errorf("%s: %q has %q (%U), which the program's font lacks", name, x.Text, r, r)
			}
		}
	})
}

// ownFont tells whether the fonts that are linked into the program have a letter.
func ownFont(t *testing.T) func(fyne.TextStyle, rune) bool {
	t.Helper()
	fonts := map[fyne.TextStyle]*sfnt.Font{}
	return func(style fyne.TextStyle, r rune) bool {
		f := fonts[style]
		if f == nil {
			var err error
			if f, err = sfnt.Parse(base.DefaultTheme().Font(style).Content()); err != nil {
				t.Fatal(err)
			}
			fonts[style] = f
		}
		i, err := f.GlyphIndex(nil, r)
		return err == nil && i != 0
	}
}

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
