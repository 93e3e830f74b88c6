// The finished installers are tried under Wine: `make test-packages`.
package windows_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"app.latchkey/packaging/trial"
)

const (
	uninstallKey = `Software\Microsoft\Windows\CurrentVersion\Uninstall\app.latchkey.Latchkey`

	// Windows' numbers of errors.
	accessDenied     = 5
	sharingViolation = 32
	needsElevation   = 740
	oldWinVersion    = 1150
	productVersion   = 1638
	installFailure   = 1603
	badCommandLine   = 1639
)

// installers are those of this version and those of an older one.
type installers struct{ setup, msi, zip, version, oldSetup, oldMSI, oldVersion string }

// open finds the installers and makes a desk for them.
func open(t *testing.T) (context.Context, *desk, installers) {
	t.Helper()
	dir, older := os.Getenv("LATCHKEY_WINDOWS"), os.Getenv("LATCHKEY_WINDOWS_OLDER")
	if dir == "" || older == "" {
		t.Skip("LATCHKEY_WINDOWS and LATCHKEY_WINDOWS_OLDER name no folders: make test-packages makes installers and runs this")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	var i installers
	i.setup, i.version = only(t, dir, "-setup.exe")
	i.msi, _ = only(t, dir, ".msi")
	i.zip, _ = only(t, dir, "-portable.zip")
	i.oldSetup, i.oldVersion = only(t, older, "-setup.exe")
	i.oldMSI, _ = only(t, older, ".msi")
	return ctx, newDesk(ctx, t), i
}

// only is the one file of a folder with an ending, and the version in its name.
func only(t *testing.T, dir, ending string) (path, version string) {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(dir, "*_windows_amd64"+ending)) // the pattern is well formed
	if len(found) != 1 {
		t.Fatalf("%s holds %q, want one *%s", dir, found, ending)
	}
	return found[0], strings.Split(filepath.Base(found[0]), "_")[1]
}

