package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"app.latchkey/e2e/house"
)

const root = "../.."

// TestRules checks the house as it stands, for each system it is built for: a
// file for one system alone may break a rule as well.
func TestRules(t *testing.T) {
	for _, goos := range []string{"linux", "windows", "darwin"} {
		packages, err := house.List(root, goos)
		if err != nil {
			t.Fatal(err)
		}
		if len(packages) < 10 {
			t.Fatalf("go list found %d packages for %s only", len(packages), goos)
		}
		for _, rule := range house.Rules {
			t.Run(goos+"/"+rule.Name, func(t *testing.T) {
				for _, line := range rule.Broken(packages) {
					t.Errorf("%s (%s)", line, rule.Why)
				}
			})
		}
	}
}

// TestRulesCanFail builds a house for each rule in which that rule is broken,
// and wants the rule to notice it: a rule that never fails states nothing.
func TestRulesCanFail(t *testing.T) {
	pkg := func(room string, imports ...string) house.Package {
		return house.Package{ImportPath: strings.TrimSuffix(house.Module+"/"+room, "/"), Doc: "d", Imports: imports, Deps: imports}
	}
	ours := func(room string) string { return house.Module + "/" + room }
	const fyne, gl = "fyne.io/fyne/v2", "github.com/go-gl/gl/v2.1/gl"

	violations := map[string][]house.Package{ // by the beginning of the rule's name
		"every package lives":                   {pkg("utils")},
		"every package says":                    {{ImportPath: ours("auth")}},
		"the client's face":                     {pkg("app", ours("auth/keychain")), pkg("app/presenter", ours("auth/loopback")), pkg("app", ours("mockprovider"))},
		"screens and widgets":                   {pkg("app/screens", ours("auth")), pkg("app/widgets", ours("resources"))},
		"the pictures":                          {pkg("app/shots", ours("auth"))},
		"the theme":                             {pkg("app/theme", ours("settings"))},
		"what readers read":                     {pkg("app/accessibility", ours("app/widgets"))},
		"the way to the readers":                {pkg("app/accessibility/atspi", ours("app/screens"))},
		"one running program":                   {pkg("app/instance", ours("settings"))},
		"the log may":                           {pkg("app/logs", ours("settings"))},
		"resources may":                         {pkg("resources", ours("app/presenter")), pkg("resources", ours("auth/store"))},
		"auth may":                              {pkg("auth", ours("auth/keychain")), pkg("auth", ours("mockprovider"))},
		"leaves of auth":                        {pkg("auth/flow", ours("auth/store")), pkg("auth/store", ours("auth/flow")), pkg("auth/busguard", ours("assets"))},
		"the back channel":                      {pkg("auth/loopback", ours("auth/store")), pkg("auth/backchannel", ours("auth/loopback"))},
		"the keychain":                          {pkg("auth/keychain", ours("auth"))},
		"the vault":                             {pkg("auth/store/vault", ours("auth"))},
		"settings may":                          {pkg("settings", ours("auth/keychain"))},
		"the mock provider":                     {pkg("mockprovider/journal", ours("auth/flow")), pkg("cmd/mockprovider", ours("settings"))},
		"the thief":                             {pkg("thief", ours("auth")), pkg("thief", ours("mockprovider"))},
		"assets may":                            {pkg("assets", ours("settings"))},
		"whole-program tests":                   {pkg("e2e/stage", ours("auth"))},
		"only main and the keychain":            {pkg("auth", ours("auth/busguard"))},
		"Fyne lives":                            {pkg("resources", fyne+"/canvas"), pkg("mockprovider", fyne)},
		"the presenter, the single":             {pkg("app/presenter", fyne+"/data/binding")},
		"only main and app open":                {pkg("app/screens", fyne+"/app")},
		"screens, widgets and theme link":       {pkg("app/theme", gl), pkg("app/widgets", fyne+"/app")},
		"auth and resources link":               {pkg("auth", "github.com/godbus/dbus/v5"), pkg("resources", "fyne.io/systray")},
		"x/oauth2 stays":                        {pkg("resources", "golang.org/x/oauth2"), pkg("app/presenter", "golang.org/x/oauth2/google")},
		"testing is linked by what tests share": {pkg("auth", "testing")},
		"the programs link no testing":          {pkg("", "testing"), pkg("cmd/mockprovider", "testing")},
		"the page of a sign-in":                 {pkg("app/flowpage", ours("auth")), pkg("app/flowpage", ours("app/screens"))},
	}
	sound := []house.Package{
		pkg("", ours("app"), ours("auth/keychain"), ours("auth/busguard"), ours("mockprovider"), fyne+"/app"),
		pkg("app", ours("app/presenter"), ours("settings"), fyne+"/app"), pkg("app/screens", ours("app/widgets"), ours("auth/flow"), fyne+"/widget"),
		pkg("auth", ours("auth/store"), "golang.org/x/oauth2"), pkg("auth/keychain", ours("auth/store"), ours("auth/busguard"), "github.com/99designs/keyring"),
		pkg("resources", ours("auth"), ours("auth/backchannel")), pkg("mockprovider/mocktest", ours("mockprovider"), "testing"),
	}
	used := 0
	for _, rule := range house.Rules {
		t.Run(rule.Name, func(t *testing.T) {
			if broken := rule.Broken(sound); len(broken) != 0 {
				t.Errorf("a sound house breaks the rule: %q", broken)
			}
			for beginning, packages := range violations {
				if !strings.HasPrefix(rule.Name, beginning) {
					continue
				}
				used++
				for _, p := range packages {
					if len(rule.Broken([]house.Package{p})) == 0 {
						t.Errorf("%s with imports %q does not break the rule", p.ImportPath, p.Imports)
					}
				}
				return
			}
			t.Error("no violation is made up for this rule")
		})
	}
	if used != len(violations) {
		t.Errorf("%d violations are made up, %d were used", len(violations), used)
	}
}

