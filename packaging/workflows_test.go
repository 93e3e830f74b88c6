package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type workflow struct {
	Name        string
	On          any `yaml:"on"`
	Permissions map[string]string
	Jobs        map[string]struct {
		RunsOn         string `yaml:"runs-on"`
		TimeoutMinutes int    `yaml:"timeout-minutes"`
		Needs          []string
		Permissions    map[string]string
		Steps          []struct{ Name, Uses, Run, If, Shell string }
	}
}

// TestWorkflows holds the workflows against the tree: every make target and
// every script that they name is there, and no action of somebody else's can
// change under them.
func TestWorkflows(t *testing.T) {
	paths, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(paths) < 2 {
		t.Fatalf("workflows: %q, %v", paths, err)
	}
	targets := makeTargets(t)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var w workflow
			if err := yaml.Unmarshal(text, &w); err != nil {
				t.Fatal(err)
			}
			if w.Name == "" || w.On == nil || len(w.Jobs) == 0 || w.Permissions["contents"] != "read" {
				t.Errorf("it lacks a name, a trigger, jobs, or permissions that only read")
			}
			for name, job := range w.Jobs {
				if job.RunsOn == "" || strings.HasSuffix(job.RunsOn, "-latest") || job.TimeoutMinutes == 0 || len(job.Steps) == 0 {
					t.Errorf("%s: runs on %q for at most %d minutes, %d steps", name, job.RunsOn, job.TimeoutMinutes, len(job.Steps))
				}
				for _, need := range job.Needs {
					if _, ok := w.Jobs[need]; !ok {
						t.Errorf("%s needs %s, which is not there", name, need)
					}
				}
				for _, step := range job.Steps {
					if (step.Uses == "") == (step.Run == "") {
						t.Errorf("%s: a step that runs %q and uses %q", name, step.Run, step.Uses)
					}
					if step.Uses != "" && !regexp.MustCompile(`^actions/[a-z-]+@[0-9a-f]{40}$`).MatchString(step.Uses) {
						t.Errorf("%s: %s is not pinned by its commit", name, step.Uses)
					}
					checkCommands(t, step.Run, targets)
				}
			}
			if pins := regexp.MustCompile(`(?m)uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`).FindAll(text, -1); len(pins) != strings.Count(string(text), "uses:") {
				t.Error("a pin does not say which version it is")
			}
		})
	}
}

// checkCommands looks at what a step runs: its make targets and scripts exist,
// and the shell can read it.
func checkCommands(t *testing.T, run string, targets []string) {
	t.Helper()
	for _, line := range regexp.MustCompile(`(?m)^\s*make (.+)$`).FindAllStringSubmatch(run, -1) {
		for _, target := range strings.Fields(line[1]) {
			if !strings.Contains(target, "=") && !slices.Contains(targets, target) {
				t.Errorf("make %s: there is no such target", target)
			}
		}
	}
	for _, script := range regexp.MustCompile(`packaging/[a-z/-]+\.sh`).FindAllString(run, -1) {
		if info, err := os.Stat("../" + script); err != nil || info.Mode()&0o100 == 0 {
			t.Errorf("%s cannot be run: %v", script, err)
		}
	}
	check := exec.Command("bash", "-n")
	check.Stdin = strings.NewReader(regexp.MustCompile(`\$\{\{.*?\}\}`).ReplaceAllString(run, "x"))
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%q: %v\n%s", run, err, out)
	}
}

// makeTargets are those of the Makefile and of its fragments.
func makeTargets(t *testing.T) (targets []string) {
	t.Helper()
	files, err := filepath.Glob("*.mk")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(files, "../Makefile") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^([a-z][a-z-]*):`).FindAllStringSubmatch(string(text), -1) {
			targets = append(targets, m[1])
		}
	}
	return targets
}

// TestTheGuideNamesWhatIsThere holds README.md against the tree in the same way.
func TestTheGuideNamesWhatIsThere(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	targets := makeTargets(t)
	for _, m := range regexp.MustCompile("`make ([a-z-]+)").FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(targets, m[1]) {
			t.Errorf("make %s: there is no such target", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\]\(([^):#]+)[#)]`).FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("a link to what is not there: %v", err)
		}
	}
}
