//go:build linux

package keychain

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMacPart compiles, as far as that goes without a Mac, what only a macOS
// build with cgo has: our file takes the place of Linux's. (It uses nothing of
// macOS's but the program codesign.) It also says that the library still has
// its Keychain part in that build, and only there.
func TestMacPart(t *testing.T) {
	source, err := os.ReadFile("platform_darwin_cgo.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(source), "//go:build darwin && cgo\n")
	if !ok {
		t.Fatal("platform_darwin_cgo.go is not for darwin with cgo")
	}
	dir := t.TempDir()
	write(t, dir+"/platform.go", text)
	here, err := filepath.Abs("platform_linux.go")
	if err != nil {
		t.Fatal(err)
	}
	overlay, _ := json.Marshal(map[string]map[string]string{"Replace": {here: dir + "/platform.go"}})
	write(t, dir+"/overlay.json", string(overlay))
	if out, err := exec.Command("go", "build", "-overlay", dir+"/overlay.json", ".").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}

	for cgo, want := range map[string]bool{"1": true, "0": false} {
		list := exec.Command("go", "list", "-f", "{{.GoFiles}} {{.CgoFiles}}", "github.com/99designs/keyring")
		list.Env = append(os.Environ(), "GOOS=darwin", "GOARCH=arm64", "CGO_ENABLED="+cgo)
		out, err := list.CombinedOutput()
		if err != nil || strings.Contains(string(out), "keychain.go") != want {
			t.Errorf("CGO_ENABLED=%s: %s, %v", cgo, out, err)
		}
	}
}
