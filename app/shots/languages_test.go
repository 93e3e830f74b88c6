package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
	"app.latchkey/assets"
)

// long are the pictures of names that are too long for any place.
var long = []string{"profile-elsewhere", "profile-long", "profile-rtl", "provider-saved", "provider-wrong", "signin-many", "signin-imitated"}

// TestEveryLanguageFits measures every screen in each language, in the smallest
// window: what TestEverythingFits wants of English holds for all, and Latin and
// Cyrillic letters need no font of the system's.
func TestEveryLanguageFits(t *testing.T) {
	states := map[string]presenter.State{}
	for _, s := range shots {
		states[s.name] = s.state
	}
	size := fyne.NewSize(640, 480)
	has := ownFont(t)
	for _, l := range assets.Languages() {
		t.Run(l.Tag, func(t *testing.T) {
			if err := screens.UseLanguage(l.Tag); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := screens.UseLanguage("en"); err != nil {
					t.Error(err)
				}
			})
			test.NewTempApp(t).Settings().SetTheme(theme.NewFixed(base.VariantLight))
			root := screens.New(noActions{}, func() time.Time { return now })
			w := test.NewTempWindow(t, root.Object())
			w.SetPadded(false)
			w.Resize(size)
			for _, name := range slices.Sorted(maps.Keys(states)) {
				root.Update(states[name])
				fits(t, name, root.Object(), size)
				if l.Tag != "ja" && l.Tag != "zh-Hans" {
					isWritten(t, name, root.Object(), has)
				}
				if !slices.Contains(long, name) {
					isWhole(t, name, root.Object())
				}
			}
		})
	}
}

// isWhole: nothing of ours is shortened with an ellipsis. Names from elsewhere may be.
func isWhole(t *testing.T, name string, root fyne.CanvasObject) {
	t.Helper()
	walk(root, func(d drawn) {
		var whole string
		switch o := d.CanvasObject.(type) {
		case *widgets.Text:
			whole = o.String()
		case *widgets.Button:
			whole = o.AccessibilityLabel()
		default:
			return
		}
		for _, o := range test.WidgetRenderer(d.CanvasObject.(fyne.Widget)).Objects() {
			if c, ok := o.(*canvas.Text); ok && c.Visible() && strings.HasSuffix(c.Text, "…") && !strings.HasSuffix(whole, "…") {
				t.Errorf("%s: %q is shortened to %q", name, whole, c.Text)
			}
		}
	})
}
