package house

import (
	"fmt"
	"slices"
	"strings"
)

// Rule is one rule of the house.
type Rule struct {
	Name string
	Why  string
	// Broken returns one line for each thing that breaks the rule.
	Broken func([]Package) []string
}

// Rules are the rules of the house that packages can break.
var Rules = []Rule{
	{
		Name: "every package lives in a room of the map",
		Why:  "a newcomer finds each piece where docs/architecture.md says it lives",
		Broken: each(func(p Package) []string {
			return complain(!within(Room(p.ImportPath), rooms...), "is in no known room")
		}),
	},
	{
		Name:   "every package says what it is",
		Why:    "a package comment can be read alone",
		Broken: each(func(p Package) []string { return complain(p.Doc == "", "has no package comment") }),
	},

	mayImport("the client's face", "it shows what auth and resources know, and has no keychain or HTTP of its own",
		[]string{"app", "app/presenter", "app/tray"}, "app/...", "auth", "auth/flow", "resources", "assets", "settings"),
	mayImport("screens and widgets", "they draw a State and call Actions, so that they can be tested without any flow",
		[]string{"app/screens", "app/widgets"}, "app/presenter", "app/widgets", "app/theme", "app/accessibility", "auth/flow", "assets"),
	mayImport("the pictures of the screens", "they show made-up States, drawn as the window draws them",
		[]string{"app/shots"}, "app/presenter", "app/screens", "app/widgets", "app/theme", "auth/flow", "assets"),
	mayImport("the page of a sign-in", "it writes what the window shows, and knows no window",
		[]string{"app/flowpage"}, "app/presenter", "auth/flow", "assets"),
	mayImport("the theme", "colours and sizes know Fyne only", []string{"app/theme"}),
	mayImport("what readers read", "it reads whatever tells of itself, and knows no widget of ours", []string{"app/accessibility"}),
	mayImport("the way to the readers", "it answers from what it is handed", []string{"app/accessibility/atspi", "app/accessibility/uia"}, "app/accessibility"),
	mayImport("one running program", "it is about processes, not about windows", []string{"app/instance"}),
	mayImport("the log", "it writes down what others tell it", []string{"app/logs"}),
	mayImport("resources", "it uses a session and its HTTP client, and knows no window",
		[]string{"resources/..."}, "resources/...", "auth", "auth/flow", "auth/backchannel"),
	mayImport("auth", "whoever uses auth as a library gets no D-Bus, no keychain and no icons",
		[]string{"auth"}, "auth/flow", "auth/backchannel", "auth/loopback", "auth/store"),
	mayImport("leaves of auth", "everybody may read and write them, so they know nobody",
		[]string{"auth/flow", "auth/store", "auth/busguard", "auth/dumpguard"}),
	mayImport("the back channel and the receiver", "they carry messages and know nothing of tokens",
		[]string{"auth/backchannel", "auth/loopback"}, "auth/flow"),
	mayImport("the keychain", "it keeps opaque bytes and knows nothing of OAuth",
		[]string{"auth/keychain"}, "auth/store", "auth/busguard"),
	mayImport("the vault", "it keeps opaque bytes and knows nothing of OAuth",
		[]string{"auth/store/vault"}, "auth/store"),
	mayImport("settings", "directories and files, and no flow", []string{"settings"}, "auth", "assets"),
	mayImport("the mock provider", "it must not copy the client's mistakes",
		[]string{"mockprovider/...", "cmd/mockprovider"}, "mockprovider/..."),
	mayImport("the thief", "it attacks what it is given by plain HTTP, and shares no code with what it attacks but the receiver's contract",
		[]string{"thief"}, "auth/flow", "auth/loopback"),
	mayImport("assets", "data and one embed file", []string{"assets"}),
	mayImport("whole-program tests", "they watch the program from outside; a State is what its trace holds",
		[]string{"e2e/...", "packaging/..."}, "e2e/...", "app/presenter"),

	{
		Name: "only main and the keychain know busguard",
		Why:  "it changes the process's environment before main",
		Broken: importers(func(path string) bool { return path == Module+"/auth/busguard" },
			"", "auth/keychain"),
	},
	{
		Name:   "Fyne lives below app and in main",
		Why:    "everything else runs, and is tested, without a window",
		Broken: importers(func(path string) bool { return below(path, "fyne.io/fyne/v2") }, "", "app/..."),
	},
	{
		Name:   "the presenter, the single instance and the log know no Fyne",
		Why:    "what the buttons do is tested without a window",
		Broken: links([]string{"app/presenter", "app/instance", "app/logs"}, "fyne.io/fyne/v2"),
	},
	{
		Name:   "only main and app open Fyne's driver",
		Why:    "screens are tested without GL",
		Broken: importers(func(path string) bool { return path == "fyne.io/fyne/v2/app" }, "", "app"),
	},
	{
		Name:   "screens, widgets and theme link no GL",
		Why:    "their tests build and run on a machine without a display",
		Broken: links([]string{"app/screens", "app/widgets", "app/theme", "app/accessibility"}, "fyne.io/fyne/v2/app", "github.com/go-gl"),
	},
	{
		Name:   "auth and resources link no D-Bus, keychain or Fyne",
		Why:    "they can be used as libraries",
		Broken: links([]string{"auth", "resources"}, "github.com/godbus", "github.com/99designs/keyring", "fyne.io"),
	},
	{
		Name:   "x/oauth2 stays inside auth",
		Why:    "above auth it shows only through Session.TokenSource and Session.HTTPClient",
		Broken: importers(func(path string) bool { return below(path, "golang.org/x/oauth2") }, "auth"),
	},
	{
		Name:   "testing is linked by what tests share alone",
		Why:    "package testing adds flags to whatever program links it",
		Broken: importers(func(path string) bool { return path == "testing" }, "mockprovider/mocktest", "packaging/trial", "e2e/chromium"),
	},
	{
		Name:   "the programs link no testing",
		Why:    "package testing adds flags to whatever program links it",
		Broken: links([]string{"", "cmd/mockprovider"}, "testing"),
	},
}

