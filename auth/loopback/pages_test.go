package loopback_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app.latchkey/auth/loopback"
)

// everyPage is each page as a browser gets it in the end.
func everyPage(product, provider string) map[string][]byte {
	all := loopback.RefusalPages(product)
	for _, v := range []loopback.Verdict{
		loopback.Success(), loopback.Cancelled(), loopback.Interrupted(),
		loopback.Failure("The clock of this computer is 42 minutes behind. Set it, then sign in again."),
	} {
		all[v.Kind()] = loopback.VerdictPage(product, provider, v)
	}
	return all
}

// TestPages: what every page has and has not. With LOOPBACK_PICTURES set, the
// pages are also put there, to be looked at.
func TestPages(t *testing.T) {
	pages := everyPage("Latchkey", "Google (mock)")
	if len(pages) != 7 {
		t.Fatalf("%d pages", len(pages))
	}
	for kind, b := range pages {
		t.Run(kind, func(t *testing.T) {
			page := string(b)
			for _, want := range []string{
				"<!DOCTYPE html>", `<html lang="en">`, "<title>Latchkey</title>", `role="status"`,
				`<main class="card ` + kind + `" id="latchkey" data-verdict="` + kind + `">`, "<svg", "Latchkey", "</html>",
			} {
				if strings.Count(page, want) < 1 {
					t.Errorf("it lacks %q", want)
				}
			}
			for _, no := range []string{"<script", "http://", "https://", "href=", "src=", "url(", "@import", "http-equiv", " style=", "<form", "{product}", "{provider}", "ZgotmplZ"} {
				if strings.Contains(page, no) {
					t.Errorf("it has %q", no)
				}
			}
			if dir := os.Getenv("LOOPBACK_PICTURES"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, kind+".html"), b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestNamesAreText: names from a configuration are text and stay on their line.
func TestNamesAreText(t *testing.T) {
	const evil = "<script>x</script>\u202e\n\x00{provider}"
	for kind, b := range everyPage(evil, evil) {
		if strings.Contains(string(b), "<script") || strings.ContainsAny(string(b), "\u202e\x00") {
			t.Errorf("%s: %s", kind, b)
		}
	}
	long := string(loopback.WaitingPage("Latchkey", strings.Repeat("x", 5000)))
	if strings.Contains(long, strings.Repeat("x", 61)) {
		t.Error("a long name is not cut")
	}
}

func TestVerdictOwnWords(t *testing.T) {
	page := string(loopback.VerdictPage("Latchkey", "", loopback.Verdict{OK: true, Title: "Welcome <back>", Text: "Go on."}))
	for _, want := range []string{`data-verdict="success"`, "Welcome &lt;back&gt;", "Go on."} {
		if !strings.Contains(page, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if k := (loopback.Verdict{}).Kind(); k != "failure" {
		t.Errorf("the zero Verdict is %q", k)
	}
}
