package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// TestMarks: a mark is a picture in the colour of its text, in one line with it
// and before it; screen readers are told a word instead.
func TestMarks(t *testing.T) {
	for _, m := range []widgets.Mark{widgets.MarkGood, widgets.MarkBad, widgets.MarkWarning, widgets.MarkSkipped, widgets.MarkRunning} {
		text := widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap).SetSpans(
			widgets.Span{Text: "Checked\n"}, widgets.Span{Mark: m, Said: "passed", Text: "nonce", Color: theme.ColorGood})
		w := window(t, text, 200, 100)
		if got := text.AccessibilityLabel(); got != "Checked\npassed: nonce" {
			t.Errorf("mark %d is read as %q", m, got)
		}
		var icon *canvas.Image
		var words *canvas.Text
		for _, o := range test.WidgetRenderer(text).Objects() {
			switch o := o.(type) {
			case *canvas.Image:
				icon = o
			case *canvas.Text:
				words = o
			}
		}
		if icon == nil || words == nil || words.Text != "nonce" {
			t.Fatalf("mark %d: drawn are %v and %v", m, icon, words)
		}
		if c, ok := icon.Resource.(*base.ThemedResource); !ok || c.ColorName != theme.ColorGood {
			t.Errorf("mark %d is not in the text's colour: %T", m, icon.Resource)
		}
		middle := icon.Position().Y + icon.Size().Height/2
		if icon.Position().X+icon.Size().Width > words.Position().X || middle < words.Position().Y || middle > words.Position().Y+words.Size().Height {
			t.Errorf("mark %d is at %v, its text at %v", m, icon.Position(), words.Position())
		}
		seen := map[uint32]bool{}
		img := w.Canvas().Capture()
		for x := range int(words.Position().X) {
			for y := int(words.Position().Y); y < int(words.Position().Y+words.Size().Height); y++ {
				r, _, _, _ := img.At(x, y).RGBA()
				seen[r] = true
			}
		}
		if len(seen) < 3 {
			t.Errorf("of mark %d nothing is seen", m)
		}
	}
}
