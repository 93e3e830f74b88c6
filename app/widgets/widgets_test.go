package widgets_test

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

func TestMain(m *testing.M) {
	os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	os.Exit(m.Run())
}

// window shows o in a window of the given size.
func window(t *testing.T, o fyne.CanvasObject, w, h float32) fyne.Window {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(theme.NewFixed(base.VariantLight))
	win := test.NewTempWindow(t, o)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	return win
}

// lines returns the texts that a widget draws, one string for each height.
func lines(w fyne.Widget) []string {
	var out []string
	y := float32(-1)
	for _, o := range test.WidgetRenderer(w).Objects() {
		c, ok := o.(*canvas.Text)
		if !ok {
			continue
		}
		if c.Position().Y != y {
			out, y = append(out, ""), c.Position().Y
		}
		out[len(out)-1] += c.Text
	}
	return out
}

func TestTextFits(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("several words ", 9))
	cases := []struct {
		name  string
		fit   widgets.Fit
		text  string
		width float32
		check func(t *testing.T, drawn []string)
	}{
		{"short text stays whole", widgets.FitShort, "short", 200, func(t *testing.T, d []string) {
			if len(d) != 1 || d[0] != "short" {
				t.Errorf("drew %q", d)
			}
		}},
		{"long text is shortened", widgets.FitShort, long, 200, func(t *testing.T, d []string) {
			if len(d) != 1 || !strings.HasSuffix(d[0], "…") || !strings.HasPrefix(long, strings.TrimSuffix(d[0], "…")) {
				t.Errorf("drew %q", d)
			}
		}},
		{"long text wraps at spaces and loses none of its words", widgets.FitWrap, long, 200, func(t *testing.T, d []string) {
			if len(d) < 3 || strings.Join(d, " ") != long {
				t.Errorf("drew %q", d)
			}
		}},
		{"a word without spaces is broken", widgets.FitWrap, strings.Repeat("m", 120), 200, func(t *testing.T, d []string) {
			if len(d) < 5 || strings.Join(d, "") != strings.Repeat("m", 120) {
				t.Errorf("drew %q", d)
			}
		}},
		{"a letter keeps its mark", widgets.FitShort, strings.Repeat("e\u0301", 80), 200, func(t *testing.T, d []string) {
			if !strings.HasSuffix(d[0], "e\u0301…") {
				t.Errorf("drew %q", d)
			}
		}},
		{"of a host the end is shown", widgets.FitEnd, "accounts.google.com.accounts.google.com.evil.example", 200, func(t *testing.T, d []string) {
			if len(d) != 1 || !strings.HasPrefix(d[0], "…") || !strings.HasSuffix(d[0], ".evil.example") {
				t.Errorf("drew %q", d)
			}
		}},
		{"nothing at all", widgets.FitWrap, "", 200, func(*testing.T, []string) {}},
		{"no room at all", widgets.FitWrap, "words", 0, func(*testing.T, []string) {}},
		{"no room to shorten", widgets.FitShort, "words", 1, func(*testing.T, []string) {}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x := widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignCenter, c.fit).Set(c.text, fyne.TextStyle{})
			window(t, x, 300, 300)
			h := x.HeightFor(c.width)
			x.Resize(fyne.NewSize(c.width, h))
			drawn := lines(x)
			c.check(t, drawn)
			if c.width > 100 {
				for _, o := range test.WidgetRenderer(x).Objects() {
					if right := o.Position().X + o.Size().Width; right > c.width+1 || o.Position().X < -1 {
						t.Errorf("text from %v to %v leaves the width of %v", o.Position().X, right, c.width)
					}
				}
				if want := float32(len(drawn)) * x.HeightFor(1e6); c.text != "" && h != want {
					t.Errorf("asked for a height of %v for %d lines, want %v", h, len(drawn), want)
				}
			}
			if x.AccessibilityLabel() != c.text {
				t.Errorf("a screen reader reads %q", x.AccessibilityLabel())
			}
		})
	}
}

