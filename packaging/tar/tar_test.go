package tar_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"app.latchkey/packaging/trial"
)

// hard is a name of a folder that a script must quote everywhere: with spaces,
// umlauts, and what shells and menu entries treat as special. (GLib finds no
// program whose path holds a %, however it is written.)
const hard = "Jörg Müller's $new \"home\""

// unpack unpacks the archive that a variable names and returns its only folder.
func unpack(t *testing.T, variable string) string {
	t.Helper()
	file := os.Getenv(variable)
	if file == "" {
		t.Skipf("NOT RUN: %s names no archive; make test-packages makes one", variable)
	}
	dir := filepath.Join(t.TempDir(), "Meine Übungen")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	trial.Run(t, "tar", "-C", dir, "-xJf", file)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || !entries[0].IsDir() {
		t.Fatalf("the archive holds %v, error = %v; want one folder", entries, err)
	}
	return filepath.Join(dir, entries[0].Name())
}

// TestUser installs for one person, without rights, below a home folder of a
// hard name; signs in; upgrades, and removes, while the program runs.
func TestUser(t *testing.T) {
	archive := os.Getenv("LATCHKEY_TAR")
	next, old := unpack(t, "LATCHKEY_TAR"), unpack(t, "LATCHKEY_TAR_PREVIOUS")
	report := trial.NewReport(t, archive)
	name, id := trial.Value(t, "PACKAGE"), trial.Value(t, "ID")
	home := filepath.Join(t.TempDir(), hard)
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	install := func(from string, arguments ...string) string {
		t.Helper()
		return trial.Run(t, append([]string{"HOME=" + home, filepath.Join(from, "install.sh")}, arguments...)...)
	}
	before := trial.Files(t, home)
	install(old)
	entry := filepath.Join(home, ".local/share/applications", id+".desktop")
	trial.Run(t, "desktop-file-validate", entry)
	report.Tried("installed for one user, in a folder with spaces and umlauts")

	person := trial.NewPerson(t, "tar", filepath.Join(home, ".local/bin", name))
	person.StartsFromMenu(entry)
	person.SignsIn()
	report.Tried("started from its menu entry, signed in")
	install(next)
	person.Refreshes()
	person.Quits()
	person.IsStillSignedIn()
	report.Tried("upgraded while it ran, still signed in")

	trial.Refused(t, []string{"newer than", "--older"}, "HOME="+home, filepath.Join(old, "install.sh"))
	install(old, "--older")
	install(next)
	report.Tried("older version refused without --older")

	left := filepath.Join(home, ".local/share", name, "install.sh")
	out := trial.Run(t, "HOME="+home, left, "--uninstall")
	if !strings.Contains(out, "rm -r ~/.config/"+name) {
		t.Errorf("uninstalling does not say what is left: %s", out)
	}
	person.Refreshes()
	person.Quits()
	person.KeepsWhatIsTheirs()
	if left := trial.Added(before, trial.Files(t, home)); len(left) > 0 {
		t.Errorf("left after it was uninstalled: %q", left)
	}
	report.Tried("uninstalled while it ran, nothing left but the user's data")

	system(t, next)
	report.Tried("for everybody below DESTDIR")
	refused(t, next)
	report.Tried("refused without rights")
}

// system installs for everybody, into a folder that stands for another
// computer's root, beside what is there already.
func system(t *testing.T, from string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "another computer")
	theirs := filepath.Join(root, "usr/local/bin/theirs")
	if err := os.MkdirAll(filepath.Dir(theirs), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(theirs, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	before := trial.Files(t, root)
	script := filepath.Join(from, "install.sh")
	trial.Run(t, "DESTDIR="+root, script, "--system")
	name, id := trial.Value(t, "PACKAGE"), trial.Value(t, "ID")
	entry, err := os.ReadFile(filepath.Join(root, "usr/local/share/applications", id+".desktop"))
	if err != nil || !strings.Contains(string(entry), "\nExec=\"/usr/local/bin/"+name+"\"\n") {
		t.Errorf("the menu entry does not start /usr/local/bin/%s: %s%v", name, entry, err)
	}
	trial.Run(t, "DESTDIR="+root, script, "--system", "--uninstall")
	if after := trial.Files(t, root); !slices.Equal(after, before) {
		t.Errorf("left after it was uninstalled: %q, lost: %q", trial.Added(before, after), trial.Added(after, before))
	}
}

// refused are the mistakes that must change nothing and say what to do.
func refused(t *testing.T, from string) {
	t.Helper()
	script := filepath.Join(from, "install.sh")
	trial.Refused(t, []string{"PREFIX must begin with a slash"}, "PREFIX=here", script)
	trial.Refused(t, []string{"what is --everywhere?"}, script, "--everywhere")
	trial.Refused(t, []string{"is not installed in"}, "PREFIX="+t.TempDir(), script, "--uninstall")
	if os.Getuid() == 0 { // whoever is nobody may write nowhere; others may just as little write in /usr/local
		place := t.TempDir()
		for dir := place; dir != os.TempDir(); dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		trial.Run(t, "cp", "-a", from, place)
		script = filepath.Join(place, filepath.Base(from), "install.sh")
		trial.Refused(t, []string{"you may not change /usr/local", "sudo"},
			"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", script, "--system")
	} else {
		trial.Refused(t, []string{"you may not change /usr/local", "sudo"}, script, "--system")
	}
	if err := os.Remove(filepath.Join(from, "bin", trial.Value(t, "PACKAGE"))); err != nil {
		t.Fatal(err)
	}
	trial.Refused(t, []string{"not whole"}, "PREFIX="+t.TempDir(), filepath.Join(from, "install.sh"))
}
