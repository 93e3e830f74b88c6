package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"app.latchkey/settings"
)

// ours is the vendor of this project's own builds.
func ours(t *testing.T) vendor {
	t.Helper()
	v, err := readVendor(fyneApp)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// theirs is FyneApp.toml as another vendor has it.
func theirs(t *testing.T, id string) vendor {
	t.Helper()
	text := strings.NewReplacer(`"app.latchkey.Latchkey"`, `"`+id+`"`, `"Latchkey"`, `"Sign Ön"`, `"latchkey"`, `"sign-on"`,
		`GoogleClientID = ""`, `GoogleClientID = "1-a.apps.googleusercontent.com"`, `GoogleClientSecret = ""`, `GoogleClientSecret = "GOCSPX-x"`).Replace(fyneApp)
	v, err := readVendor(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVendorIsFyneApp(t *testing.T) {
	v := ours(t)
	want := regexp.MustCompile(`(?m)^Version = "(.+)"$`).FindStringSubmatch(fyneApp)[1]
	if v.ID != ourID || v.Name != "Latchkey" || v.Version != want || v.Build < 1 {
		t.Errorf("read %+v", v.Identity)
	}
	if v.googleID != "" || v.googleSecret != "" {
		t.Error("the tree holds somebody's Google client")
	}
	if v := theirs(t, "com.example.SignOn"); v.Name != "Sign Ön" || v.googleID != "1-a.apps.googleusercontent.com" || v.googleSecret != "GOCSPX-x" {
		t.Errorf("a vendor's file is read as %+v", v)
	}
}

func TestLinkerGoesFirst(t *testing.T) {
	version, googleClientID, googleClientSecret = "9.8.7", "2-b.apps.googleusercontent.com", "GOCSPX-y"
	t.Cleanup(func() { version, googleClientID, googleClientSecret = "", "", "" })
	if v := theirs(t, "com.example.SignOn"); v.Version != "9.8.7" || v.googleID != "2-b.apps.googleusercontent.com" || v.googleSecret != "GOCSPX-y" {
		t.Errorf("read %+v", v)
	}
}

func TestBadVendor(t *testing.T) {
	for name, change := range map[string][2]string{
		"no TOML":                {"[Details]", "[Details"},
		"no name":                {`Name = "Latchkey"`, ""},
		"no ID":                  {`"app.latchkey.Latchkey"`, `""`},
		"an ID with a path":      {`"app.latchkey.Latchkey"`, `"com.example/../.x"`},
		"an ID of one word":      {`"app.latchkey.Latchkey"`, `"SignOn"`},
		"no version":             {"Version = ", "# "},
		"a build that is a word": {"Build = 1", `Build = "one"`},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(fyneApp, change[0]) {
				t.Fatalf("FyneApp.toml has no %q", change[0])
			}
			if v, err := readVendor(strings.Replace(fyneApp, change[0], change[1], 1)); err == nil {
				t.Errorf("read as %+v", v)
			}
		})
	}
}

// TestVendorsShareNothing is about two vendors with one name, on one computer.
func TestVendorsShareNothing(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "AppData", "LocalAppData"} {
		t.Setenv(name, home)
	}
	seen := map[string]string{}
	for _, v := range []vendor{ours(t), theirs(t, "com.example.SignOn"), theirs(t, "org.example.SignOn")} {
		dirs, err := settings.OpenNamed(v.folder(), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range []string{dirs.ConfigDir(), dirs.ProvidersPath(), dirs.IndexPath(), dirs.VaultDir(), dirs.LogDir(), dirs.CacheDir(), v.keychainName()} {
			if other, taken := seen[place]; taken && other != v.ID {
				t.Errorf("%s and %s share %s", v.ID, other, place)
			}
			seen[place] = v.ID
		}
	}
	if v := ours(t); v.keychainName() != "Latchkey" {
		t.Errorf("our items are named after %q: sign-ins of older versions would be lost", v.keychainName())
	}
	if _, err := os.Stat(filepath.Join(home, "com.example.SignOn")); err != nil {
		t.Error(err)
	}
	if _, err := settings.OpenNamed("../x", ""); err == nil {
		t.Error("a folder's name that is a path was taken")
	}
}
