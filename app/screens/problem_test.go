package screens_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"app.latchkey/app/presenter"
	"app.latchkey/app/widgets"
)

// TestProblemsHaveADrawing: the commonest have one, and it goes with the next
// problem that has none.
func TestProblemsHaveADrawing(t *testing.T) {
	r := newRig(t)
	drawn := func(code string) int {
		r.root.Update(withProblem(signInState(), code, presenter.NextRetry))
		n := 0
		walk(r.root.Object(), func(o fyne.CanvasObject) {
			if p, ok := o.(*widgets.Pictogram); ok {
				n += len(test.WidgetRenderer(p).Objects())
			}
		})
		return n
	}
	for _, code := range []string{"offline", "provider_unreachable", "clock_skew", "store_locked", "browser_failed", "refresh_revoked", "access_denied", "config_invalid"} {
		if drawn(code) < 2 {
			t.Errorf("%s has no drawing", code)
		}
	}
	if drawn("id_token_nonce") != 0 {
		t.Error("the drawing of another problem stays")
	}
}
