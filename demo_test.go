package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

func TestDemo(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	path := filepath.Join(t.TempDir(), "demo.json")
	demo, err := startDemo(path, log)
	if err != nil {
		t.Fatal(err)
	}
	first := demo.provider()
	if err := first.Validate(); err != nil {
		t.Errorf("the demo's provider: %v", err)
	}

	t.Run("a second window leaves the first one's state alone", func(t *testing.T) {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		second, err := startDemo(path, log)
		if err != nil {
			t.Fatal(err)
		}
		if second.provider().Issuer == first.Issuer {
			t.Errorf("both are at %s", first.Issuer)
		}
		second.stop()
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("the state became %s", after)
		}
	})
	demo.stop()

	t.Run("the next start has the same address", func(t *testing.T) {
		again, err := startDemo(path, log)
		if err != nil {
			t.Fatal(err)
		}
		defer again.stop()
		if again := again.provider(); again.Issuer != first.Issuer {
			t.Errorf("issuer %s, before %s: its sessions are lost", again.Issuer, first.Issuer)
		}
	})

	t.Run("a broken state starts afresh", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "demo.json")
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		afresh, err := startDemo(path, log)
		if err != nil {
			t.Fatal(err)
		}
		afresh.stop()
		if b, _ := os.ReadFile(path); string(b) == "{" {
			t.Error("nothing was kept")
		}
	})
}
