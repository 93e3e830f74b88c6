package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Downloads is the folder into which the person's programs put what they save:
// the system's own, wherever the person has it; where that is not there, the
// home folder. Inside a Flatpak, which sees neither, it is the program's own
// folder of data: what is written to the home folder there is lost.
func Downloads() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the home folder: %w", err)
	}
	for _, dir := range []string{systemDownloads(home), filepath.Join(home, "Downloads"), sandbox(), home} {
		if info, err := os.Stat(dir); dir != "" && err == nil && info.IsDir() {
			return dir, nil
		}
	}
	return "", errors.New("there is neither a folder for downloads nor a home folder")
}

// sandbox is the folder that a Flatpak keeps and the person can see; "" outside
// of one.
func sandbox() string {
	if os.Getenv("FLATPAK_ID") == "" {
		return ""
	}
	return os.Getenv("XDG_DATA_HOME")
}
