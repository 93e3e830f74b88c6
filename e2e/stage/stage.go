// Package stage is where the whole program is tried: a virtual display with a
// window manager, a private D-Bus session with an unlocked keychain, the mock
// provider as a process of its own, the real program, and a real browser that
// is driven as a person would drive it.
//
// Everything on the stage lives in one temporary folder and in processes that
// the stage started; nothing of the user's own session (bus, keychain, display,
// browser profile, settings) is read or written. [Stage.Close] ends all of it
// and reports a process that would not go.
//
// The stage is Linux only and needs Xvfb, openbox, dbus-daemon,
// gnome-keyring-daemon, chromium, xdotool, xprop, xwininfo and xdg-open;
// tools/setup.sh installs them. It knows the program by its command line, its
// trace and its window, never by its insides.
package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/target"
)

// Options say what is put on the stage.
type Options struct {
	// Program and MockProvider are the paths of the two binaries. Empty: those
	// that `make build` leaves in the repository's folder build.
	Program      string
	MockProvider string
	// NoKeychain leaves the keychain away: there is a bus, and nobody on it
	// keeps secrets.
	NoKeychain bool
	// Environment is what every process sees beside the stage's own.
	Environment []string
	// OwnConfig has the program keep its files where it does for a user, not in
	// the stage's Config.
	OwnConfig bool
}

// Stage is a virtual desktop with everything a sign-in needs. It is not for use
// by several goroutines.
type Stage struct {
	Dir     string // everything lives below it; removed by Close
	Config  string // the configuration folder for Program (--config)
	Display string // ":99"
	Bus     string // D-Bus address

	options   Options
	processes []*process  // in the order of their start
	starts    int         // programs started, which numbers their traces
	taken     []target.ID // pages of the browser that were taken over
	pages     []*Page
}

// Open builds the stage. The caller must Close it, also when ctx has ended.
func Open(ctx context.Context, options Options) (_ *Stage, err error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	if err := checkCommands(); err != nil {
		return nil, err
	}
	// The path of a Unix socket may be 107 bytes long: keep it short.
	dir, err := os.MkdirTemp("", "latchkey-stage-")
	if err != nil {
		return nil, fmt.Errorf("making the stage's folder: %w", err)
	}
	s := &Stage{Dir: dir, Config: filepath.Join(dir, "config"), options: options}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	for _, name := range []string{"home", "run", "fb", "browser", "log", "config"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, fmt.Errorf("making the stage's folder: %w", err)
		}
	}
	if err := s.startDisplay(ctx); err != nil {
		return nil, err
	}
	if err := s.startBus(ctx); err != nil {
		return nil, err
	}
	if !options.NoKeychain {
		if err := s.startKeychain(ctx); err != nil {
			return nil, err
		}
	}
	return s, s.installBrowser()
}

// Close ends every process of the stage, the last started first, and removes
// its folder. It returns an error when a process had to be found by its mark,
// because then something was started that nobody would have ended.
func (s *Stage) Close() error {
	for _, page := range s.pages {
		page.Leave()
	}
	for _, p := range slices.Backward(s.processes) {
		p.stop()
	}
	s.stopBrowser()
	left := killLeftovers(s.mark())
	errRemove := os.RemoveAll(s.Dir)
	if len(left) > 0 {
		return fmt.Errorf("processes were left behind: %s", strings.Join(left, "; "))
	}
	return errRemove
}

// Log returns what a process of the stage wrote; of the program, its log too.
func (s *Stage) Log(name string) string {
	text, _ := os.ReadFile(s.logPath(name)) //nolint:errcheck // no log, no text
	if name == "latchkey" {
		log, _ := os.ReadFile(filepath.Join(s.Config, "logs", "latchkey.log")) //nolint:errcheck // likewise
		text = append(text, log...)
	}
	return string(text)
}

func (s *Stage) logPath(name string) string { return filepath.Join(s.Dir, "log", name+".log") }

// mark is the environment variable by which every process of this stage can be
// told from all others, however it was started.
func (s *Stage) mark() string { return "LATCHKEY_STAGE=" + s.Dir }

// Environment is what every process on the stage sees: nothing of the user's
// session, no proxy, a fixed language.
func (s *Stage) Environment() []string {
	home := filepath.Join(s.Dir, "home")
	appearance := "light"
	if s.starts > 1 {
		appearance = "dark" // so that pictures of a second start show the other one
	}
	return append([]string{
		s.mark(),
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + home,
		"XDG_RUNTIME_DIR=" + filepath.Join(s.Dir, "run"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"),
		"XDG_DATA_HOME=" + filepath.Join(home, ".local/share"),
		"XDG_CACHE_HOME=" + filepath.Join(home, ".cache"),
		"XDG_STATE_HOME=" + filepath.Join(home, ".local/state"),
		"LANG=C.UTF-8",
		"DISPLAY=" + s.Display,
		"DBUS_SESSION_BUS_ADDRESS=" + s.Bus,
		"BROWSER=" + s.browserWrapper(),
		"FYNE_THEME=" + appearance,
		"LIBGL_ALWAYS_SOFTWARE=1",
		"NO_AT_BRIDGE=1",
		"GORACE=halt_on_error=1 exitcode=66", // of a build that looks for data races
	}, s.options.Environment...)
}

// complete fills in the paths of the binaries and checks that they are there.
func (o *Options) complete() error {
	for path, name := range map[*string]string{&o.Program: "latchkey", &o.MockProvider: "mockprovider"} {
		if *path == "" {
			built, err := Built()
			if err != nil {
				return err
			}
			*path = filepath.Join(built, name)
		}
		if _, err := os.Stat(*path); err != nil {
			return fmt.Errorf("%s is not built (make e2e builds it): %w", name, err)
		}
	}
	return nil
}

// Built is the folder of the programs that are tried: build, or the one that
// LATCHKEY_BUILT names.
func Built() (string, error) {
	if dir := os.Getenv("LATCHKEY_BUILT"); dir != "" {
		return dir, nil
	}
	root, err := repository()
	return filepath.Join(root, "build"), err
}

// repository finds the folder of go.mod above the working directory.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("finding the repository: no go.mod above the working directory")
		}
		dir = parent
	}
}
