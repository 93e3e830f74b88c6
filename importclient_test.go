package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/settings"
)

func TestImportClient(t *testing.T) {
	const secret = "GOCSPX-not_to_be_printed"
	config, file := t.TempDir(), filepath.Join(t.TempDir(), "client_secret_1.json")
	text := `{"installed":{"client_id":"1-a.apps.googleusercontent.com","client_secret":"` + secret + `"}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := importClient(ours(t), config, file, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "1-a.apps.googleusercontent.com") || strings.Contains(out.String(), secret) {
		t.Errorf("it says %q, want the client and no secret", out.String())
	}
	dirs, err := settings.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := dirs.Providers(); err != nil || len(list) != 1 || list[0].ID != "google" {
		t.Errorf("afterwards there are %v, %v", list, err)
	}
	if err := importClient(ours(t), config, filepath.Join(config, "missing.json"), &out); err == nil {
		t.Error("a file that is not there was imported")
	}
}