// TestInitFunctions allows busguard the one init() of ours: the order of
// start-up is main's.
func TestInitFunctions(t *testing.T) {
	packages, err := house.List(root, "linux")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, p := range packages {
		for _, name := range append(p.GoFiles, p.CgoFiles...) {
			source, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if hasInit(t, string(source)) {
				found = append(found, house.Room(p.ImportPath))
			}
		}
	}
	if len(found) != 1 || found[0] != "auth/busguard" {
		t.Errorf("init() is in %q, want it in auth/busguard once", found)
	}
	if !hasInit(t, "package p\nfunc init() {}") || hasInit(t, "package p\ntype t int\nfunc (t) init() {}") {
		t.Error("this test cannot tell an init()")
	}
}

func hasInit(t *testing.T, source string) bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			return true
		}
	}
	return false
}

// TestModulePath keeps the path under which busguard is initialised before the
// keyring library: packages start in the order of their paths once their own
// imports are ready, and busguard's need "os", the library's "net".
func TestModulePath(t *testing.T) {
	if busguard := house.Module + "/auth/busguard"; busguard > "github.com/99designs/keyring" || busguard > "net" {
		t.Errorf("%s starts too late", busguard)
	}
	if path := goList(t, root, "list", "-m"); path != house.Module {
		t.Errorf("the module is called %s", path)
	}
}

// pins are the versions known to work together. A module that is not used yet
// is checked from the day it is.
var pins = map[string]string{
	"fyne.io/fyne/v2":                         "v2.8.1",
	"filippo.io/age":                          "v1.3.2",
	"github.com/99designs/keyring":            "v1.2.2",
	"github.com/BurntSushi/toml":              "v1.6.0",
	"github.com/chromedp/chromedp":            "v0.23.0",
	"github.com/coreos/go-oidc/v3":            "v3.21.0",
	"github.com/danieljoos/wincred":           "v1.2.3",
	"github.com/dvsekhvalnov/jose2go":         "v1.11.0",
	"github.com/go-jose/go-jose/v4":           "v4.1.8",
	"github.com/godbus/dbus/v5":               "v5.2.2",
	"github.com/gofrs/flock":                  "v0.13.1",
	"github.com/natefinch/atomic":             "v1.0.1",
	"golang.org/x/oauth2":                     "v0.37.0",
	"golang.org/x/sync":                       "v0.24.0",
	"fyne.io/tools":                           "v1.7.4",
	"github.com/josephspurrier/goversioninfo": "v1.7.0",
	"honnef.co/go/tools":                      "v0.8.2",
}

func TestPinnedVersions(t *testing.T) {
	used := 0
	for _, dir := range []string{root, filepath.Join(root, "tools")} {
		source, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`(?m)^\s*(?:require )?(\S+\.\S+/\S+) (v\S+)`).FindAllStringSubmatch(string(source), -1) {
			if want, ok := pins[match[1]]; ok {
				used++
				if match[2] != want {
					t.Errorf("%s is at %s, want %s", match[1], match[2], want)
				}
			}
		}
		if strings.Contains(string(source), "\nreplace ") {
			t.Errorf("%s/go.mod replaces a module: what is built is not what is pinned", dir)
		}
	}
	if used < 10 {
		t.Errorf("%d pinned modules were found only", used)
	}
}

// goList runs the go command and returns what it printed.
func goList(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}
