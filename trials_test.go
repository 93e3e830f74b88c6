package main

import (
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/mockprovider/fault"
)

// TestTrials: both demonstrations run at the demo's own mock, twice over, and
// leave nothing of themselves behind.
func TestTrials(t *testing.T) {
	d, err := startDemo(filepath.Join(t.TempDir(), "demo.json"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.stop()
	trials := d.trials()
	run := func() string {
		var out []string
		report := func(try presenter.Try) { out = append(out, try.ID+" "+try.Outcome) }
		if err := trials.StolenCode(t.Context(), report); err != nil {
			t.Error(err)
		}
		if err := trials.ForgeCallback(t.Context(), report); err != nil {
			t.Error(err)
		}
		return strings.Join(out, ", ")
	}
	const forged = ", waiting ready, made_up refused, error refused, wrong_state refused, no_cookie refused, wrong_host refused, rightful taken"
	const want = "code_read ready, no_verifier refused, wrong_verifier refused, challenge refused, without_pkce taken" + forged
	for range 2 {
		if got := run(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	// A mock that is broken is said to be.
	if _, err := d.mock.AddFault(fault.Spec{Name: "pkce-ignored"}); err != nil {
		t.Fatal(err)
	}
	if got, want := run(), "code_read ready, no_verifier taken, without_pkce taken"+forged; got != want {
		t.Errorf("with PKCE ignored: %s\nwant %s", got, want)
	}

	if n := len(d.mock.Users()); n != 4 {
		t.Errorf("%d users, want the seeded four", n)
	}
	if n := len(d.mock.Tenants()); n != 0 {
		t.Errorf("%d tenants are left", n)
	}
	snapshot, err := d.mock.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var left struct{ Grants, Access, Consents []any }
	if err := json.Unmarshal(snapshot, &left); err != nil || len(left.Grants)+len(left.Access)+len(left.Consents) > 0 {
		t.Errorf("left: %+v, %v", left, err)
	}
	if (*demo)(nil).trials() != nil {
		t.Error("demonstrations without a demo")
	}
}
