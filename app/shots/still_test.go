package main

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"fyne.io/fyne/v2/test"

	"app.latchkey/app/screens"
	"app.latchkey/app/theme"
)

// TestScreensStandStill: a widget that is laid out once more at the same size
// makes no new objects. Fyne lays out what has new objects after each frame, so
// such a screen is drawn without end, and empties the battery.
func TestScreensStandStill(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.NewFixed(base.VariantLight))
	root := screens.New(noActions{}, func() time.Time { return now })
	w := test.NewTempWindow(t, root.Object())
	w.SetPadded(false)
	w.Resize(fyne.NewSize(860, 600))
	for _, s := range shots {
		root.Update(s.state)
		walk(root.Object(), func(d drawn) {
			v, ok := d.CanvasObject.(fyne.Widget)
			if !ok {
				return
			}
			r := test.WidgetRenderer(v)
			before := slices.Clone(r.Objects())
			r.Layout(v.Size())
			if !slices.Equal(before, r.Objects()) {
				t.Errorf("%s: %T makes new objects at each layout", s.name, v)
			}
		})
	}
}
