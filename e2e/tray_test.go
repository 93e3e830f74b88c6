package e2e_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/e2e/stage"
)

// TestTray plays with the program's icon in a tray of the test's own.
func TestTray(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	panel, err := s.OpenPanel()
	try(t, "panel", err)
	defer func() { _ = panel.Close() }() // closed twice: fine
	choose := func(text string) {
		t.Helper()
		try(t, "settings", os.WriteFile(filepath.Join(s.Config, "settings.json"), []byte(text), 0o600))
	}

	// It starts in the tray: there is an icon and no window.
	choose(`{"version":1,"start_in_tray":true,"keep_in_tray":true}`)
	program, err := s.StartHidden(ctx, "--demo")
	try(t, "start in the tray", err)
	_, err = program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "the first screen, which nobody sees", err)
	try(t, "icon", panel.AwaitIcon(ctx))
	if title, err := panel.Title(); err != nil || title != "Latchkey" {
		t.Errorf("the icon is called %q, error %v", title, err)
	}
	_, err = panel.AwaitEntry(ctx, "(Nobody is signed in)")
	try(t, "the account", err)
	if _, ok := s.HasWindow(ctx); ok {
		t.Error("there is a window")
	}
	try(t, "Show", panel.Click(ctx, "Show Latchkey"))
	try(t, "window", program.FindWindow(ctx))
	try(t, "focus", s.AwaitActive(ctx, program.Window))

	// Its button puts it back there, the icon and a second start bring it out.
	hide := func() {
		t.Helper()
		try(t, "close", s.CloseWindow(ctx, program.Window))
		try(t, "hidden", s.AwaitVisible(ctx, program.Window, false))
	}
	shown := func(how string) {
		t.Helper()
		try(t, how, s.AwaitVisible(ctx, program.Window, true))
		try(t, how, s.AwaitActive(ctx, program.Window))
	}
	hide()
	try(t, "click on the icon", panel.Activate(ctx))
	shown("by the icon")
	hide()
	_, err = s.RunProgram(ctx, nil)
	try(t, "second start", err)
	shown("by a second start")
	try(t, "Settings", panel.Click(ctx, "Settings…"))
	_, err = program.Await(ctx, "the page of settings", func(st presenter.State) bool {
		return st.Page == presenter.PageSettings && st.Settings.Tray
	})
	try(t, "Settings", err)

	// A tray that goes away gives the window back.
	hide()
	try(t, "panel", panel.Close())
	shown("without a tray")
	try(t, "close without a tray", s.CloseWindow(ctx, program.Window))
	if code, err := program.AwaitEnd(ctx); err != nil || code != 0 {
		t.Errorf("it ended with code %d, error %v", code, err)
	}

	// Without a tray it starts with its window, whatever was chosen; and where
	// nothing was chosen, its button ends it in spite of a tray.
	panel, err = s.OpenPanel()
	try(t, "panel", err)
	choose(`{"version":1}`)
	program, err = s.StartProgram(ctx, "--demo")
	try(t, "start", err)
	try(t, "icon", panel.AwaitIcon(ctx))
	try(t, "close", s.CloseWindow(ctx, program.Window))
	if code, err := program.AwaitEnd(ctx); err != nil || code != 0 {
		t.Errorf("it ended with code %d, error %v", code, err)
	}
	choose(`{"version":1,"start_in_tray":true}`)
	program, err = s.StartHidden(ctx, "--demo")
	try(t, "start in the tray", err)
	try(t, "icon", panel.AwaitIcon(ctx))
	began := time.Now()
	try(t, "Quit", panel.Click(ctx, "Quit"))
	if code, err := program.AwaitEnd(ctx); err != nil || code != 0 {
		t.Errorf("it ended with code %d after %v, error %v", code, time.Since(began), err)
	}
}

// TestMuteBus starts the program at a session bus that takes connections and
// says nothing: the window comes all the same, and there is no tray.
func TestMuteBus(t *testing.T) {
	ctx, s := open(t, stage.Options{NoKeychain: true})
	path := filepath.Join(s.Dir, "run", "mute")
	mute, err := net.Listen("unix", path)
	try(t, "mute bus", err)
	defer mute.Close()
	try(t, "settings", os.WriteFile(filepath.Join(s.Config, "settings.json"), []byte(`{"version":1,"start_in_tray":true,"keep_in_tray":true}`), 0o600))
	program, err := s.StartWith(ctx, []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=" + path}, "--demo")
	try(t, "start", err)
	_, err = program.AwaitScreen(ctx, presenter.ScreenSignIn)
	try(t, "the first screen", err)
	try(t, "close", s.CloseWindow(ctx, program.Window))
	if code, err := program.AwaitEnd(ctx); err != nil || code != 0 {
		t.Errorf("it ended with code %d, error %v", code, err)
	}
}
