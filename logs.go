package main

import (
	"log/slog"
	"os"
	"runtime"

	"app.latchkey/app/logs"
)

// openLog opens the log in dir. A terminal shows it too.
func openLog(dir string, v vendor) *logs.Log {
	c := logs.Config{Dir: dir, Fallback: os.Stderr}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		c.Screen = os.Stderr
	}
	l := logs.Open(c)
	slog.SetDefault(l.Logger()) // Fyne's complaints come here
	l.Logger().Info("started", "version", v.Version, "go", runtime.Version(), "system", runtime.GOOS+"/"+runtime.GOARCH)
	return l
}

// crashDir is the folder with the report of the last crash, "" without one.
func crashDir(l *logs.Log) string {
	if _, ok := l.Crash(); ok {
		return l.Dir()
	}
	return ""
}
