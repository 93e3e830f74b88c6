package widgets_test

import (
	"testing"

	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"

	"app.latchkey/app/accessibility"
	"app.latchkey/app/theme"
	"app.latchkey/app/widgets"
)

// TestWhatIsTold: what a screen reader says of each widget beside its name.
func TestWhatIsTold(t *testing.T) {
	text := func(size fyne.ThemeSizeName, color fyne.ThemeColorName) *widgets.Text {
		return widgets.NewText(size, color, fyne.TextAlignLeading, widgets.FitWrap).Set("x", fyne.TextStyle{})
	}
	check := widgets.NewButton(widgets.Check, "Stay", nil)
	check.SetSelected(true)
	check.SetName("Stay, chosen")
	option := widgets.NewButton(widgets.Option, "Dark", nil)
	option.SetDescription("Appearance")
	tab := widgets.NewButton(widgets.Tab, "Profile", nil)
	tab.SetSelected(true)
	field, secret := widgets.NewField("Issuer", "https://id.example.com", nil), widgets.NewSecret("Passphrase")
	secret.SetText("hunter2")
	typed := widgets.NewField("Issuer", "https://id.example.com", nil)
	typed.SetText("https://a")
	for _, c := range []struct {
		name string
		of   accessibility.Describer
		want accessibility.Details
	}{
		{"a text", text(theme.SizeBody, base.ColorNameForeground), accessibility.Details{}},
		{"a title", text(theme.SizeTitle, base.ColorNameForeground), accessibility.Details{Role: accessibility.RoleHeading, Level: 1}},
		{"a warning is told", text(theme.SizeBody, theme.ColorWarning), accessibility.Details{Live: accessibility.LiveAssertive}},
		{"news are told", text(theme.SizeBody, theme.ColorQuiet).SetLive(accessibility.LivePolite), accessibility.Details{Live: accessibility.LivePolite}},
		{"a check, its state not in its name", check, accessibility.Details{Role: accessibility.RoleCheck, Name: "Stay", States: accessibility.States{Checkable: true, Checked: true}}},
		{"an option and what about", option, accessibility.Details{Role: accessibility.RoleOption, Name: "Dark", Description: "Appearance", States: accessibility.States{Checkable: true}}},
		{"a tab", tab, accessibility.Details{Role: accessibility.RoleTab, States: accessibility.States{Selected: true}}},
		{"an empty field", field, accessibility.Details{Role: accessibility.RoleField, Description: "https://id.example.com"}},
		{"a field", typed, accessibility.Details{Role: accessibility.RoleField, Value: "https://a"}},
		{"a passphrase, nothing of it", secret, accessibility.Details{Role: accessibility.RolePassword}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.of.AccessibilityDetails()
			got.Items, got.Press, got.Caret = nil, nil, 0
			if got.Role != c.want.Role || got.Name != c.want.Name || got.Description != c.want.Description || got.Value != c.want.Value ||
				got.Level != c.want.Level || got.States != c.want.States || got.Live != c.want.Live {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// TestTheDiagramIsAList: each step is an item that can be chosen, the chosen one
// is marked, and it says who speaks to whom.
func TestTheDiagramIsAList(t *testing.T) {
	chosen := ""
	s := widgets.NewSequence(func(key string) { chosen = key })
	s.Set([]string{"You", "Browser"}, []widgets.Arrow{
		{Key: "a", From: 0, To: 1, Label: "opens", Note: "HTTPS"}, {Key: "b", From: 1, To: 1, Label: "waits", Aside: "here it could be stolen"},
		{Key: "b", From: 1, To: 0, Label: "shows"},
	}, "b")
	d := s.AccessibilityDetails()
	if d.Role != accessibility.RoleList || d.Name != "You, Browser" || len(d.Items) != 2 {
		t.Fatalf("%+v", d)
	}
	if got := d.Items[0]; got.Name != "You → Browser, opens, HTTPS" || got.States.Selected {
		t.Errorf("%+v", got)
	}
	if got := d.Items[1]; got.Name != "Browser, waits, here it could be stolen, Browser → You, shows" || !got.States.Selected || got.Bounds.Height <= d.Items[0].Bounds.Height {
		t.Errorf("%+v", got)
	}
	if d.Items[0].Press(); chosen != "a" {
		t.Errorf("chose %q", chosen)
	}
}
