package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Downloads is the folder into which the person's programs put what they save:
// the system's own, wherever the person has it; where that is not there, the
// home folder.
func Downloads() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the home folder: %w", err)
	}
	for _, dir := range []string{systemDownloads(home), filepath.Join(home, "Downloads"), home} {
		if info, err := os.Stat(dir); dir != "" && err == nil && info.IsDir() {
			return dir, nil
		}
	}
	return "", errors.New("there is neither a folder for downloads nor a home folder")
}
