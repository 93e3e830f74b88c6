package settings_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedProviders: each ready-made piece of docs/providers.md is what
// providers.toml takes, alone and after the others.
func TestDocumentedProviders(t *testing.T) {
	doc, err := os.ReadFile("../docs/providers.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(string(doc), -1)
	if len(blocks) < 12 {
		t.Fatalf("%d pieces found; there were more", len(blocks))
	}
	var all strings.Builder
	for _, b := range blocks {
		list, err := providers(t, b[1])
		if err != nil || len(list) != 1 {
			t.Errorf("%v\n%s", err, b[1])
			continue
		}
		if !strings.Contains(b[1], "id = \"our-") && !strings.Contains(all.String(), "id = \""+list[0].ID+"\"") {
			all.WriteString(b[1] + "\n")
		}
	}
	if list, err := providers(t, all.String()); err != nil || len(list) < 10 {
		t.Errorf("all of them together: %d, %v", len(list), err)
	}
}

// TestEachKeyIsDocumented: a key that the file may have stands in the document.
func TestEachKeyIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/providers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, err = providers(t, "[[provider]]\nzzzzzzzzzzzz = 1\n")
	if err == nil {
		t.Fatal("an unknown key was taken")
	}
	source, err := os.ReadFile("entry.go")
	if err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`"([a-z_]+)": +&e\.`).FindAllStringSubmatch(string(source), -1)
	if len(keys) < 20 {
		t.Fatalf("%d keys found in entry.go; there were more", len(keys))
	}
	for _, k := range keys {
		if !strings.Contains(string(doc), "`"+k[1]+"`") {
			t.Errorf("docs/providers.md does not explain %s", k[1])
		}
	}
}
