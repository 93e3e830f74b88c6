package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// askBrowser limits the question for the default browser.
const askBrowser = 5 * time.Second

// DefaultBrowser names the program that would open a web page, without opening
// it; "" where there is one whose name can't be asked for. childEnv is as in
// [Options]. The error wraps ErrNoBrowser.
func DefaultBrowser(ctx context.Context, childEnv func([]string) []string) (string, error) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return "", nil // there always is one
	}
	if _, err := exec.LookPath("xdg-open"); err != nil {
		return "", fmt.Errorf("%w: xdg-open is not installed", ErrNoBrowser)
	}
	if list := os.Getenv("BROWSER"); list != "" {
		return browserOf(list)
	}
	path, err := exec.LookPath("xdg-settings")
	if err != nil {
		return "", nil // xdg-open looks for one by itself
	}
	ctx, cancel := context.WithTimeout(ctx, askBrowser)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "get", "default-web-browser")
	cmd.Env = os.Environ()
	if childEnv != nil {
		cmd.Env = childEnv(cmd.Env)
	}
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	name := strings.TrimSuffix(strings.TrimSpace(string(out)), ".desktop")
	if exit := (*exec.ExitError)(nil); name == "" && (err == nil || errors.As(err, &exit)) {
		return anyBrowser()
	}
	return name, nil
}

// browserOf is the first program of $BROWSER that there is: several are
// separated by colons, and each may have arguments.
func browserOf(list string) (string, error) {
	for _, command := range filepath.SplitList(list) {
		if words := strings.Fields(command); len(words) > 0 {
			if _, err := exec.LookPath(words[0]); err == nil {
				return filepath.Base(words[0]), nil
			}
		}
	}
	return "", fmt.Errorf("%w: $BROWSER names a program that is not there", ErrNoBrowser)
}

// anyBrowser is what xdg-open would find where nobody has chosen a default.
func anyBrowser() (string, error) {
	for _, name := range []string{"x-www-browser", "firefox", "chromium", "chromium-browser", "google-chrome", "epiphany", "www-browser"} {
		if _, err := exec.LookPath(name); err == nil {
			return name, nil
		}
	}
	return "", fmt.Errorf("%w: no default browser is set, and none was found", ErrNoBrowser)
}
