// What make test tries of the package. It costs seconds.
package deb_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"app.latchkey/e2e/mainjob"
	"app.latchkey/e2e/stage"
	"app.latchkey/packaging/trial"
)

// deb is the package to look at.
func deb(t *testing.T) string {
	t.Helper()
	file := os.Getenv("LATCHKEY_DEB")
	if file == "" {
		t.Skip("NOT RUN: LATCHKEY_DEB names no package; make test-deb makes one and runs this")
	}
	return file
}

func TestContents(t *testing.T) {
	file := deb(t)
	name, id := trial.Value(t, "PACKAGE"), trial.Value(t, "ID")
	root := t.TempDir()
	trial.Run(t, "dpkg-deb", "--extract", file, root)
	want := []string{
		"usr/bin/" + name,
		"usr/share/applications/" + id + ".desktop",
		"usr/share/metainfo/" + id + ".metainfo.xml",
		"usr/share/man/man1/" + name + ".1.gz",
		"usr/share/doc/" + name + "/copyright",
		"usr/share/doc/" + name + "/changelog.gz",
		"usr/share/icons/hicolor/scalable/apps/" + id + ".svg",
	}
	for _, size := range []string{"16", "24", "32", "48", "64", "128", "256", "512"} {
		want = append(want, "usr/share/icons/hicolor/"+size+"x"+size+"/apps/"+id+".png")
	}
	got := make(map[string]bool)
	for _, path := range trial.Files(t, root) {
		if !strings.HasSuffix(path, "/") {
			got[path] = true
		}
	}
	for _, path := range want {
		if !got[path] {
			t.Errorf("%s is not in the package", path)
		}
		delete(got, path)
	}
	for path := range got {
		t.Errorf("%s is in the package, and nobody knows why", path)
	}
	for line := range strings.Lines(trial.Run(t, "dpkg-deb", "--contents", file)) {
		if !strings.Contains(line, " root/root ") {
			t.Errorf("not root's: %s", line)
		}
	}
}

// TestOldestLibc: the package asks for the C library whose symbols the program
// needs, so that a system too old for it says so before installing.
func TestOldestLibc(t *testing.T) {
	file := deb(t)
	root := t.TempDir()
	trial.Run(t, "dpkg-deb", "--extract", file, root)
	program := filepath.Join(root, "usr/bin", trial.Value(t, "PACKAGE"))
	glibc := strings.TrimSpace(trial.Run(t, "bash", "-c", `. packaging/linux/lib.sh; oldest_glibc "$0"`, program))
	if !regexp.MustCompile(`^2\.[0-9]+$`).MatchString(glibc) {
		t.Fatalf("the oldest C library is %q", glibc)
	}
	if system, err := os.ReadFile("/etc/os-release"); err == nil && strings.Contains(string(system), "=bookworm") {
		readme, err := os.ReadFile("../README.md")
		if err != nil || !strings.Contains(string(readme), "made on Debian 12 they ask for glibc "+glibc+" ") {
			t.Errorf("packaging/README.md does not say that the oldest C library is glibc %s, error = %v", glibc, err)
		}
	}
	depends := trial.Run(t, "dpkg-deb", "--field", file, "Depends")
	for _, one := range []string{"libc6 (>= " + glibc + ")", "libgl1", "libwayland-client0", "libx11-6"} {
		if !strings.Contains(depends, one) {
			t.Errorf("Depends: %s lacks %s", depends, one)
		}
	}
}

// TestManual: each flag of the program is in the manual, and no other.
func TestManual(t *testing.T) {
	file := deb(t)
	root := t.TempDir()
	trial.Run(t, "dpkg-deb", "--extract", file, root)
	name := trial.Value(t, "PACKAGE")
	help, _ := exec.Command(filepath.Join(root, "usr/bin", name), "--help").CombinedOutput()
	manual := trial.Run(t, "gzip", "-dc", filepath.Join(root, "usr/share/man/man1", name+".1.gz"))
	options, _, _ := strings.Cut(manual, ".SH FILES")
	options = strings.ReplaceAll(options, `\-`, "-")
	flags := make(map[string]bool)
	for _, match := range regexp.MustCompile(`(?m)^  -([a-z-]+)`).FindAllStringSubmatch(string(help), -1) {
		flags[match[1]] = true
	}
	if len(flags) == 0 {
		t.Fatalf("the program's --help names no flag: %s", help)
	}
	for flag := range flags {
		if !strings.Contains(options, "--"+flag) {
			t.Errorf("the manual says nothing of --%s", flag)
		}
	}
	for _, match := range regexp.MustCompile(`--([a-z][a-z-]+)`).FindAllStringSubmatch(options, -1) {
		if !flags[match[1]] {
			t.Errorf("the manual tells of --%s, which the program does not know", match[1])
		}
	}
}

