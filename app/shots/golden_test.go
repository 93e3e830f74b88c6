package main

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"

	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// goldens are the pictures that are compared: few, since every change of the
// look changes them. They are those of the documentation, which so is never stale.
var goldens = []struct {
	name string
	dark bool // its dark picture too
}{
	{name: "signin", dark: true},
	{name: "waiting"},
	{name: "profile", dark: true},
	{name: "flow"},
	{name: "problem-offline"},
}

// renew is what puts the window's pictures into the documentation again.
const renew = "go run ./app/shots docs/screenshots"

// TestGoldenPictures: these screens look as the documentation shows them.
func TestGoldenPictures(t *testing.T) {
	for _, g := range goldens {
		s := shotNamed(t, g.name)
		if !s.documented {
			t.Fatalf("%s is not drawn for the documentation", g.name)
		}
		for _, look := range usualLooks() {
			if look.name == "dark" && !g.dark {
				continue
			}
			name := g.name + "-" + look.name
			t.Run(name, func(t *testing.T) {
				test.NewTempApp(t).Settings().SetTheme(look.theme)
				if foreign := ofTheSystem(t, showIn(t, s.state, look.theme, usual)); foreign != "" {
					t.Errorf("%q is not in Fyne's own fonts: computers with other fonts draw another picture", foreign)
				}
				want, err := readPicture(filepath.Join("../../docs/screenshots", name+".png"))
				if err != nil {
					t.Fatalf("%v; to draw it: %s", err, renew)
				}
				drawn := capture(s, usual)
				if d := compare(want, drawn); !d.same() {
					t.Errorf("it looks another way: %v.\n%s\nIf it is meant so, look at it and renew the documentation's: %s", d, keep(t, name, drawn, d), renew)
				}
			})
		}
	}
}

// keep puts the drawn picture and the marked one where they stay for looking at,
// and says where that is.
func keep(t *testing.T, name string, drawn image.Image, d difference) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "latchkey-golden-")
	if err != nil {
		t.Fatal(err)
	}
	kept := []string{filepath.Join(dir, name+".png")}
	err = writePicture(kept[0], drawn)
	if marked := d.picture(); marked != nil && err == nil {
		kept = append(kept, filepath.Join(dir, name+"-difference.png"))
		err = writePicture(kept[1], marked)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "Drawn: " + strings.Join(kept, ", differences in red: ")
}

// TestComparison: what a change of ours does is seen, and what another processor
// does is not.
func TestComparison(t *testing.T) {
	waiting := shotNamed(t, "waiting")
	light := theme.NewFixed(base.VariantLight)
	test.NewTempApp(t).Settings().SetTheme(light)
	want := capture(waiting, usual)
	for _, c := range []struct {
		name   string
		theme  fyne.Theme
		screen func(t *testing.T, root fyne.CanvasObject)
		pixels func(m *image.NRGBA)
		same   bool
	}{
		{name: "nothing", same: true},
		{name: "another processor", same: true, pixels: func(m *image.NRGBA) {
			for i := 0; i < len(m.Pix); i += 4 * 997 { // one in a thousand, as was measured
				m.Pix[i] ^= 3
			}
		}},
		{name: "another processor, and few pixels by more", same: true, pixels: func(m *image.NRGBA) {
			for i := range mostApart {
				m.Pix[4*(5000*i+7)] ^= 0x40
			}
		}},
		{name: "a speck", pixels: func(m *image.NRGBA) {
			for i := range mostApart + 1 {
				m.Pix[4*(300*860+300+i)] ^= 0x40
			}
		}},
		{name: "a button one pixel to the right", screen: func(t *testing.T, root fyne.CanvasObject) {
			find(t, root, "Cancel", func(b *widgets.Button) { b.Move(b.Position().AddXY(1, 0)) })
		}},
		{name: "a button one pixel lower", screen: func(t *testing.T, root fyne.CanvasObject) {
			find(t, root, "Copy link", func(b *widgets.Button) { b.Move(b.Position().AddXY(0, 1)) })
		}},
		{name: "a text that is missing", screen: func(t *testing.T, root fyne.CanvasObject) {
			find(t, root, "Cancel", func(b *widgets.Button) { b.Hide() })
		}},
		{name: "one letter less", screen: func(t *testing.T, root fyne.CanvasObject) {
			find(t, root, "Copy link", func(b *widgets.Button) { b.SetText("Copy lin") })
		}},
		{name: "one letter is another", screen: func(t *testing.T, root fyne.CanvasObject) {
			find(t, root, "Cancel", func(b *widgets.Button) { b.SetText("Cancei") })
		}},
		{name: "the ground a shade darker", theme: tinted{light, base.ColorNameBackground, 1}},
		{name: "the lines a little darker", theme: tinted{light, theme.ColorLine, 10}},
		{name: "quiet text a little darker", theme: tinted{light, theme.ColorQuiet, 10}},
		{name: "the mark of what is done a little darker", theme: tinted{light, theme.ColorGood, 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := test.NewTempApp(t)
			a.Settings().SetTheme(light)
			if c.theme != nil {
				a.Settings().SetTheme(c.theme)
			}
			root := screens.New(noActions{}, func() time.Time { return now })
			w := test.NewTempWindow(t, root.Object())
			w.SetPadded(false)
			w.Resize(usual)
			root.Update(waiting.state)
			if c.screen != nil {
				c.screen(t, root.Object())
			}
			got := pixels(w.Canvas().Capture())
			if c.pixels != nil {
				c.pixels(got)
			}
			if d := compare(want, got); d.same() != c.same {
				t.Errorf("same: %v: %v", d.same(), d)
			}
		})
	}
}

