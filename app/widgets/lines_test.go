package widgets_test

import (
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
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
