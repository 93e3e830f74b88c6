package settings

import (
	"os"
	"path/filepath"
	"runtime"
)

// LogDir is where the program keeps its log: the folder that the system has for
// logs, or logs in a directory that the caller named. Open does not make it: a
// program without a log works.
func (s *Settings) LogDir() string { return s.logs }

// locateLogs finds the folder by the system's custom: $XDG_STATE_HOME (XDG Base
// Directory Specification 0.8), ~/Library/Logs, %LOCALAPPDATA%. Without a home
// it is "".
func locateLogs(name string) string {
	home, err := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		local, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		return filepath.Join(local, name, "Logs")
	case "darwin":
		if err != nil {
			return ""
		}
		return filepath.Join(home, "Library", "Logs", name)
	}
	// A relative path counts as none.
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, name)
	}
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state", name)
}