func TestRefused(t *testing.T) {
	trial.Refused(t, []string{"missing: no-such-command other-command. Install with: apt-get install some-package other-package"},
		"bash", "-c", ". packaging/linux/lib.sh; need sh dash no-such-command some-package other-command other-package")
	trial.Refused(t, []string{"1.x", "MAJOR.MINOR.PATCH"}, "LATCHKEY_VERSION=1.x", "packaging/deb/make.sh", t.TempDir())
}

// TestInstall installs the package on this machine, starts it from its menu
// entry, signs in with it and removes it.
func TestInstall(t *testing.T) {
	file := deb(t)
	trial.NeedRoot(t, "test")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install(ctx, t, file)
	signIn(ctx, t, file)
}

// install installs the package and removes it when the test ends. It leaves
// a package that somebody else installed alone.
func install(ctx context.Context, t *testing.T, file string) {
	t.Helper()
	name := trial.Value(t, "PACKAGE")
	if out, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f=${db:Status-Status}", name).Output(); err == nil && string(out) != "not-installed" {
		t.Skipf("NOT RUN: %s is installed already (%s): this test would replace and remove it", name, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("dpkg", "--force-unsafe-io", "--purge", name).CombinedOutput(); err != nil {
			t.Errorf("removing the package: %v\n%s", err, out)
		}
		for _, path := range []string{"/usr/bin/" + name, menuEntry(t), "/usr/share/doc/" + name} {
			if _, err := os.Stat(path); err == nil {
				t.Errorf("%s is left after the package was removed", path)
			}
		}
	})
	trial.Run(t, "dpkg", "--force-unsafe-io", "--install", file)
}

func menuEntry(t *testing.T) string {
	return "/usr/share/applications/" + trial.Value(t, "ID") + ".desktop"
}

// readEntry reads the installed menu entry.
func readEntry(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(menuEntry(t))
	if err != nil {
		t.Fatal(err)
	}
	entry := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		entry[key] = value
	}
	return entry
}

// signIn starts the installed program from its menu entry, with nothing but the
// configuration a user would have, and plays a sign-in. Before it ends the
// package is installed again, over the running program.
func signIn(ctx context.Context, t *testing.T, file string) {
	t.Helper()
	entry := readEntry(t)
	s, err := stage.Open(ctx, stage.Options{Program: "/usr/bin/" + entry["Exec"]})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	try := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	provider, err := s.StartProvider(ctx)
	try("provider", err)
	config := filepath.Join(s.Dir, "home/.config", trial.Value(t, "PACKAGE"))
	try("configuration", os.MkdirAll(config, 0o700))
	try("configuration", os.WriteFile(filepath.Join(config, "providers.toml"), []byte(provider.ProvidersTOML), 0o600))

	window, err := s.Launch(ctx, menuEntry(t), entry["Name"])
	try("start from the menu entry", err)
	if got, err := s.Class(ctx, window); err != nil || got != entry["StartupWMClass"] {
		t.Errorf("the window's class is %q, error = %v; the menu entry says %q", got, err, entry["StartupWMClass"])
	}
	try("Enter", s.Press(ctx, window, "Return"))
	page, err := s.Page(ctx)
	try("browser", err)
	try("choose", page.Click(ctx, mainjob.Ada.Element))
	trial.Run(t, "dpkg", "--force-unsafe-io", "--install", file)
	try("allow", page.Click(ctx, "#allow"))
	try("verdict", page.Await(ctx, "main#latchkey[data-verdict=success]"))
	if items, err := s.KeychainItems(ctx); err != nil || len(items) != 1 {
		t.Errorf("the keychain holds %q, error = %v", items, err)
	}
	try("quit", s.Press(ctx, window, "ctrl+q"))
	try("end", s.AwaitGone(ctx, window))
}
