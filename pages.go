package main

import (
	"log/slog"
	"runtime/debug"

	"app.latchkey/app"
	"app.latchkey/app/presenter"
	"app.latchkey/auth/backchannel"
	"app.latchkey/settings"
)

// commit is what the program was built from (-ldflags "-X main.commit=…").
var commit string

// addPages gives the presenter what the pages of settings and about need.
func addPages(c *presenter.Config, o options, v vendor, dirs *settings.Settings, window *app.Window, erase *eraser, log *slog.Logger) {
	newest, err := newUpdates(updateAddress, v.Version, dirs.CacheDir(), backchannel.Options{UserAgent: v.Name + "/" + v.Version})
	if err != nil {
		log.Warn("nobody looks for updates", "error", err.Error())
	}
	c.Preferences, c.Eraser, c.Updates = dirs, erase, newest.port()
	c.CanDemo = !o.demo && len(configured(v, dirs)) > 0
	c.Build = presenter.Build{Name: v.Name, Version: v.Version, Number: v.Build, Commit: builtFrom()}
	c.LogDir, c.OpenURL, c.Quit = dirs.LogDir(), window.OpenURL, window.Close
}

// builtFrom is the commit, if it is known.
func builtFrom() string {
	if info, ok := debug.ReadBuildInfo(); ok && commit == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return commit
}
