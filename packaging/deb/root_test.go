// What make test-packages tries of the package, in a Debian with nothing in it.
package deb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/packaging/trial"
)

// notFiles is what installing any package changes in a system.
var notFiles = []string{"var/lib/dpkg", "var/lib/apt", "var/log", "var/cache", "tmp", "proc", "sys", "dev", "run"}

// TestCleanRoot: apt alone, told nothing but the package, makes a clean Debian
// one in which the program signs in; an upgrade keeps the sign-in; removal
// leaves nothing of the package, and says what is the user's.
func TestCleanRoot(t *testing.T) {
	file, previous := deb(t), os.Getenv("LATCHKEY_DEB_PREVIOUS")
	if previous == "" {
		t.Skip("NOT RUN: LATCHKEY_DEB_PREVIOUS names no older package; make test-packages makes one")
	}
	trial.NeedRoot(t, "test-packages")
	report := trial.NewReport(t, file)
	name, id, version := trial.Value(t, "PACKAGE"), trial.Value(t, "ID"), trial.Value(t, "VERSION")
	program := "/usr/bin/" + name
	root := trial.NewRoot(t)
	for from, to := range map[string]string{file: "new.deb", previous: "old.deb"} {
		trial.Run(t, "cp", from, filepath.Join(root.Dir, "root", to))
	}

	// Its dependencies, and nothing that is only recommended.
	root.Run("apt-get", "install", "--yes", "--no-install-recommends", "/root/old.deb")
	libraries := trial.Run(t, "bash", "-c", `. packaging/linux/lib.sh; libraries "$0"`, filepath.Join(root.Dir, program))
	found := root.Run("/sbin/ldconfig", "-p")
	for library := range strings.Lines(libraries) {
		if !strings.Contains(found, "\t"+strings.TrimSpace(library)+" ") {
			t.Errorf("%s, which the program needs, is not there after apt installed what the package depends on", strings.TrimSpace(library))
		}
	}
	if out := root.Run("ldd", program); strings.Contains(out, "not found") {
		t.Errorf("libraries are missing:\n%s", out)
	}
	release := strings.TrimSpace(root.Run("sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"))
	report.Tried("installed by apt in a clean " + release)
	root.Run("apt-get", "install", "--yes", "--no-install-recommends", "xdg-utils") // which it recommends; no font: the program brings its own

	person := trial.NewPerson(t, "deb", root.Command(program)...)
	root.BrowserOutside(person)
	person.SignsIn()
	report.Tried("signed in")
	root.Run("dpkg", "--install", "/root/new.deb")
	if got := root.Run("dpkg-query", "-W", "-f=${Version}", name); got != version {
		t.Errorf("version %s is installed, want %s", got, version)
	}
	person.Refreshes()
	person.Quits()
	person.IsStillSignedIn()
	report.Tried("upgraded while it ran, still signed in")

	out := root.Run("dpkg", "--install", "/root/old.deb")
	if !strings.Contains(out, "downgrading") {
		t.Errorf("dpkg installs an older version and says nothing of it:\n%s", out)
	}
	person.Refreshes()
	person.Quits()
	person.IsStillSignedIn()
	root.Run("dpkg", "--install", "/root/new.deb")
	report.Tried("downgraded with dpkg's warning")

	owned := strings.Split(strings.TrimSpace(root.Run("dpkg", "-L", name)), "\n")
	out = root.Run("dpkg", "--purge", name)
	for _, words := range []string{"~/.config/" + name, "~/.cache/" + name, "keychain", "rm -r"} {
		if !strings.Contains(out, words) {
			t.Errorf("removing the package says nothing of %s:\n%s", words, out)
		}
	}
	person.Refreshes()
	person.Quits()
	person.KeepsWhatIsTheirs()
	for _, path := range trial.Files(t, root.Dir, notFiles...) {
		if strings.Contains(filepath.Base(path), name) || strings.Contains(path, id) {
			t.Errorf("%s is left after the package was removed", path)
		}
	}
	for _, path := range owned {
		info, err := os.Lstat(filepath.Join(root.Dir, path))
		if err == nil && !info.IsDir() {
			t.Errorf("%s is left after the package was removed", path)
		}
	}
	report.Tried("removed while it ran, nothing left but the user's data")

	refusedWithoutRights(t, root)
	report.Tried("refused without rights")
}

// refusedWithoutRights: dpkg says that it needs root, and changes nothing.
func refusedWithoutRights(t *testing.T, root *trial.Root) {
	t.Helper()
	root.Run("cp", "/root/new.deb", "/var/new.deb")
	out, err := root.Try("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "dpkg", "--install", "/var/new.deb")
	if err == nil || !strings.Contains(out, "superuser privilege") {
		t.Errorf("dpkg without rights: %v\n%s", err, out)
	}
	if _, err := root.Try("dpkg-query", "-W", "-f=${db:Status-Status}", trial.Value(t, "PACKAGE")); err == nil {
		t.Error("the package is known after it was refused")
	}
}
