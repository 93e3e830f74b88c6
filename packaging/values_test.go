package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// TestValues wants the shell to read what a TOML library reads.
func TestValues(t *testing.T) {
	c := newTree(t)
	var file struct {
		Website     string
		Details     struct{ Name, ID, Version, Icon string }
		LinuxAndBSD struct{ Comment, GenericName string }
		Release     struct{ Package, Maintainer string }
	}
	if _, err := toml.DecodeFile(filepath.Join(c.dir, "FyneApp.toml"), &file); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"NAME": file.Details.Name, "ID": file.Details.ID, "VERSION": file.Details.Version, "ICON": file.Details.Icon,
		"SUMMARY": file.LinuxAndBSD.Comment, "GENERIC_NAME": file.LinuxAndBSD.GenericName, "HOMEPAGE": file.Website,
		"PACKAGE": file.Release.Package, "MAINTAINER": file.Release.Maintainer, "GOOGLE_CLIENT_ID": "", "COMMIT": "unknown",
	} {
		one, err := c.run("packaging/values.sh", name)
		if err != nil || strings.TrimSuffix(one, "\n") != want || want == "" && name != "GOOGLE_CLIENT_ID" {
			t.Errorf("values.sh %s prints %q (%v), want %q", name, one, err, want)
		}
		evaluated, err := c.run("bash", "-euc", `eval "$(packaging/values.sh)"; printf %s "$`+name+`"`)
		if err != nil || evaluated != want {
			t.Errorf("evaluated, %s is %q (%v), want %q", name, evaluated, err, want)
		}
	}
}

