package rpm_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"app.latchkey/packaging/trial"
)

// TestRoot installs the package with rpm into a folder as its root. That shows
// its files, scripts and versions; the libraries are this system's, so what it
// requires is compared by name only.
func TestRoot(t *testing.T) {
	file, previous := os.Getenv("LATCHKEY_RPM"), os.Getenv("LATCHKEY_RPM_PREVIOUS")
	if file == "" || previous == "" {
		t.Skip("NOT RUN: LATCHKEY_RPM and LATCHKEY_RPM_PREVIOUS name no packages; make test-packages makes them")
	}
	trial.NeedRoot(t, "test-packages")
	report := trial.NewReport(t, file)
	name, version := trial.Value(t, "PACKAGE"), trial.Value(t, "VERSION")
	requires(t, file, name)
	report.Tried("requires every library")

	root := t.TempDir()
	rpm := func(arguments ...string) []string {
		return append([]string{"rpm", "--root", root}, arguments...)
	}
	trial.Run(t, rpm("--initdb")...)
	before := trial.Files(t, root, "var/lib/rpm", "usr/lib/sysimage")
	trial.Run(t, rpm("--nodeps", "--install", previous)...)
	trial.Run(t, rpm("--nodeps", "--verify", name)...)
	report.Tried("installed below another root")

	person := trial.NewPerson(t, "rpm", filepath.Join(root, "usr/bin", name))
	person.SignsIn()
	report.Tried("signed in")
	trial.Run(t, rpm("--nodeps", "--upgrade", file)...)
	if got := trial.Run(t, rpm("-q", "--qf", "%{VERSION}", name)...); got != version {
		t.Errorf("version %s is installed, want %s", got, version)
	}
	person.Refreshes()
	person.Quits()
	person.IsStillSignedIn()
	report.Tried("upgraded while it ran, still signed in")

	trial.Refused(t, []string{"newer than", "already installed"}, rpm("--nodeps", "--upgrade", previous)...)
	trial.Run(t, rpm("--nodeps", "--upgrade", "--oldpackage", previous)...)
	trial.Run(t, rpm("--nodeps", "--upgrade", file)...)
	report.Tried("older version refused without --oldpackage")

	out := trial.Run(t, rpm("--erase", name)...)
	if !strings.Contains(out, "rm -r ~/.config/"+name) {
		t.Errorf("removing it does not say what is left: %q", out)
	}
	person.Refreshes()
	person.Quits()
	person.KeepsWhatIsTheirs()
	// Folders that are the system's, such as /usr/bin, stay: the package does not
	// own them.
	left := slices.DeleteFunc(trial.Added(before, trial.Files(t, root, "var/lib/rpm", "usr/lib/sysimage")), func(path string) bool {
		return strings.HasSuffix(path, "/") && !strings.Contains(path, name)
	})
	if len(left) > 0 {
		t.Errorf("left after it was removed: %q", left)
	}
	report.Tried("removed while it ran, nothing left but the user's data")
}

// requires compares what the package requires with what its program needs.
func requires(t *testing.T, file, name string) {
	t.Helper()
	got := trial.Run(t, "rpm", "-qp", "--requires", file)
	libraries := trial.Run(t, "bash", "-c", `. packaging/linux/lib.sh; libraries build/latchkey`)
	for library := range strings.Lines(libraries) {
		if want := strings.TrimSpace(library) + "()(64bit)\n"; !strings.Contains(got, want) {
			t.Errorf("the package does not require %s", want)
		}
	}
	glibc := strings.TrimSpace(trial.Run(t, "bash", "-c", `. packaging/linux/lib.sh; oldest_glibc build/latchkey`))
	if !strings.Contains(got, "libc.so.6(GLIBC_"+glibc+")(64bit)\n") {
		t.Errorf("the package does not require glibc %s", glibc)
	}
	if provides := trial.Run(t, "rpm", "-qp", "--provides", file); !strings.Contains(provides, name+" = ") {
		t.Errorf("the package provides %s", provides)
	}
}
