package widgets_test

import (
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// TestLinesLookWell: centred lines are evenly long, no last line has one short
// word alone, and addresses are broken where they have a joint. None becomes
// more lines for it, or loses a word.
func TestLinesLookWell(t *testing.T) {
	for _, c := range []struct {
		name  string
		align fyne.TextAlign
		width float32
		text  string
		want  []string
	}{
		{"centred", fyne.TextAlignCenter, 400, "A page from accounts.google.com is open there. Come back when it says you are done.",
			[]string{"A page from accounts.google.com is open", "there. Come back when it says you are done."}},
		{"centred, one line", fyne.TextAlignCenter, 400, "You can leave the browser now.", []string{"You can leave the browser now."}},
		{"at the left, one word alone", fyne.TextAlignLeading, 320, "Unlock it so that Latchkey can keep you signed in.",
			[]string{"Unlock it so that Latchkey can", "keep you signed in."}},
		{"at the left, several words", fyne.TextAlignLeading, 300, "Unlock it so that Latchkey can keep you signed in on this computer.",
			[]string{"Unlock it so that Latchkey can keep you", "signed in on this computer."}},
		{"an address", fyne.TextAlignLeading, 200, "https://accounts.example.com/oauth2/v3/certificates",
			[]string{"https://accounts.example.", "com/oauth2/v3/certificates"}},
		{"no joint", fyne.TextAlignLeading, 100, strings.Repeat("m", 10), []string{"mmmmmmm", "mmm"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := widgets.NewText(theme.SizeBody, base.ColorNameForeground, c.align, widgets.FitWrap).Set(c.text, fyne.TextStyle{})
			window(t, text, c.width, 200)
			got := lines(text)
			for i := range got {
				got[i] = strings.TrimSpace(got[i])
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("drawn is %q, want %q", got, c.want)
			}
		})
	}
}

// TestLinesHang: what goes on from a line with a mark stands below its text.
func TestLinesHang(t *testing.T) {
	text := widgets.NewText(theme.SizeBody, base.ColorNameForeground, fyne.TextAlignLeading, widgets.FitWrap).SetSpans(
		widgets.Span{Mark: widgets.MarkGood, Text: "several words that need two lines"}, widgets.Span{Text: "\n"},
		widgets.Span{Mark: widgets.MarkRoom, Text: "below also"}, widgets.Span{Text: "\n"}, widgets.Span{Text: "and not"})
	window(t, text, 130, 200)
	var at []float32
	for _, o := range test.WidgetRenderer(text).Objects() {
		if c, ok := o.(*canvas.Text); ok {
			at = append(at, c.Position().X)
			if c.Position().X+c.Size().Width > 130 {
				t.Errorf("%q ends at %v", c.Text, c.Position().X+c.Size().Width)
			}
		}
	}
	if len(at) != 5 || at[0] < 14 || at[1] != at[0] || at[2] != at[0] || at[3] != at[0] || at[4] != 0 {
		t.Errorf("the lines begin at %v", at)
	}
}
