package main

import "app.latchkey/app/presenter"

// diagnosticsShots are the pictures of the page of diagnostics.
var diagnosticsShots = []shot{
	{name: "diagnostics", documented: true, state: diagnosing(presenter.DiagnosticsView{Lines: []presenter.DiagnosticLine{
		{ID: presenter.DiagnosticLoopback, State: presenter.LineOK, Result: "works"},
		{ID: presenter.DiagnosticBrowser, State: presenter.LineOK, Result: "found", Values: map[string]string{"Browser": "firefox"}},
		{ID: presenter.DiagnosticStore, State: presenter.LineWarning, Result: "locked", Values: map[string]string{"Store": "GNOME Keyring"}},
		{ID: presenter.DiagnosticNetwork, State: presenter.LineOK, Result: "works"},
		{ID: presenter.DiagnosticClock, State: presenter.LineOK, Result: "right"},
		{ID: presenter.DiagnosticProvider, State: presenter.LineOK, Result: "works", Values: map[string]string{"Provider": "Google", "Host": "accounts.google.com"}},
		{ID: presenter.DiagnosticProvider, State: presenter.LineFailed, Result: "html", Values: map[string]string{"Provider": "Work", "Host": longHost}},
		{ID: presenter.DiagnosticFiles, State: presenter.LineOK, Result: "works"},
	}})},
	{name: "diagnostics-good", tabs: 3, state: diagnosing(presenter.DiagnosticsView{Copied: true, Lines: []presenter.DiagnosticLine{
		{ID: presenter.DiagnosticLoopback, State: presenter.LineOK, Result: "works"},
		{ID: presenter.DiagnosticBrowser, State: presenter.LineOK, Result: "default"},
		{ID: presenter.DiagnosticStore, State: presenter.LineOK, Result: "works", Values: map[string]string{"Store": "GNOME Keyring"}},
		{ID: presenter.DiagnosticNetwork, State: presenter.LineOK, Result: "works"},
	}})},
	{name: "diagnostics-running", state: diagnosing(presenter.DiagnosticsView{Running: true, Lines: []presenter.DiagnosticLine{
		{ID: presenter.DiagnosticLoopback, State: presenter.LineOK, Result: "works"},
		{ID: presenter.DiagnosticBrowser, State: presenter.LineRunning},
		{ID: presenter.DiagnosticStore, State: presenter.LineRunning},
		{ID: presenter.DiagnosticNetwork, State: presenter.LineRunning},
		{ID: presenter.DiagnosticClock, State: presenter.LineSkipped, Result: "stopped"},
		{ID: presenter.DiagnosticProvider, State: presenter.LineRunning, Values: map[string]string{"Provider": "Google", "Host": "accounts.google.com"}},
		{ID: presenter.DiagnosticFiles, State: presenter.LineWarning, Result: "open", Values: map[string]string{"File": "~/.config/latchkey/providers.toml"}},
	}})},
}

func diagnosing(v presenter.DiagnosticsView) presenter.State {
	return open(presenter.PageDiagnostics, func(s *presenter.State) { s.Diagnostics = &v })
}