// TestValuesOfAVendor are values that a shell could trip over, in the form that
// `fyne package` writes.
func TestValuesOfAVendor(t *testing.T) {
	c := newTree(t)
	c.write("FyneApp.toml", `Website = "https://example.com/a?b=c"

[Details]
  Icon = "assets/Icon.png"
  Name = "Sign Ön's (beta)"
  ID = "com.example.Sign-On"
  Version = "1.20.3"
  Build = 7

[Release]
  Package = 'sign-on' # a literal
  Maintainer = "Ann O'Nym #1 <a@example.com>"
  GoogleClientID = "123-abc.apps.googleusercontent.com"
  GoogleClientSecret = "GOCSPX-a_b~c.d" # not confidential

[LinuxAndBSD]
  GenericName = "x"
  Comment = "Sign in, $HOME and !all"
`)
	c.commit()
	for name, want := range map[string]string{
		"NAME": "Sign Ön's (beta)", "PACKAGE": "sign-on", "MAINTAINER": "Ann O'Nym #1 <a@example.com>", "SUMMARY": "Sign in, $HOME and !all",
		"HOMEPAGE": "https://example.com/a?b=c", "GOOGLE_CLIENT_SECRET": "GOCSPX-a_b~c.d", "SOURCE_DATE_EPOCH": "1700000000", "BUILD": "7",
	} {
		got, err := c.run("bash", "-euc", `eval "$(packaging/values.sh)"; printf %s "$`+name+`"`)
		if err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
	c.env = append(c.env, "GOOGLE_CLIENT_ID=9-z.apps.googleusercontent.com", "GOOGLE_CLIENT_SECRET=GOCSPX-other", "SOURCE_DATE_EPOCH=5")
	for name, want := range map[string]string{"GOOGLE_CLIENT_ID": "9-z.apps.googleusercontent.com", "GOOGLE_CLIENT_SECRET": "GOCSPX-other", "SOURCE_DATE_EPOCH": "5"} {
		if got, err := c.run("packaging/values.sh", name); err != nil || got != want+"\n" {
			t.Errorf("with the environment's, %s is %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestValuesRefused(t *testing.T) {
	for name, bad := range map[string]struct{ old, new, say string }{
		"no version":                    {`Version = "`, `# "`, "Version is missing"},
		"a version of two numbers":      {`Version = "0.1.0"`, `Version = "0.1"`, "MAJOR.MINOR.PATCH"},
		"a version with a v":            {`Version = "0.1.0"`, `Version = "v0.1.0"`, "MAJOR.MINOR.PATCH"},
		"a leading zero":                {`Version = "0.1.0"`, `Version = "0.01.0"`, "MAJOR.MINOR.PATCH"},
		"a pre-release":                 {`Version = "0.1.0"`, `Version = "0.1.0-rc1"`, "MAJOR.MINOR.PATCH"},
		"too large for Windows":         {`Version = "0.1.0"`, `Version = "256.0.0"`, "too large"},
		"a build of words":              {"Build = 1", "Build = \"x\"", "Build"},
		"an icon that is not there":     {"assets/Icon.png", "assets/None.png", "assets/None.png, which FyneApp.toml names, is not there"},
		"an icon that is no picture":    {"assets/Icon.png", "FyneApp.toml", "no PNG"},
		"an ID of one word":             {`"app.latchkey.Latchkey"`, `"SignOn"`, "application ID"},
		"an ID with a slash":            {`"app.latchkey.Latchkey"`, `"com.example/x.y"`, "application ID"},
		"an ID with a number first":     {`"app.latchkey.Latchkey"`, `"com.1example.x"`, "application ID"},
		"another's ID, our name":        {`"app.latchkey.Latchkey"`, `"com.example.SignOn"`, "must be too"},
		"no name":                       {`Name = "Latchkey"`, "", "Details.Name is missing"},
		"a name with a slash":           {`Name = "Latchkey"`, `Name = "A/B"`, "cannot be the name"},
		"a name with braces":            {`Name = "Latchkey"`, `Name = "A {{.B}}"`, "cannot be the name"},
		"a name with an escape":         {`Name = "Latchkey"`, `Name = "A\tB"`, "must be one string"},
		"a name of several lines":       {`Name = "Latchkey"`, "Name = \"\"\"A\nB\"\"\"", "must be one string"},
		"a package with capitals":       {`"latchkey"`, `"Latchkey"`, "Release.Package"},
		"a maintainer without address":  {"<authors@latchkey.invalid>", "", "Release.Maintainer"},
		"a website by http":             {"https://latchkey.invalid/", "http://latchkey.invalid/", "Website"},
		"a client ID of something else": {`GoogleClientID = ""`, `GoogleClientID = "my client"`, "Google client ID"},
		"a client without its secret":   {`GoogleClientID = ""`, `GoogleClientID = "1-a.apps.googleusercontent.com"`, "secret is missing"},
		"a secret without its client":   {`GoogleClientSecret = ""`, `GoogleClientSecret = "GOCSPX-hidden_Secret"`, "Google client ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTree(t)
			c.change("FyneApp.toml", bad.old, bad.new)
			out, err := c.run("packaging/values.sh")
			if err == nil || !strings.Contains(out, bad.say) || strings.Contains(out, "NAME=") || strings.Contains(out, "hidden_Secret") {
				t.Errorf("values.sh says %q (%v), want a refusal with %q", out, err, bad.say)
			}
			if !slices.Contains([]string{"no version", "a version of two numbers", "an icon that is not there"}, name) {
				return
			}
			if out, err = c.run("make", "package", "ALLOW_DIRTY=1"); err == nil || !strings.Contains(out, bad.say) {
				t.Errorf("make package says %q (%v), want a refusal with %q", out, err, bad.say)
			}
		})
	}
}

func TestSmallIconRefused(t *testing.T) {
	c := newTree(t)
	icon, err := os.ReadFile("../assets/Icon.png")
	if err != nil {
		t.Fatal(err)
	}
	icon[18], icon[19] = 0, 64 // the width in a PNG's header
	c.write("assets/Icon.png", string(icon))
	if out, err := c.run("packaging/values.sh"); err == nil || !strings.Contains(out, "64 x 512") {
		t.Errorf("values.sh says %q (%v)", out, err)
	}
}

// TestDirtyTreeRefused is make package in a tree that differs from its commit.
// That it got past the question is seen by what it asks next: a folder is
// missing in the copy, so nothing is built.
func TestDirtyTreeRefused(t *testing.T) {
	c := newTree(t)
	c.commit()
	if out, err := c.run("make", "check-tree"); err != nil {
		t.Errorf("a tree as it was committed: %v\n%s", err, out)
	}
	c.write("dist/old.deb", "the last release")
	c.write(".gitignore", "/dist/\n")
	out, err := c.run("make", "package")
	if err == nil || !strings.Contains(out, "?? .gitignore") || !strings.Contains(out, "ALLOW_DIRTY=1") {
		t.Errorf("make package in a changed tree: %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(c.dir, "dist/old.deb")); err != nil {
		t.Error("a refused make package took the last one's files")
	}
	if out, err := c.run("make", "check-tree", "ALLOW_DIRTY=1"); err != nil || !strings.Contains(out, "no commit has") {
		t.Errorf("with ALLOW_DIRTY=1: %v\n%s", err, out)
	}
}

// TestNotes wants release notes for the version that would be released.
func TestNotes(t *testing.T) {
	c := newTree(t)
	version, err := c.run("packaging/values.sh", "VERSION")
	if err != nil {
		t.Fatal(err)
	}
	version = strings.TrimSpace(version)
	notes, err := c.run("packaging/notes.sh", "v"+version)
	if err != nil {
		t.Fatalf("CHANGELOG.md lacks a section for %s: %s", version, notes)
	}
	if strings.HasPrefix(notes, "\n") || strings.Contains(notes, "\n## ") {
		t.Errorf("the notes are %q", notes)
	}
	changes, err := os.ReadFile("../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	if first := regexp.MustCompile(`(?m)^## .*$`).FindString(string(changes)); !regexp.MustCompile(`^## \[` + regexp.QuoteMeta(version) + `\] - 20\d\d-[01]\d-[0-3]\d$`).MatchString(first) {
		t.Errorf("CHANGELOG.md begins with %q, FyneApp.toml says %s", first, version)
	}
	if out, err := c.run("packaging/notes.sh", "v99.0.0"); err == nil {
		t.Errorf("notes of another version than FyneApp.toml's: %s", out)
	}
	c.env = []string{"LATCHKEY_VERSION=99.0.0"}
	if out, err := c.run("packaging/notes.sh"); err == nil || !strings.Contains(out, "no section") {
		t.Errorf("notes that are not there: %q, %v", out, err)
	}
}

// TestScripts has the shell parse what only runs on systems that are not here.
func TestScripts(t *testing.T) {
	var scripts []string
	for _, pattern := range []string{"*.sh", "*/*.sh", "../tools/*.sh", "../.ci/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, found...)
	}
	for _, s := range scripts {
		if out, err := exec.Command("bash", "-n", s).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", s, err, out)
		}
		text, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(s); err == nil && info.Mode()&0o100 == 0 && strings.HasPrefix(string(text), "#!") { // others are sourced
			t.Errorf("%s cannot be executed", s)
		}
	}
	if len(scripts) < 5 {
		t.Errorf("only %d scripts were found", len(scripts))
	}
}