// TestSetup is what a person does who has no administrator's rights.
func TestSetup(t *testing.T) {
	ctx, d, i := open(t)
	report := trial.NewReport(t, i.setup)
	dir := `C:\users\` + user() + `\AppData\Local\Programs\Latchkey`
	program, uninstall := dir+`\latchkey.exe`, dir+`\uninstall.exe`
	menu := `C:\users\` + user() + `\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Latchkey.lnk`
	here := func(version string) {
		t.Helper()
		if got := d.registry(ctx, `HKCU\`+uninstallKey, "DisplayVersion"); got != version {
			t.Errorf("the list of programs says version %q, want %q", got, version)
		}
		if !d.exists(menu) {
			t.Error("there is no entry in the start menu")
		}
	}

	d.must(ctx, d.person, i.oldSetup, "/S")
	here(i.oldVersion)
	report.Tried("installed for one person without an administrator's rights")
	if got := d.registry(ctx, `HKLM\`+uninstallKey, "DisplayVersion"); got != "" {
		t.Error("it was installed for everybody")
	}
	p := d.start(ctx, program, i.oldVersion)
	d.signIn(ctx, p)
	report.Tried("signed in, token in the Credential Manager")
	d.refused(ctx, sharingViolation, "is running", i.setup, "/S")
	d.refused(ctx, sharingViolation, "is running", uninstall, "/S", "_?="+dir)
	here(i.oldVersion)
	d.quit(ctx, p)
	report.Tried("neither replaced nor removed while it ran")
	d.quit(ctx, d.again(ctx, program, i.oldVersion))
	report.Tried("started again without a browser")

	d.must(ctx, i.setup, "/S")
	here(i.version)
	d.quit(ctx, d.again(ctx, program, i.version))
	report.Tried("upgraded from " + i.oldVersion + " and still signed in")
	d.refused(ctx, productVersion, i.version+" is installed, which is newer", i.oldSetup, "/S")
	here(i.version)
	d.must(ctx, i.oldSetup, "/S", "/DOWNGRADE")
	here(i.oldVersion)
	report.Tried("an older version only on demand")
	d.must(ctx, i.setup, "/S")

	d.must(ctx, d.person, uninstall, "/S")
	d.nothingLeft(ctx)
	report.Tried("removed with nothing left")
}

// TestSetupForEverybody is what an administrator does, to a folder of their own.
func TestSetupForEverybody(t *testing.T) {
	ctx, d, i := open(t)
	report := trial.NewReport(t, i.setup)
	d.refused(ctx, accessDenied, "Nothing can be written to", i.setup, "/S", "/ALLUSERS", `/D=Z:\proc\Latchkey`)
	d.refused(ctx, badCommandLine, "/ALLUSERS", i.setup, "/S", "/ALLUSERS", "/CURRENTUSER")
	d.refused(ctx, needsElevation, "administrator's rights", d.person, i.setup, "/S", "/ALLUSERS")
	d.must(ctx, "winecfg", "/v", "win7")
	d.refused(ctx, oldWinVersion, "Windows 10", i.setup, "/S", "/ALLUSERS")
	d.must(ctx, "winecfg", "/v", "win10")
	if left := d.added(); len(left) > 0 {
		t.Errorf("refused, and left behind: %q", left)
	}
	report.Tried("refused without rights, on Windows 7, and in a folder that nobody can write to")

	const dir = `C:\Eigene Prögramme\Über uns`
	program, uninstall := dir+`\latchkey.exe`, dir+`\uninstall.exe`
	const menu = `C:\ProgramData\Microsoft\Windows\Start Menu\Programs\Latchkey.lnk`
	d.must(ctx, append([]string{i.oldSetup, "/S", "/ALLUSERS"}, strings.Fields("/D="+dir)...)...)
	// What reg prints is in a code page of DOS'.
	if got := d.registry(ctx, `HKLM\`+uninstallKey, "InstallLocation"); ascii(got) != ascii(dir) {
		t.Errorf("it is installed in %q, want %q", got, dir)
	}
	if !d.exists(menu) {
		t.Error("there is no entry in everybody's start menu")
	}
	report.Tried("installed for everybody in a path with spaces and umlauts")
	p := d.start(ctx, program, i.oldVersion)
	d.signIn(ctx, p)
	d.quit(ctx, p)
	report.Tried("signed in")

	d.must(ctx, i.setup, "/S") // finds what is there
	if got := d.registry(ctx, `HKLM\`+uninstallKey, "DisplayVersion"); got != i.version {
		t.Errorf("the list of programs says version %q, want %q", got, i.version)
	}
	d.quit(ctx, d.again(ctx, program, i.version))
	report.Tried("upgraded from " + i.oldVersion + " and still signed in")

	const elsewhere = `C:\Program Files\Latchkey` // it moves there
	d.must(ctx, append([]string{i.setup, "/S", "/ALLUSERS"}, strings.Fields("/D="+elsewhere)...)...)
	if d.exists(program) || !d.exists(elsewhere+`\latchkey.exe`) {
		t.Error("it did not move to another folder")
	}
	report.Tried("moved")
	uninstall = elsewhere + `\uninstall.exe`
	d.refused(ctx, needsElevation, "administrator's rights", d.person, uninstall, "/S", "_?="+elsewhere)
	d.must(ctx, uninstall, "/S")
	d.files["Eigene Prögramme"] = true // not made by setup alone: it may hold other things
	d.nothingLeft(ctx)
	report.Tried("removed with nothing left")
}

// TestMSI is what an administrator does on many computers.
func TestMSI(t *testing.T) {
	ctx, d, i := open(t)
	report := trial.NewReport(t, i.msi)
	const program = `C:\Program Files\Latchkey\latchkey.exe`
	// Wine's msiexec puts everybody's menu entries into the user's menu.
	const menu = `Microsoft\Windows\Start Menu\Programs\Latchkey.lnk`
	d.must(ctx, "msiexec", "/i", i.oldMSI, "/qn")
	if !d.exists(`C:\ProgramData\`+menu) && !d.exists(`C:\users\`+user()+`\AppData\Roaming\`+menu) {
		t.Error("there is no entry in the start menu")
	}
	report.Tried("installed")
	p := d.start(ctx, program, i.oldVersion)
	d.signIn(ctx, p)
	d.quit(ctx, p)
	report.Tried("signed in, token in the Credential Manager")
	d.quit(ctx, d.again(ctx, program, i.oldVersion))
	report.Tried("started again without a browser")

	d.must(ctx, "msiexec", "/i", i.msi, "/qn")
	d.quit(ctx, d.again(ctx, program, i.version))
	report.Tried("upgraded from " + i.oldVersion + " and still signed in")
	d.refused(ctx, installFailure, "", "msiexec", "/i", i.oldMSI, "/qn")
	d.quit(ctx, d.again(ctx, program, i.version))
	report.Tried("an older version refused")

	d.must(ctx, "msiexec", "/x", i.msi, "/qn")
	d.files["windows/Installer"] = true // Windows' own
	d.nothingLeft(ctx)
	report.Tried("removed with nothing left")
}

// TestPortable is for who installs nothing.
func TestPortable(t *testing.T) {
	ctx, d, i := open(t)
	report := trial.NewReport(t, i.zip)
	const dir = `C:\Auf dem Stück`
	if out, err := exec.CommandContext(ctx, "unzip", "-q", i.zip, "-d", d.path(dir)).CombinedOutput(); err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	const program = dir + `\Latchkey\latchkey.exe`
	if out := d.must(ctx, program, "--version"); strings.TrimSpace(out) != "Latchkey "+i.version {
		t.Errorf("--version says %q", out)
	}
	report.Tried("unpacked to a path with spaces and umlauts")
	p := d.start(ctx, program, i.version)
	d.signIn(ctx, p)
	d.quit(ctx, p)
	report.Tried("signed in, token in the Credential Manager")
	d.quit(ctx, d.again(ctx, program, i.version))
	report.Tried("started again without a browser")
	d.try("removing", os.RemoveAll(d.path(dir)))
	d.nothingLeft(ctx)
	report.Tried("removed with nothing left")
}

// ascii is s without everything else.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7e {
			return -1
		}
		return r
	}, s)
}
