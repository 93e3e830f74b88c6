package app

import (
	"regexp"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/screens"
	"app.latchkey/assets"
)

// A notification passes through a shell on some systems (Fyne writes a PowerShell
// script on Windows, in which $(…) and backticks are carried out): no word of a
// provider or a person may be in it, whatever is on the screen, and none that a
// shell understands, in any language.
func TestNotificationsAreFixed(t *testing.T) {
	const evil = "$(calc) `calc` \"; calc"
	w, a := newTestWindow(t)
	w.attach(a)
	s := profile()
	s.Profile.Person = presenter.PersonView{Name: evil, Email: evil}
	s.Profile.Provider, s.Accounts = evil, []presenter.AccountView{{Person: presenter.PersonView{Name: evil}, Provider: evil}}
	w.Show(s)
	for key, text := range map[string]string{
		"notification.text":    "Your sign-in came back. Open Latchkey to go on.",
		"notification.running": "Latchkey is running already. Open its window to go on.",
	} {
		test.AssertNotificationSent(t, fyne.NewNotification("Latchkey", text), func() { w.app.SendNotification(notification(key)) })
	}
	harmless := regexp.MustCompile(`^[\p{L}\p{M}\p{N} .,!?'’。、，！？-]+$`)
	for _, l := range assets.Languages() {
		if err := screens.UseLanguage(l.Tag); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"notification.text", "notification.running"} {
			n := notification(key)
			if !harmless.MatchString(n.Title) || !harmless.MatchString(n.Content) {
				t.Errorf("%s: %q, %q", l.Tag, n.Title, n.Content)
			}
		}
	}
	if err := screens.UseLanguage("en"); err != nil {
		t.Fatal(err)
	}
}