func TestButtonKeys(t *testing.T) {
	for _, c := range []struct {
		key     fyne.KeyName
		pressed int
		passed  int
	}{
		{fyne.KeyReturn, 1, 0}, {fyne.KeyEnter, 1, 0}, {fyne.KeySpace, 1, 0}, {fyne.KeyEscape, 0, 1}, {fyne.KeyPageDown, 0, 1},
	} {
		t.Run(string(c.key), func(t *testing.T) {
			pressed, passed := 0, 0
			b := widgets.NewButton(widgets.Primary, "Press", func() { pressed++ })
			w := window(t, b, 200, 40)
			w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { passed++ })
			w.Canvas().FocusNext()
			if w.Canvas().Focused() != fyne.Focusable(b) {
				t.Fatal("Tab does not reach the button")
			}
			b.TypedKey(&fyne.KeyEvent{Name: c.key})
			if pressed != c.pressed || passed != c.passed {
				t.Errorf("pressed %d times and passed on %d times, want %d and %d", pressed, passed, c.pressed, c.passed)
			}
		})
	}
}

func TestButtonShowsItsState(t *testing.T) {
	b := widgets.NewButton(widgets.Secondary, "Press", nil)
	w := window(t, b, 200, 40)
	plain := w.Canvas().Capture()
	differs := func(what string) {
		t.Helper()
		if same(plain, w.Canvas().Capture()) {
			t.Errorf("nothing shows that the button is %s", what)
		}
	}
	b.MouseIn(&desktop.MouseEvent{})
	differs("under the pointer")
	hovered := w.Canvas().Capture()
	b.MouseDown(&desktop.MouseEvent{})
	if same(hovered, w.Canvas().Capture()) {
		t.Error("nothing shows that the button is pressed")
	}
	b.MouseUp(&desktop.MouseEvent{})
	b.MouseOut()
	if !same(plain, w.Canvas().Capture()) {
		t.Error("the button stays marked when the pointer has left")
	}
	b.SetBusy(true)
	differs("busy")
	b.SetBusy(false)
	ring := test.WidgetRenderer(b).Objects()[4].(*canvas.Rectangle)
	if ring.Visible() {
		t.Error("the focus ring is drawn without focus")
	}
	w.Canvas().Focus(b)
	if !ring.Visible() || ring.StrokeWidth < 2 {
		t.Error("no focus ring of at least 2 pixels")
	}
}

func TestBusyButtonDoesNothingAndKeepsTheFocus(t *testing.T) {
	pressed := 0
	b := widgets.NewButton(widgets.Primary, "Press", func() { pressed++ })
	w := window(t, b, 200, 40)
	w.Canvas().Focus(b)
	b.SetBusy(true)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if pressed != 0 {
		t.Error("a busy button was pressed")
	}
	if w.Canvas().Focused() != fyne.Focusable(b) {
		t.Error("a busy button lost the focus")
	}
	test.Tap(b)
	if pressed != 0 {
		t.Error("a busy button was clicked")
	}
}

func TestGoogleButtonFollowsTheGuidelines(t *testing.T) {
	for name, c := range map[string]struct {
		variant              fyne.ThemeVariant
		ground, stroke, text color.NRGBA
	}{
		"light": {base.VariantLight, color.NRGBA{0xff, 0xff, 0xff, 0xff}, color.NRGBA{0x74, 0x77, 0x75, 0xff}, color.NRGBA{0x1f, 0x1f, 0x1f, 0xff}},
		"dark":  {base.VariantDark, color.NRGBA{0x13, 0x13, 0x14, 0xff}, color.NRGBA{0x8e, 0x91, 0x8f, 0xff}, color.NRGBA{0xe3, 0xe3, 0xe3, 0xff}},
	} {
		t.Run(name, func(t *testing.T) {
			b := widgets.NewButton(widgets.Google, "Sign in with Google", nil)
			window(t, b, 280, 40)
			fyne.CurrentApp().Settings().SetTheme(theme.NewFixed(c.variant))
			b.Refresh()
			r := test.WidgetRenderer(b).Objects()
			ground, label := r[0].(*canvas.Rectangle), r[3].(*canvas.Text)
			if ground.FillColor != c.ground || ground.StrokeColor != c.stroke || ground.StrokeWidth != 1 || ground.CornerRadius != 20 {
				t.Errorf("drawn as %v, %v, %v, radius %v", ground.FillColor, ground.StrokeColor, ground.StrokeWidth, ground.CornerRadius)
			}
			if label.Color != c.text || label.TextSize != 14 {
				t.Errorf("text is %v, size %v", label.Color, label.TextSize)
			}
			if h := b.MinSize().Height; h != 40 {
				t.Errorf("it is %v high, want 40", h)
			}
		})
	}
}

