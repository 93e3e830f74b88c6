package macos_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// stubs are a Mac's tools, as far as a script can tell: each program writes
// itself and its arguments into calls.
var stubs = map[string]string{
	"uname": "echo Darwin", "clang": "", "codesign": "", "hdiutil": "", "xcrun": "", "plutil": "",
	"lipo": `touch "$3"`,
	"go":   `while [ "$1" != -o ]; do shift; done; touch "$2"`,
}

// TestProgramIsCompiledWithTheMakefilesValues runs make.sh with stubs: what a
// build for Linux and Windows knows of itself and of updates, one for macOS knows
// too; and Fyne's tag accessibility, which is no good there, is in neither.
func TestProgramIsCompiledWithTheMakefilesValues(t *testing.T) {
	root := "../.."
	flags := command(t, root, "make", "-n", "package-macos", "UPDATE_ADDRESS=https://updates.example/v", "GOOGLE_CLIENT_ID=id", "GOOGLE_CLIENT_SECRET=s")
	_, flags, ok := strings.Cut(flags, "packaging/macos/make.sh '")
	flags, _, closed := strings.Cut(flags, "'")
	if !ok || !closed {
		t.Fatalf("make gives make.sh no flags: %q", flags)
	}
	for _, name := range []string{"version", "commit", "updateAddress", "googleClientID", "googleClientSecret"} {
		if !strings.Contains(flags, "-X main."+name+"=") {
			t.Errorf("the program is not told its %s: %s", name, flags)
		}
	}

	tree, bin := t.TempDir(), t.TempDir()
	command(t, root, "go", "-C", "tools", "build", "-o", "../build/bin/mkicns", "./mkicns")
	for _, name := range []string{"packaging", "assets", "FyneApp.toml", "CHANGELOG.md", "LICENSE", "build/bin/mkicns"} {
		to := filepath.Join(tree, filepath.Dir(name))
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		command(t, root, "cp", "-R", name, to)
	}
	calls := filepath.Join(bin, "calls")
	for name, does := range stubs {
		script := "#!/bin/sh\n[ " + name + " = uname ] || echo " + name + ` "$GOARCH" "$@" >>'` + calls + "'\n" + does + "\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(tree, "packaging/macos/make.sh"), flags)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make.sh: %v\n%s", err, out)
	}
	text, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		if want := "go " + arch + " build -ldflags " + flags + " -o build/macos/"; !strings.Contains(string(text), want) {
			t.Errorf("nothing is compiled by %q:\n%s", want, text)
		}
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(makefile), "accessibility") || strings.Contains(string(text), "accessibility") {
		t.Error("Fyne's tag accessibility is used: packaging/README.md says why it must not be")
	}
}
