package macos_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestBundle makes a bundle around something that is no program, and looks at it
// as the system would.
func TestBundle(t *testing.T) {
	root, out := "../..", t.TempDir()
	command(t, root, "go", "-C", "tools", "build", "-o", "../build/bin/mkicns", "./mkicns")
	dummy := filepath.Join(out, "dummy")
	if err := os.WriteFile(dummy, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	value := func(name string) string { return command(t, root, "packaging/values.sh", name) }
	app := command(t, root, "packaging/macos/bundle.sh", dummy, filepath.Join(out, "a folder"))
	if want := filepath.Join(out, "a folder", value("NAME")+".app"); app != want {
		t.Errorf("the bundle is %s, want %s", app, want)
	}
	info := readPlist(t, filepath.Join(app, "Contents/Info.plist"))
	for key, want := range map[string]any{
		"CFBundleIdentifier": value("ID"), "CFBundleName": value("NAME"), "CFBundleDisplayName": value("NAME"), "CFBundleExecutable": value("PACKAGE"),
		"CFBundleShortVersionString": value("VERSION"), "CFBundleVersion": value("BUILD"), "CFBundlePackageType": "APPL", "CFBundleInfoDictionaryVersion": "6.0",
		"LSMinimumSystemVersion": "10.15", "LSApplicationCategoryType": "public.app-category.utilities", "NSHighResolutionCapable": true, "NSPrincipalClass": "NSApplication",
	} {
		if info[key] != want {
			t.Errorf("%s is %v, want %v", key, info[key], want)
		}
	}
	program := filepath.Join(app, "Contents/MacOS", fmt.Sprint(info["CFBundleExecutable"]))
	if s, err := os.Stat(program); err != nil || runtime.GOOS != "windows" && s.Mode().Perm() != 0o755 {
		t.Errorf("the program: %v, %v", s, err)
	}
	icon := filepath.Join(app, "Contents/Resources", fmt.Sprint(info["CFBundleIconFile"]))
	if sizes := readIcon(t, icon); !slices.Contains(sizes, 32) || !slices.Contains(sizes, 128) || !slices.Contains(sizes, 512) {
		t.Errorf("the icon has the sizes %v", sizes)
	}
	languages, _ := info["CFBundleLocalizations"].([]any)
	files, err := filepath.Glob("../../assets/translations/*.json")
	if err != nil || len(languages) != len(files) || !slices.Contains(languages, any("en")) {
		t.Errorf("it speaks %v; there are %d translations (%v)", languages, len(files), err)
	}
	var found []string
	err = filepath.WalkDir(app, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			found = append(found, strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(app)+"/"))
		}
		return err
	})
	want := []string{"Contents/Info.plist", "Contents/MacOS/" + value("PACKAGE"), "Contents/PkgInfo", "Contents/Resources/LICENSE", "Contents/Resources/icon.icns"}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("the bundle holds %q (%v), want %q", found, err, want)
	}
}

func TestEntitlements(t *testing.T) {
	got := readPlist(t, "entitlements.plist")
	want := map[string]any{"com.apple.security.network.client": true, "com.apple.security.network.server": true}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("entitlements are %v, want %v: each one more is a hole in the hardened runtime", got, want)
	}
}

// TestElsewhere is make.sh on a system that is no Mac.
func TestElsewhere(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("this is a Mac")
	}
	out, err := exec.Command("bash", "make.sh").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "only made on a Mac") {
		t.Errorf("make.sh says %q, %v", out, err)
	}
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, stderr.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

// readPlist reads a property list whose root is a dictionary.
func readPlist(t *testing.T, path string) map[string]any {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d := xml.NewDecoder(file)
	for {
		token, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local == "plist" {
			continue
		}
		value, err := plistValue(d, start)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		}
		dict, ok := value.(map[string]any)
		if !ok {
			t.Fatalf("%s holds %T", path, value)
		}
		return dict
	}
}

func plistValue(d *xml.Decoder, start xml.StartElement) (any, error) {
	switch start.Name.Local {
	case "string", "key":
		var s string
		err := d.DecodeElement(&s, &start)
		return s, err
	case "true", "false":
		return start.Name.Local == "true", d.Skip()
	case "array", "dict":
	default:
		return nil, fmt.Errorf("a <%s> in a property list of ours", start.Name.Local)
	}
	var list []any
	dict, key := map[string]any{}, ""
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.EndElement:
			if start.Name.Local == "array" {
				return list, nil
			}
			return dict, nil
		case xml.StartElement:
			value, err := plistValue(d, token)
			switch {
			case err != nil:
				return nil, err
			case start.Name.Local == "array":
				list = append(list, value)
			case token.Name.Local == "key":
				key, _ = value.(string)
				if _, twice := dict[key]; twice || key == "" {
					return nil, fmt.Errorf("the key %q is there twice, or empty", key)
				}
				dict[key] = nil
			case key == "":
				return nil, errors.New("a value without a key")
			default:
				dict[key], key = value, ""
			}
		}
	}
}

// readIcon returns the sizes of an icon file's pictures, each of which must be
// the size that its name promises.
func readIcon(t *testing.T, path string) (sizes []int) {
	t.Helper()
	promised := map[string]int{"ic11": 32, "ic12": 64, "ic07": 128, "ic13": 256, "ic08": 256, "ic14": 512, "ic09": 512, "ic10": 1024}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) < 8 || string(data[:4]) != "icns" || int(binary.BigEndian.Uint32(data[4:])) != len(data) {
		t.Fatalf("no icon file: % x", data[:min(len(data), 8)])
	}
	for rest := data[8:]; len(rest) > 0; {
		if len(rest) < 8 || int(binary.BigEndian.Uint32(rest[4:])) > len(rest) {
			t.Fatalf("%d bytes at the end of the icon are no part of it", len(rest))
		}
		name, size := string(rest[:4]), binary.BigEndian.Uint32(rest[4:])
		picture, err := png.Decode(bytes.NewReader(rest[8:size]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b := picture.Bounds(); b.Dx() != promised[name] || b.Dy() != promised[name] {
			t.Errorf("%s has %d x %d pixels, want %d", name, b.Dx(), b.Dy(), promised[name])
		}
		sizes = append(sizes, promised[name])
		rest = rest[size:]
	}
	return sizes
}