func TestSelectable(t *testing.T) {
	const text = "ada@example.com"
	newOne := func(t *testing.T) (*widgets.Selectable, fyne.Window) {
		s := widgets.NewSelectable(theme.SizeBody, theme.ColorQuiet, fyne.TextStyle{}, "Copy")
		s.SetText(text)
		return s, window(t, s, 300, 20)
	}
	t.Run("Tab selects all and Ctrl+C copies it", func(t *testing.T) {
		s, w := newOne(t)
		w.Canvas().FocusNext()
		s.TypedShortcut(&fyne.ShortcutCopy{})
		if got := fyne.CurrentApp().Clipboard().Content(); got != text {
			t.Errorf("copied %q", got)
		}
		s.FocusLost()
		if s.Selected() != "" {
			t.Error("the selection stays when the focus has gone")
		}
	})
	t.Run("dragging selects a part", func(t *testing.T) {
		s, _ := newOne(t)
		width := func(x string) float32 { return fyne.MeasureText(x, 14, fyne.TextStyle{}).Width }
		s.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(0, 5)}})
		s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(width("ada"), 5)}})
		if got := s.Selected(); got != "ada" {
			t.Errorf("selected %q", got)
		}
		s.DoubleTapped(nil)
		if got := s.Selected(); got != text {
			t.Errorf("a double click selected %q", got)
		}
	})
	t.Run("what is shortened on screen is copied whole", func(t *testing.T) {
		s, _ := newOne(t)
		s.Resize(fyne.NewSize(60, 20))
		s.SelectAll()
		if got := s.Selected(); got != text {
			t.Errorf("selected %q", got)
		}
	})
	t.Run("Esc goes on to the window", func(t *testing.T) {
		s, w := newOne(t)
		passed := false
		w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { passed = true })
		w.Canvas().Focus(s)
		s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if !passed {
			t.Error("Esc is swallowed")
		}
	})
	t.Run("the other button's menu copies", func(t *testing.T) {
		s, w := newOne(t)
		s.TappedSecondary(&fyne.PointEvent{AbsolutePosition: fyne.NewPos(5, 5)})
		item, ok := w.Canvas().Focused().(*widgets.MenuItem)
		if !ok || item.AccessibilityLabel() != "Copy" {
			t.Fatalf("no menu: the keyboard is on %v", w.Canvas().Focused())
		}
		item.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if got := fyne.CurrentApp().Clipboard().Content(); got != s.Text() || w.Canvas().Overlays().Top() != nil {
			t.Errorf("copied %q", got)
		}
		s.TappedSecondary(&fyne.PointEvent{AbsolutePosition: fyne.NewPos(9000, 9000)})
		item = w.Canvas().Focused().(*widgets.MenuItem)
		at, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(item), w.Canvas().Size()
		if at.X+item.Size().Width > size.Width-8 || at.Y+item.Size().Height > fyne.Max(size.Height-8, 8+4+36) {
			t.Errorf("in a window of %v the menu is at %v", size, at)
		}
	})
}

// listener is an app whose windows tell which shortcuts reach them; a test's own
// windows can't.
type listener struct {
	fyne.App
	driver
}

type driver struct {
	fyne.Driver
	canvas *heard
}

type heard struct {
	fyne.Canvas
	shortcuts []string
}

func (l listener) Driver() fyne.Driver                         { return l.driver }
func (d driver) CanvasForObject(fyne.CanvasObject) fyne.Canvas { return d.canvas }
func (h *heard) TypedShortcut(s fyne.Shortcut)                 { h.shortcuts = append(h.shortcuts, s.ShortcutName()) }

