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
	first, stopFirst, err := startDemo(path, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Validate(); err != nil {
		t.Errorf("the demo's provider: %v", err)
	}

	t.Run("a second window leaves the first one's state alone", func(t *testing.T) {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		second, stopSecond, err := startDemo(path, log)
		if err != nil {
			t.Fatal(err)
		}
		if second.Issuer == first.Issuer {
			t.Errorf("both are at %s", first.Issuer)
		}
		stopSecond()
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("the state became %s", after)
		}
	})
	stopFirst()

	t.Run("the next start has the same address", func(t *testing.T) {
		again, stop, err := startDemo(path, log)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		if again.Issuer != first.Issuer {
			t.Errorf("issuer %s, before %s: its sessions are lost", again.Issuer, first.Issuer)
		}
	})

	t.Run("a broken state starts afresh", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "demo.json")
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, stop, err := startDemo(path, log)
		if err != nil {
			t.Fatal(err)
		}
		stop()
		if b, _ := os.ReadFile(path); string(b) == "{" {
			t.Error("nothing was kept")
		}
	})
}
