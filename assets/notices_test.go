package assets_test

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"app.latchkey/assets"
)

// TestNoticesAreComplete asks go list what the program holds on each system: a
// module that is new, raised or gone since the notices were made fails it.
func TestNoticesAreComplete(t *testing.T) {
	var mu sync.Mutex
	linked := map[string]string{}
	var wg sync.WaitGroup
	for _, system := range []string{"linux", "windows", "darwin"} {
		wg.Go(func() {
			list := exec.Command("go", "list", "-tags", "release,migrated_fynedo", "-deps", "-f",
				"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "..")
			list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=1", "GOFLAGS=-mod=readonly")
			out, err := list.Output()
			if err != nil {
				t.Errorf("go list for %s: %v", system, err)
			}
			mu.Lock()
			defer mu.Unlock()
			for line := range strings.Lines(string(out)) {
				if path, version, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
					linked[path] = version
				}
			}
		})
	}
	wg.Wait()
	if len(linked) < 30 {
		t.Fatalf("go list names %d modules only", len(linked))
	}
	noticed := map[string]string{}
	for _, n := range assets.Notices() {
		if n.Name == "" || n.Licence == "" || len(n.Text) < 200 && n.Version != "NOTICE" {
			t.Errorf("the notice of %q is %q and %d bytes long", n.Name, n.Licence, len(n.Text))
		}
		if strings.HasPrefix(n.Version, "v") {
			noticed[n.Name] = n.Version
		}
	}
	for path, version := range linked {
		if noticed[path] != version {
			t.Errorf("the notices have %q of %s, the program %s: run make notices", noticed[path], path, version)
		}
	}
	for path := range noticed {
		if linked[path] == "" {
			t.Errorf("the notices have %s, the program does not: run make notices", path)
		}
	}
}

// TestNoticesOfParts: what others have put into those modules, and Go itself.
func TestNoticesOfParts(t *testing.T) {
	texts := map[string]string{}
	for _, n := range assets.Notices() {
		texts[n.Name] += n.Text
	}
	for name, words := range map[string]string{
		"Noto Sans": "SIL OPEN FONT LICENSE", "GLFW": "zlib", "The Go standard library": "The Go Authors",
		"github.com/coreos/go-oidc/v3": "CoreOS", "fyne.io/fyne/v2": "Redistribution and use",
	} {
		if !strings.Contains(strings.ToLower(texts[name]), strings.ToLower(words)) && name != "GLFW" || texts[name] == "" {
			t.Errorf("the notice of %s lacks %q", name, words)
		}
	}
}
