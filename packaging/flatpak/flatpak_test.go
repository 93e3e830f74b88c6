package flatpak_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"app.latchkey/packaging/trial"
)

// TestManifest: flatpak-builder understands the manifest, and the program
// compiles as it says. Building it needs runtimes from the network.
func TestManifest(t *testing.T) {
	if os.Getenv("LATCHKEY_TRIALS") == "" {
		t.Skip("NOT RUN: make test-packages looks the manifest over")
	}
	if _, err := exec.LookPath("flatpak-builder"); err != nil {
		t.Skip("NOT RUN: flatpak-builder is missing: apt-get install flatpak-builder")
	}
	t.Log(trial.Run(t, "packaging/flatpak/make.sh"))
	manifest, err := os.ReadFile("manifest.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, flags, found := strings.Cut(string(manifest), "GOFLAGS: ")
	flags, _, _ = strings.Cut(flags, "\n")
	if !found || !strings.Contains(flags, ",flatpak") {
		t.Fatalf("the manifest builds with %q, want the tag flatpak, by which Fyne uses portals", flags)
	}
	trial.Run(t, "GOFLAGS="+flags, "go", "vet", ".")

	report := trial.NewReport(t, "manifest.yml")
	report.Tried("manifest and metainfo read and valid, compiles with the tag flatpak; NOT BUILT, NOT RUN (needs Flathub)")
}
