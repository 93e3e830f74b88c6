package packaging_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tree is a copy of the few files that scripts read before they build anything.
type tree struct {
	t   *testing.T
	dir string
	env []string
}

func newTree(t *testing.T) *tree {
	t.Helper()
	for _, tool := range []string{"bash", "git", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here", tool)
		}
	}
	c := &tree{t: t, dir: filepath.Join(t.TempDir(), "a tree")}
	files := []string{"FyneApp.toml", "Makefile", "CHANGELOG.md", "assets/Icon.png"}
	for _, pattern := range []string{"*.sh", "*.mk"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			files = append(files, "packaging/"+f)
		}
	}
	for _, f := range files {
		data, err := os.ReadFile("../" + f)
		if err != nil {
			t.Fatal(err)
		}
		c.write(f, string(data))
	}
	return c
}

func (c *tree) write(name, text string) {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	mode := fs.FileMode(0o644)
	if strings.HasSuffix(name, ".sh") {
		mode = 0o755
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		c.t.Fatal(err)
	}
}

// change replaces what must be in a file.
func (c *tree) change(name, old, new string) {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		c.t.Fatalf("%s has no %q", name, old)
	}
	c.write(name, strings.Replace(string(data), old, new, 1))
}

func (c *tree) run(name string, args ...string) (string, error) {
	cmd := exec.CommandContext(c.t.Context(), name, args...)
	cmd.Dir = c.dir
	for _, pair := range os.Environ() { // what a make above, or a developer, has set
		key, _, _ := strings.Cut(pair, "=")
		switch key {
		case "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "LATCHKEY_VERSION", "SOURCE_DATE_EPOCH", "ALLOW_DIRTY", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "GNUMAKEFLAGS":
		default:
			cmd.Env = append(cmd.Env, pair)
		}
	}
	cmd.Env = append(append(cmd.Env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_CEILING_DIRECTORIES="+filepath.Dir(c.dir)), c.env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// commit makes the tree a repository with one commit, at a time of its own.
func (c *tree) commit() {
	c.t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x", "--date=@1700000000 +0000"}} {
		c.env = append(c.env, "GIT_COMMITTER_DATE=@1700000000 +0000")
		if out, err := c.run("git", args...); err != nil {
			c.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}
