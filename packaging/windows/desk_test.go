package windows_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"app.latchkey/e2e/stage"
)

const (
	loader = "/usr/lib/wine/wine64"
	server = "/usr/lib/wine/wineserver64"
)

// desk is a stage with Windows on it: Wine in a prefix of its own, whose browser
// is the stage's.
type desk struct {
	*stage.Stage
	t        *testing.T
	drive    string // C:
	person   string // runs its arguments without an administrator's rights
	provider *stage.Provider
	files    map[string]bool // that were there before anything was installed
}

// newDesk opens a stage with Windows 10 and the mock provider on it. The test
// ends with no process of Wine's left.
func newDesk(ctx context.Context, t *testing.T) *desk {
	t.Helper()
	dir := t.TempDir()
	prefix := filepath.Join(dir, "prefix")
	s, err := stage.Open(ctx, stage.Options{
		Program: loader, NoKeychain: true, OwnConfig: true,
		Environment: []string{"WINEPREFIX=" + prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml="},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Stage: s, t: t, drive: filepath.Join(prefix, "drive_c")}
	t.Cleanup(func() {
		d.native(context.Background(), server, "-k", "-w")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	d.must(ctx, "wineboot", "-i")
	d.compile(ctx, "prng.c", filepath.Join(d.drive, "windows/system32/bcryptprimitives.dll"), "-shared")
	d.person = filepath.Join(dir, "person.exe")
	d.compile(ctx, "person.c", d.person, "-municode")
	d.must(ctx, "winecfg", "/v", "win10")
	d.provider, err = s.StartProvider(ctx)
	d.try("provider", err)
	config := filepath.Join(d.drive, "users", user(), "AppData/Roaming/Latchkey")
	d.try("configuration", os.MkdirAll(config, 0o700))
	d.try("configuration", os.WriteFile(filepath.Join(config, "providers.toml"), []byte(d.provider.ProvidersTOML), 0o600))
	d.files = d.everything()
	return d
}

// compile compiles a file of testdata for Windows.
func (d *desk) compile(ctx context.Context, source, out string, flags ...string) {
	d.t.Helper()
	arguments := append(flags, "-s", "-o", out, filepath.Join("testdata", source), "-ladvapi32", "-lole32", "-loleaut32")
	if text, err := exec.CommandContext(ctx, "x86_64-w64-mingw32-gcc", arguments...).CombinedOutput(); err != nil {
		d.t.Fatalf("compiling %s: %v\n%s", source, err, text)
	}
}

// user is what Wine calls the user.
func user() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	return "root"
}

func (d *desk) try(what string, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatalf("%s: %v", what, err)
	}
}

// native runs a program of Linux's with the stage's environment. Its output goes
// into a file: Wine's services inherit it, and a pipe would not end before they do.
func (d *desk) native(ctx context.Context, program string, arguments ...string) (code int, out string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	file, err := os.CreateTemp(d.Dir, "output-")
	d.try("output", err)
	defer file.Close()
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Env, cmd.Dir = d.Environment(), d.Dir
	cmd.Stdout, cmd.Stderr = file, file
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		d.t.Fatalf("%s %q: %v", program, arguments, err)
	}
	text, err := os.ReadFile(file.Name())
	d.try("output", err)
	return cmd.ProcessState.ExitCode(), strings.ReplaceAll(string(text), "\r", "")
}

// run runs a program of Windows'. Only the lower 8 bits of its exit code reach
// Linux.
func (d *desk) run(ctx context.Context, arguments ...string) (code int, out string) {
	d.t.Helper()
	return d.native(ctx, loader, arguments...)
}

// must is run where nothing may go wrong.
func (d *desk) must(ctx context.Context, arguments ...string) string {
	d.t.Helper()
	code, out := d.run(ctx, arguments...)
	if code != 0 {
		d.t.Fatalf("%q ended with %d\n%s", arguments, code, out)
	}
	return out
}

// refused runs what must end with one of Windows' error numbers, and say why.
func (d *desk) refused(ctx context.Context, want int, says string, arguments ...string) {
	d.t.Helper()
	code, out := d.run(ctx, arguments...)
	if code != want&0xff || !strings.Contains(out, says) {
		d.t.Errorf("%q ended with %d (want %d), and said %q, without %q", arguments, code, want&0xff, out, says)
	}
}

// path is where a path of Windows' is on Linux.
func (d *desk) path(windows string) string {
	return filepath.Join(d.drive, strings.ReplaceAll(strings.TrimPrefix(windows, `C:\`), `\`, "/"))
}

func (d *desk) exists(windows string) bool {
	_, err := os.Stat(d.path(windows))
	return err == nil
}

// registry reads a value, "" if it is not there.
func (d *desk) registry(ctx context.Context, key, value string) string {
	d.t.Helper()
	code, out := d.run(ctx, "reg", "query", key, "/v", value)
	if code != 0 {
		return ""
	}
	match := regexp.MustCompile(`(?m)^ +` + regexp.QuoteMeta(value) + ` +REG_\w+ +(.*)$`).FindStringSubmatch(out)
	if match == nil {
		d.t.Fatalf("%s %s: %q", key, value, out)
	}
	return match[1]
}

// credentials are the names of what the Credential Manager keeps, as Wine writes
// them down.
func (d *desk) credentials(ctx context.Context) []string {
	d.t.Helper()
	_, out := d.run(ctx, "reg", "query", `HKCU\Software\Wine\Credential Manager`, "/s")
	var names []string
	for _, match := range regexp.MustCompile(`(?m)^.*\\Generic: (.*)$`).FindAllStringSubmatch(out, -1) {
		names = append(names, match[1])
	}
	return names
}

// everything lists the files and folders of C:.
func (d *desk) everything() map[string]bool {
	found := map[string]bool{}
	err := filepath.WalkDir(d.drive, func(path string, _ fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was just removed
		}
		found[strings.TrimPrefix(path, d.drive+"/")] = true
		return err
	})
	d.try("looking through C:", err)
	return found
}

// users are the places of a person's own data, which no removal may touch, and of
// what Windows keeps of any program that ran.
var users = regexp.MustCompile(`^users/[^/]+/AppData/(Roaming/(Latchkey|fyne)|Local/(Latchkey|fyne))(/|$)|^users/[^/]+/(Temp|AppData/Local/Temp)(/|$)|^windows/(temp|Temp)(/|$)`)

// credential is where Wine keeps credentials, and the menu that it copies to the
// desktop.
var wines = regexp.MustCompile(`(?i)credential manager|winemenubuilder|MenuFiles`)

// nothingLeft wants everything to be as it was before, but for what is the
// person's own, which must still be there.
func (d *desk) nothingLeft(ctx context.Context) {
	d.t.Helper()
	d.await(ctx, "the uninstaller's end", func() bool { return len(d.added()) == 0 })
	if left := d.added(); len(left) > 0 {
		d.t.Errorf("left behind: %q", left)
	}
	if !d.exists(`C:\users\` + user() + `\AppData\Roaming\Latchkey\providers.toml`) {
		d.t.Error("the person's own files are gone")
	}
	d.native(ctx, server, "-k", "-w") // it writes the registry when it ends
	for _, name := range []string{"user.reg", "system.reg"} {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(d.drive), name))
		d.try("registry", err)
		var key string
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "[") {
				key = line
			}
			if strings.Contains(strings.ToLower(line), "latchkey") && !wines.MatchString(key) {
				d.t.Errorf("left in the registry: %s: %s", strings.TrimSpace(key), strings.TrimSpace(line))
			}
		}
	}
}

// added lists what was not there before and is not the person's.
func (d *desk) added() []string {
	var added []string
	for path := range d.everything() {
		if !d.files[path] && !users.MatchString(path) {
			added = append(added, path)
		}
	}
	slices.Sort(added)
	return added
}

// await looks until something is true, or for half a minute.
func (d *desk) await(ctx context.Context, what string, ready func() bool) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for !ready() {
		select {
		case <-ctx.Done():
			d.t.Logf("waited in vain for %s", what)
			return
		case <-ticker.C:
		}
	}
}
