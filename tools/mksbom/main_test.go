package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// program is one with modules that need no C compiler: the mock provider.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mockprovider")
	build := exec.Command("go", "build", "-o", path, "./cmd/mockprovider")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

// TestDocument lists a real program, and looks at the result as SPDX 2.3 has it.
func TestDocument(t *testing.T) {
	t.Chdir("../..")
	for name, value := range map[string]string{"NAME": "A Name", "VERSION": "1.2.3", "MAINTAINER": "Ann <a@example.com>", "HOMEPAGE": "https://example.com/", "SOURCE_DATE_EPOCH": "1700000000", "COMMIT": "c0ffee"} {
		t.Setenv(name, value)
	}
	path := program(t)
	out := filepath.Join(t.TempDir(), "x.spdx.json")
	if err := run(path, out); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	checkDocument(t, text)
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) == 0 {
		t.Fatal("the program has no modules to list")
	}
	for _, dep := range info.Deps {
		if !strings.Contains(string(text), `"go.sum `+dep.Sum+`"`) || !strings.Contains(string(text), `"name": "`+dep.Path+`"`) {
			t.Errorf("%s is not listed", dep.Path)
		}
	}
	again := filepath.Join(t.TempDir(), "y.spdx.json")
	if err := run(path, again); err != nil {
		t.Fatal(err)
	}
	if second, err := os.ReadFile(again); err != nil || string(second) != string(text) {
		t.Errorf("made again, it differs (%v)", err)
	}
}

// checkDocument holds a document against what SPDX 2.3 demands: the mandatory
// fields of its clauses 6, 7 and 11, and their forms.
func checkDocument(t *testing.T, text []byte) {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	for field, form := range map[string]string{"spdxVersion": `^SPDX-2\.3$`, "dataLicense": `^CC0-1\.0$`, "SPDXID": `^SPDXRef-DOCUMENT$`, "name": `.`, "documentNamespace": `^https://[^# ]+$`} {
		want(t, d, field, form)
	}
	creation, _ := d["creationInfo"].(map[string]any)
	want(t, creation, "created", `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	creators, _ := creation["creators"].([]any)
	for _, c := range creators {
		if s, _ := c.(string); !regexp.MustCompile(`^(Person|Organization|Tool): .+`).MatchString(s) {
			t.Errorf("creator %q", s)
		}
	}
	ids := map[string]bool{"SPDXRef-DOCUMENT": true}
	packages, _ := d["packages"].([]any)
	for _, p := range packages {
		p, _ := p.(map[string]any)
		for field, form := range map[string]string{"SPDXID": `^SPDXRef-[A-Za-z0-9.-]+$`, "name": `.`, "versionInfo": `.`, "downloadLocation": `^(NOASSERTION|https://[^ ]+)$`,
			"licenseConcluded": `^[A-Za-z0-9.]+(-[A-Za-z0-9.]+)*( AND [A-Za-z0-9.-]+)*$`, "licenseDeclared": `.`, "copyrightText": `.`} {
			want(t, p, field, form)
		}
		if analysed, ok := p["filesAnalyzed"].(bool); !ok || analysed {
			t.Errorf("%v: filesAnalyzed is %v; true would demand a verification code", p["name"], p["filesAnalyzed"])
		}
		id, _ := p["SPDXID"].(string)
		if ids[id] {
			t.Errorf("%s is there twice", id)
		}
		ids[id] = true
	}
	described := false
	relationships, _ := d["relationships"].([]any)
	for _, r := range relationships {
		r, _ := r.(map[string]any)
		from, _ := r["spdxElementId"].(string)
		to, _ := r["relatedSpdxElement"].(string)
		if !ids[from] || !ids[to] {
			t.Errorf("a relationship of what is not there: %v", r)
		}
		described = described || r["relationshipType"] == "DESCRIBES" && from == "SPDXRef-DOCUMENT"
	}
	if len(creators) == 0 || len(packages) < 3 || !described {
		t.Errorf("%d creators, %d packages, described: %v", len(creators), len(packages), described)
	}
}

func want(t *testing.T, object map[string]any, field, form string) {
	t.Helper()
	if s, ok := object[field].(string); !ok || !regexp.MustCompile(form).MatchString(s) {
		t.Errorf("%s is %v, want %s", field, object[field], form)
	}
}

// TestForeignModuleRefused is about a program that this tree did not make.
func TestForeignModuleRefused(t *testing.T) {
	t.Chdir("../..")
	info, err := buildinfo.ReadFile(program(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := modulesOf(info); err != nil {
		t.Fatal(err)
	}
	info.Deps[0].Sum = "h1:AAAA"
	if _, err := modulesOf(info); err == nil {
		t.Error("a module of another hash than go.sum's was listed")
	}
}
