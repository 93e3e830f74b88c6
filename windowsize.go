package main

import (
	"log/slog"

	"app.latchkey/app"
	"app.latchkey/settings"
)

// rememberedSize is the window's size when it was closed the last time.
func rememberedSize(dirs *settings.Settings) app.Size {
	width, height := dirs.WindowSize()
	return app.Size{Width: width, Height: height}
}

func rememberSize(dirs *settings.Settings, size app.Size, log *slog.Logger) {
	if size == (app.Size{}) {
		return // it was never shown
	}
	if err := dirs.SetWindowSize(size.Width, size.Height); err != nil {
		log.Warn("the window will have another size", "error", err.Error())
	}
}