// rooms are the folders in which packages may lie.
var rooms = []string{
	"",
	"app", "app/presenter", "app/screens", "app/widgets", "app/theme", "app/tray", "app/instance", "app/logs", "app/flowpage", "app/shots", "app/accessibility", "app/accessibility/atspi", "app/accessibility/uia",
	"auth", "auth/attacks", "auth/counterpart", "auth/endurance", "auth/flow", "auth/backchannel", "auth/loopback", "auth/store", "auth/store/vault", "auth/keychain", "auth/busguard", "auth/dumpguard",
	"resources", "settings", "assets", "thief",
	"mockprovider", "mockprovider/persona", "mockprovider/fault", "mockprovider/journal",
	"mockprovider/dashboard", "mockprovider/stage", "mockprovider/tomlfile", "mockprovider/mocktest", "mockprovider/browser", "mockprovider/rpcheck", "cmd/mockprovider", "cmd/try-google",
	"mockprovider/opsuite", "mockprovider/opsuite/panva",
	"e2e/...", "packaging/...",
}

// mayImport is a rule about which of our packages a room may import directly.
func mayImport(who, why string, from []string, allowed ...string) Rule {
	name := who + " may import " + strings.Join(allowed, ", ")
	if len(allowed) == 0 {
		name = who + " may import nothing of ours"
	}
	return Rule{Name: name, Why: why, Broken: each(func(p Package) []string {
		if !within(Room(p.ImportPath), from...) {
			return nil
		}
		var broken []string
		for _, path := range p.Imports {
			broken = append(broken, complain(Ours(path) && !within(Room(path), allowed...), "imports "+path)...)
		}
		return broken
	})}
}

// importers finds packages outside the allowed rooms that import what match
// describes.
func importers(match func(string) bool, allowed ...string) func([]Package) []string {
	return each(func(p Package) []string {
		var broken []string
		for _, path := range p.Imports {
			broken = append(broken, complain(match(path) && !within(Room(p.ImportPath), allowed...), "imports "+path)...)
		}
		return broken
	})
}

// links finds packages in rooms that link, directly or not, a forbidden import
// path or one below it.
func links(from []string, forbidden ...string) func([]Package) []string {
	return each(func(p Package) []string {
		if !within(Room(p.ImportPath), from...) {
			return nil
		}
		var broken []string
		for _, path := range p.Deps {
			bad := slices.ContainsFunc(forbidden, func(f string) bool { return below(path, f) })
			broken = append(broken, complain(bad, "links "+path)...)
		}
		return broken
	})
}

// each looks at our packages one by one.
func each(look func(Package) []string) func([]Package) []string {
	return func(packages []Package) []string {
		var broken []string
		for _, p := range packages {
			if !Ours(p.ImportPath) {
				continue
			}
			for _, line := range look(p) {
				broken = append(broken, fmt.Sprintf("%s %s", p.ImportPath, line))
			}
		}
		return broken
	}
}

func complain(bad bool, line string) []string {
	if bad {
		return []string{line}
	}
	return nil
}