// TestShortcutsReachTheWindow: Fyne gives them to what has the focus alone.
func TestShortcutsReachTheWindow(t *testing.T) {
	quit := &desktop.CustomShortcut{KeyName: fyne.KeyQ, Modifier: fyne.KeyModifierShortcutDefault}
	field, secret := widgets.NewField("Issuer", "", nil), widgets.NewSecret("Passphrase")
	line := widgets.NewSelectable(theme.SizeBody, theme.ColorQuiet, fyne.TextStyle{}, "Copy")
	for name, o := range map[string]interface {
		fyne.CanvasObject
		fyne.Shortcutable
	}{"a field": field, "a secret": secret, "a selected line": line} {
		t.Run(name, func(t *testing.T) {
			w := window(t, o, 300, 40)
			a := fyne.CurrentApp()
			h := &heard{Canvas: w.Canvas()}
			fyne.SetCurrentApp(listener{a, driver{a.Driver(), h}})
			defer fyne.SetCurrentApp(a)
			o.TypedShortcut(quit)
			o.TypedShortcut(&fyne.ShortcutSelectAll{})
			if want := []string{quit.ShortcutName()}; !slices.Equal(h.shortcuts, want) {
				t.Errorf("the window hears of %q, want %q", h.shortcuts, want)
			}
		})
	}
}

func TestAvatar(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, w, h int) string {
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		for i := range img.Pix {
			img.Pix[i] = 0xff
		}
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		return path
	}
	broken := filepath.Join(dir, "broken.png")
	if err := os.WriteFile(broken, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		picture    bool
	}{
		{"no picture", "", false},
		{"a picture", write("good.png", 64, 64), true},
		{"missing", filepath.Join(dir, "gone.png"), false},
		{"broken", broken, false},
		{"too large", write("large.png", 1025, 1), false},
		{"a folder", dir, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := widgets.NewAvatar(72)
			window(t, a, 72, 72)
			a.SetPerson("Ada", "AL", 3, c.path)
			if a.HasPicture() != c.picture {
				t.Errorf("drawn as a picture: %v", a.HasPicture())
			}
			initials := test.WidgetRenderer(a).Objects()[1]
			if initials.Visible() == c.picture {
				t.Error("initials are drawn exactly when there is a picture")
			}
			if a.AccessibilityLabel() != "Ada" {
				t.Errorf("a screen reader reads %q", a.AccessibilityLabel())
			}
		})
	}
}

func TestStepTellsItsStateWithoutColor(t *testing.T) {
	seen := map[string]presenter.StepState{}
	for _, state := range []presenter.StepState{presenter.StepTodo, presenter.StepActive, presenter.StepDone, presenter.StepFailed} {
		s := widgets.NewStep(2)
		window(t, s, 300, 24)
		s.Set("Work", state, string(state))
		s.SetAside("4:32")
		// What a person sees who sees no colours: number, weight and mark.
		var b strings.Builder
		for _, o := range test.WidgetRenderer(s).Objects() {
			if l, ok := o.(*canvas.Line); ok && l.Visible() {
				b.WriteString(strings.TrimSpace(strings.Join([]string{fmtPos(l.Position1), fmtPos(l.Position2)}, " ")))
			}
			if x, ok := o.(*widgets.Text); ok {
				for _, c := range test.WidgetRenderer(x).Objects() {
					if c.(*canvas.Text).TextStyle.Bold {
						b.WriteString(" bold")
					}
				}
			}
		}
		if other, ok := seen[b.String()]; ok {
			t.Errorf("%s looks like %s but for its colour", state, other)
		}
		seen[b.String()] = state
		if want := "Work, " + string(state) + ", 4:32"; s.AccessibilityLabel() != want {
			t.Errorf("a screen reader reads %q, want %q", s.AccessibilityLabel(), want)
		}
	}
}

func fmtPos(p fyne.Position) string {
	return strings.Repeat("x", int(p.X)) + strings.Repeat("y", int(p.Y))
}

func TestPageScrollsToTheFocus(t *testing.T) {
	var slots []widgets.Slot
	var last *widgets.Button
	for range 30 {
		last = widgets.NewButton(widgets.Provider, "Sign in", nil)
		slots = append(slots, widgets.Slot{Object: last, Before: 12})
	}
	page := widgets.NewPage(widgets.Column(slots...), 280, 24, true)
	w := window(t, page.Object, 640, 440)
	last.OnFocus = func(b *widgets.Button) { page.Reveal(b) }
	w.Canvas().Focus(last)
	y := fyne.CurrentApp().Driver().AbsolutePositionForObject(last).Y
	if y < 0 || y+last.Size().Height > 440 {
		t.Errorf("the button with the focus is at %v, out of sight", y)
	}
	page.ToTop()
	if y := fyne.CurrentApp().Driver().AbsolutePositionForObject(slots[0].Object).Y; y != 24 {
		t.Errorf("the beginning is at %v after going to the top, want 24", y)
	}
}

func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}
