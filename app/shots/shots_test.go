package main

import (
	"cmp"
	"fmt"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

func TestMain(m *testing.M) {
	os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	os.Setenv("LC_ALL", "C") // 24 hours
	if err := screens.UseLanguage("en"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

var variants = map[string]fyne.ThemeVariant{"light": base.VariantLight, "dark": base.VariantDark}

// usual is the size that a window is made with.
var usual = fyne.NewSize(860, 600)

// show draws s in a window.
func show(t *testing.T, s presenter.State, v fyne.ThemeVariant, size fyne.Size) fyne.CanvasObject {
	t.Helper()
	return showIn(t, s, theme.NewFixed(v), size)
}

func showIn(t *testing.T, s presenter.State, th fyne.Theme, size fyne.Size) fyne.CanvasObject {
	t.Helper()
	root := rootIn(t, th, size)
	root.Update(s)
	return root.Object()
}

// rootIn is a window's content, for one State after the other.
func rootIn(t *testing.T, th fyne.Theme, size fyne.Size) *screens.Root {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(th)
	root := screens.New(noActions{}, func() time.Time { return now })
	w := test.NewTempWindow(t, root.Object())
	w.SetPadded(false)
	w.Resize(size)
	return root
}

// drawn is one object on the screen, with its place in the window.
type drawn struct {
	fyne.CanvasObject
	pos    fyne.Position
	scroll *container.Scroll // it is inside
	top    float32           // of scroll, in the window
	// picture: it is part of one, whose letters take their size from it.
	picture bool
}

// walk visits what is shown, in the order it is drawn.
func walk(o fyne.CanvasObject, visit func(drawn)) { walkAt(o, drawn{}, visit) }

func walkAt(o fyne.CanvasObject, parent drawn, visit func(drawn)) {
	if !o.Visible() {
		return
	}
	_, picture := o.(*widgets.Avatar)
	d := drawn{o, parent.pos.Add(o.Position()), parent.scroll, parent.top, parent.picture || picture}
	visit(d)
	switch v := o.(type) {
	case *fyne.Container:
		for _, c := range v.Objects {
			walkAt(c, d, visit)
		}
	case *container.Scroll:
		d.scroll, d.top = v, d.pos.Y
		walkAt(v.Content, d, visit)
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(v).Objects() {
			walkAt(c, d, visit)
		}
	}
}

// TestEverythingIsReadable looks up, for each text and each icon on each screen,
// the ground that it is really drawn on.
func TestEverythingIsReadable(t *testing.T) {
	for _, look := range append(usualLooks(), strongLooks()...) {
		root := rootIn(t, look.theme, usual)
		for _, s := range shots {
			root.Update(s.state)
			texts := readable(t, s.name+", "+look.name, root.Object(), look)
			if texts == 0 && s.state.Screen != presenter.ScreenStarting {
				t.Errorf("%s: no text seen", s.name)
			}
		}
	}
}

// TestTheMenuIsReadable: so are the menu's entries and keys, those too that can't
// be done; and they are on the grid.
func TestTheMenuIsReadable(t *testing.T) {
	for _, look := range append(usualLooks(), strongLooks()...) {
		for _, s := range []presenter.State{signIn(nil), profile(nil)} {
			test.NewTempApp(t).Settings().SetTheme(look.theme)
			root := screens.New(noActions{}, func() time.Time { return now })
			w := test.NewTempWindow(t, root.Object())
			w.SetPadded(false)
			w.Resize(usual)
			root.Update(s)
			root.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF10})
			menu := w.Canvas().Overlays().Top()
			if menu == nil {
				t.Fatal("there is no menu")
			}
			if texts := readable(t, "the menu of "+string(s.Screen)+", "+look.name, menu, look); texts != 12 {
				t.Errorf("%d texts of entries and keys are seen", texts)
			}
			fits(t, "the menu of "+string(s.Screen), menu, usual)
		}
	}
}

// readable looks at the contrast of all below root, and counts the texts.
func readable(t *testing.T, name string, root fyne.CanvasObject, look look) (texts int) {
	t.Helper()
	type ground struct {
		drawn
		color color.Color
	}
	var grounds []ground
	over := func(d drawn, what string, c color.Color) {
		mid := d.pos.AddXY(d.Size().Width/2, d.Size().Height/2)
		var under color.Color
		for _, g := range grounds {
			top, end := g.seen(d)
			if mid.X >= g.pos.X && mid.Y >= top && mid.X <= g.pos.X+g.Size().Width && mid.Y <= end {
				under = g.color
			}
		}
		if under == nil {
			t.Errorf("%s: %q is drawn on nothing", name, what)
		} else if c := theme.Contrast(c, under); c < look.contrast {
			t.Errorf("%s: %q has a contrast of %.2f, want %.1f or more", name, what, c, look.contrast)
		}
	}
	walk(root, func(d drawn) {
		below := d.pos.Y+d.Size().Height/2 > usual.Height // not seen until it is scrolled to
		switch o := d.CanvasObject.(type) {
		case *canvas.Rectangle:
			if opaque(o.FillColor) {
				grounds = append(grounds, ground{d, o.FillColor})
			}
		case *canvas.Circle:
			if opaque(o.FillColor) {
				grounds = append(grounds, ground{d, o.FillColor})
			}
		case *canvas.Image:
			if icon, ok := o.Resource.(*base.ThemedResource); ok && !below {
				color := cmp.Or(icon.ColorName, base.ColorNameForeground) // Fyne's own icons
				over(d, icon.Name(), look.theme.Color(color, base.VariantLight))
			}
		case *canvas.Text:
			if o.Text != "" && !below {
				texts++
				over(d, o.Text, o.Color)
			}
		}
	})
	return texts
}

// TestEverythingHasAName: what can be operated or read tells a screen reader
// what it is.
func TestEverythingHasAName(t *testing.T) {
	root := rootIn(t, theme.NewFixed(base.VariantLight), usual)
	for _, s := range shots {
		root.Update(s.state)
		buttons := 0
		walk(root.Object(), func(d drawn) {
			switch d.CanvasObject.(type) {
			case fyne.Focusable, *widgets.Text, *widgets.Avatar, *widgets.Step, *widgets.Chip:
				a, ok := d.CanvasObject.(fyne.Accessible)
				if !ok {
					t.Errorf("%s: %T is not accessible", s.name, d.CanvasObject)
					return
				}
				if _, isText := d.CanvasObject.(*widgets.Text); !isText && strings.TrimSpace(a.AccessibilityLabel()) == "" {
					t.Errorf("%s: %T has no name", s.name, d.CanvasObject)
				}
				if a.AccessibilityRole() == fyne.AccessibleRoleButton {
					buttons++
				}
			}
		})
		if buttons == 0 && s.state.Screen != presenter.ScreenStarting {
			t.Errorf("%s: no button seen", s.name)
		}
	}
}

// TestTheSystemsThemeIsFollowed: when the theme changes, every colour that is
// drawn does, without a new State.
func TestTheSystemsThemeIsFollowed(t *testing.T) {
	colors := func(o fyne.CanvasObject) string {
		var b strings.Builder
		walk(o, func(d drawn) {
			switch o := d.CanvasObject.(type) {
			case *canvas.Rectangle:
				if o.Size().Width > 2 { // not the cursor of Fyne's entry, whose colour comes with its next blink
					fmt.Fprintln(&b, o.FillColor, o.StrokeColor)
				}
			case *canvas.Circle:
				fmt.Fprintln(&b, o.FillColor, o.StrokeColor)
			case *canvas.Text:
				fmt.Fprintln(&b, o.Text, o.Color)
			case *canvas.Line:
				fmt.Fprintln(&b, o.StrokeColor)
			}
		})
		return b.String()
	}
	for _, s := range shots {
		dark := colors(show(t, s.state, base.VariantDark, usual))
		root := show(t, s.state, base.VariantLight, usual)
		light := colors(root)
		test.ApplyTheme(t, theme.NewFixed(base.VariantDark))
		if got := colors(root); got != dark {
			t.Errorf("%s: after the change some colours differ from those of a dark start", s.name)
		}
		if light == dark {
			t.Errorf("%s: light and dark are the same", s.name)
		}
	}
}

func TestPicturesAreWritten(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir, "en", "profile", false); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"profile", "profile-missing"} {
		for variant := range variants {
			f, err := os.Open(filepath.Join(dir, name+"-"+variant+".png"))
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(f)
			f.Close()
			if err != nil {
				t.Fatal(err)
			}
			if img.Bounds().Dx() != 860 || img.Bounds().Dy() != 600 {
				t.Errorf("%s is %v", f.Name(), img.Bounds())
			}
		}
	}
}

func opaque(c color.Color) bool {
	if c == nil {
		return false
	}
	_, _, _, a := c.RGBA()
	return a == 0xffff
}