// TestComparisonOfSizes: another size is another picture, and none is made of
// the difference.
func TestComparisonOfSizes(t *testing.T) {
	d := compare(image.NewNRGBA(image.Rect(0, 0, 4, 4)), image.NewNRGBA(image.Rect(0, 0, 5, 4)))
	if d.same() || d.picture() != nil || !strings.Contains(d.String(), "(5,4)") {
		t.Errorf("%v, %v", d, d.picture())
	}
}

// tinted is a theme with one colour that is darker by so much.
type tinted struct {
	fyne.Theme
	name fyne.ThemeColorName
	by   uint8
}

func (t tinted) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	c := t.Theme.Color(n, v)
	if n != t.name {
		return c
	}
	d := color.NRGBAModel.Convert(c).(color.NRGBA)
	d.R, d.G, d.B = d.R-t.by, d.G-t.by, d.B-t.by
	return d
}

// find hands over what is labelled so.
func find[O fyne.CanvasObject](t *testing.T, root fyne.CanvasObject, label string, change func(O)) {
	t.Helper()
	found := 0
	walk(root, func(d drawn) {
		if o, ok := d.CanvasObject.(O); ok {
			if a, ok := d.CanvasObject.(fyne.Accessible); ok && a.AccessibilityLabel() == label {
				found++
				change(o)
			}
		}
	})
	if found != 1 {
		t.Fatalf("%d of %q", found, label)
	}
}

func shotNamed(t *testing.T, name string) shot {
	t.Helper()
	i := slices.IndexFunc(shots, func(s shot) bool { return s.name == name })
	if i < 0 {
		t.Fatalf("there is no picture %q", name)
	}
	return shots[i]
}

// ofTheSystem are the letters on a screen that Fyne would look for in the fonts
// of the computer.
func ofTheSystem(t *testing.T, root fyne.CanvasObject) string {
	t.Helper()
	own := map[fyne.TextStyle][]*sfnt.Font{}
	var foreign []rune
	walk(root, func(d drawn) {
		text, ok := d.CanvasObject.(*canvas.Text)
		if !ok {
			return
		}
		fonts, ok := own[text.TextStyle]
		if !ok {
			for _, r := range []fyne.Resource{base.DefaultTheme().Font(text.TextStyle), base.DefaultEmojiFont(), base.DefaultSymbolFont()} {
				f, err := sfnt.Parse(r.Content())
				if err != nil {
					t.Fatalf("reading %s: %v", r.Name(), err)
				}
				fonts = append(fonts, f)
			}
			own[text.TextStyle] = fonts
		}
		for _, r := range text.Text {
			if !slices.ContainsFunc(fonts, func(f *sfnt.Font) bool { i, err := f.GlyphIndex(nil, r); return err == nil && i != 0 }) {
				foreign = append(foreign, r)
			}
		}
	})
	slices.Sort(foreign)
	return string(slices.Compact(foreign))
}
