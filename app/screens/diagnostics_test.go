package screens_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"app.latchkey/app/presenter"
)

func (a *actions) RunDiagnostics()  { a.add("RunDiagnostics") }
func (a *actions) StopDiagnostics() { a.add("StopDiagnostics") }
func (a *actions) CopyDiagnostics() { a.add("CopyDiagnostics") }

// diagnosticResults are what each line can find, and how bad that is.
func diagnosticResults(t *testing.T) map[presenter.DiagnosticID]map[string]presenter.LineState {
	out := map[presenter.DiagnosticID]map[string]presenter.LineState{
		presenter.DiagnosticLoopback: {"works": presenter.LineOK, "blocked": presenter.LineFailed, "ports": presenter.LineFailed},
		presenter.DiagnosticBrowser:  {"found": presenter.LineOK, "default": presenter.LineOK, "none": presenter.LineFailed},
		presenter.DiagnosticStore: {"works": presenter.LineOK, "locked": presenter.LineWarning, "missing": presenter.LineWarning, "unmade": presenter.LineWarning,
			"mute": presenter.LineFailed, "restart": presenter.LineFailed, "denied": presenter.LineFailed, "broken": presenter.LineFailed, "fails": presenter.LineFailed},
		presenter.DiagnosticNetwork:  {"works": presenter.LineOK, "local": presenter.LineOK, "unknown": presenter.LineSkipped, "none": presenter.LineFailed},
		presenter.DiagnosticClock:    {"right": presenter.LineOK, "off": presenter.LineWarning, "unknown": presenter.LineSkipped},
		presenter.DiagnosticProvider: {"works": presenter.LineOK},
		presenter.DiagnosticFiles: {"works": presenter.LineOK, "open": presenter.LineWarning, "providers": presenter.LineFailed,
			"readonly": presenter.LineFailed, "index": presenter.LineFailed, "locks": presenter.LineWarning},
	}
	for _, f := range faults(t) {
		out[presenter.DiagnosticProvider][f] = presenter.LineFailed
	}
	return out
}

func diagnosticsPage(v presenter.DiagnosticsView) presenter.State {
	return with(signInState(), func(s *presenter.State) { s.Page, s.Diagnostics = presenter.PageDiagnostics, &v })
}

// TestEachDiagnostic: whatever a line finds is a sentence, and what is not well
// has a next step.
func TestEachDiagnostic(t *testing.T) {
	r := newRig(t)
	for id, results := range diagnosticResults(t) {
		for result, state := range results {
			for _, v := range []map[string]string{nil, {"Store": "KWallet", "Provider": "Work", "Host": "id.example.com", "Ports": "8400", "Browser": "firefox", "File": "~/x", "Skew": "7200"}} {
				if v == nil && (id == presenter.DiagnosticFiles || result == "ports" || result == "found" || id == presenter.DiagnosticProvider) {
					continue // these always bring theirs
				}
				r.root.Update(diagnosticsPage(presenter.DiagnosticsView{Lines: []presenter.DiagnosticLine{{ID: id, State: state, Result: result, Values: v}}}))
				drawn := r.texts()
				for _, hole := range []string{"<no value>", "{{", "diagnostics.", "provider.fault"} {
					if strings.Contains(drawn, hole) {
						t.Errorf("%s %s draws %q:\n%s", id, result, hole, drawn)
					}
				}
				if n := strings.Count(drawn, ".\n"); state != presenter.LineOK && state != presenter.LineSkipped && n < 3 { // the finding, the step and the hint
					t.Errorf("%s %s has no next step:\n%s", id, result, drawn)
				}
				for _, line := range strings.Split(drawn, "\n") {
					if strings.HasPrefix(line, "the ") {
						t.Errorf("%s %s: a sentence begins small: %q", id, result, line)
					}
				}
			}
		}
	}
}

func TestDiagnosticsByKeyboard(t *testing.T) {
	lines := []presenter.DiagnosticLine{{ID: presenter.DiagnosticNetwork, State: presenter.LineOK, Result: "works"}}
	for _, c := range []struct {
		name  string
		view  presenter.DiagnosticsView
		enter []string
		tab   string
	}{
		{"running", presenter.DiagnosticsView{Running: true, Lines: lines}, nil, "Back, Stop, Menu"},
		{"done", presenter.DiagnosticsView{Lines: lines}, []string{"RunDiagnostics"}, "Back, Look again, Copy report, Menu"},
		{"copied", presenter.DiagnosticsView{Lines: lines, Copied: true}, []string{"RunDiagnostics"}, "Back, Look again, Copied, Menu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.root.Update(diagnosticsPage(c.view))
			r.key(fyne.KeyReturn)
			r.want(c.enter...)
			r.key(fyne.KeyEscape)
			r.want("ClosePage")
			if tab := strings.Join(r.tabOrder(), ", "); tab != c.tab {
				t.Errorf("Tab reaches %s, want %s", tab, c.tab)
			}
		})
	}
	r := newRig(t)
	r.root.Update(diagnosticsPage(presenter.DiagnosticsView{Lines: lines}))
	r.button("Copy report").Tapped(nil)
	r.want("CopyDiagnostics")
	r.wantTexts("Everything is fine", "The internet can be reached.")
	r.root.Update(diagnosticsPage(presenter.DiagnosticsView{Running: true, Lines: lines}))
	r.button("Stop").Tapped(nil)
	r.want("StopDiagnostics")
}
