package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheDocumentedWindow walks docs/window.md: each test and each picture that
// it names is there.
func TestTheDocumentedWindow(t *testing.T) {
	const root = "../.."
	page, err := os.ReadFile(filepath.Join(root, "docs/window.md"))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	test := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range test.FindAllSubmatch(source, -1) {
			declared[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(page, -1)
	for _, m := range named {
		if !declared[string(m[1])] {
			t.Errorf("there is no %s", m[1])
		}
	}
	pictures := regexp.MustCompile(`\((screenshots/[^)]+)\)`).FindAllSubmatch(page, -1)
	for _, m := range pictures {
		if _, err := os.Stat(filepath.Join(root, "docs", string(m[1]))); err != nil {
			t.Error(err)
		}
	}
	if len(named) < 50 || len(pictures) < 4 {
		t.Errorf("it names %d tests and %d pictures only: this test can't see them", len(named), len(pictures))
	}
}
