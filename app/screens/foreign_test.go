package screens_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/assets"
	"app.latchkey/auth/flow"
)

// doubled is a full stop behind what ends a sentence already. In Japanese and
// Chinese one may follow the dot of an abbreviation, which is another character.
var doubled = regexp.MustCompile(`(?m)[?!…？！。][.。]|[^.]\.\.$|[^.]\.\. `)

// TestNoDoubledStops: whatever a value ends with, no second full stop follows it.
func TestNoDoubledStops(t *testing.T) {
	for _, tag := range []string{"en", "ja"} { // the two kinds of full stop
		t.Run(tag, func(t *testing.T) {
			speak(t, tag)
			r := newRig(t)
			for _, end := range []string{"?", "."} {
				v := map[string]string{}
				for _, key := range []string{"Provider", "Host", "Store", "Error", "Ports", "Seconds", "Address", "Got"} {
					v[key] = "Example Inc" + end
				}
				for _, code := range codes(t) {
					s := withProblem(signInState(), code, presenter.NextRetry)
					s.Problem.Values = v
					r.root.Update(s)
					if found := doubled.FindString(r.texts()); found != "" {
						t.Errorf("%s draws %q:\n%s", code, found, r.texts())
					}
				}
				for _, result := range faults(t) {
					r.root.Update(diagnosticsPage(presenter.DiagnosticsView{Lines: []presenter.DiagnosticLine{
						{ID: presenter.DiagnosticProvider, State: presenter.LineFailed, Result: result, Values: v}}}))
					if found := doubled.FindString(r.texts()); found != "" {
						t.Errorf("%s draws %q:\n%s", result, found, r.texts())
					}
				}
				s := signInState()
				s.Confirm = &presenter.ConfirmView{Kind: presenter.ConfirmOtherAccount, Old: "Sammy Davis Jr" + end, New: "Sammy Davis Jr" + end}
				r.root.Update(s)
				if found := doubled.FindString(r.texts()); found != "" {
					t.Errorf("a question draws %q:\n%s", found, r.texts())
				}
			}
		})
	}
}

// TestEveryKindOfTextIsTranslated: what is not of a screen's own words, but of
// the rooms behind it, is in the person's language too.
func TestEveryKindOfTextIsTranslated(t *testing.T) {
	const english = `(?i)\b(desktop app|client secret|two clients|second audience|not after|missing|the word of|user API|signs nothing|passphrase vault|credential manager|could not say|the list of accounts|a file or folder|which can be removed)\b`
	foreign := regexp.MustCompile(english)
	problem := func(code string) presenter.State {
		s := withProblem(signInState(), code, presenter.NextDismiss)
		s.Problem.Values = map[string]string{"Got": "https://evil.example/"}
		return s
	}
	store := func(name string) presenter.State {
		s := signInState()
		s.SignIn.Keep = presenter.Keep{Known: true, Persistent: true, Name: name}
		return s
	}
	states := map[string]presenter.State{
		"the vault": store("Passphrase vault"), "Windows' store": store("Credential Manager"),
		"what is left": settingsState(func(v *presenter.SettingsView) {
			v.Erased = &presenter.ErasedView{}
			for _, k := range []presenter.LeftKind{presenter.LeftAccounts, presenter.LeftAccess, presenter.LeftItem, presenter.LeftUnlisted, presenter.LeftFile} {
				v.Erased.Left = append(v.Erased.Left, presenter.Leftover{Kind: k, Name: "a@example.com", Where: "Passphrase vault", Detail: "EACCES"})
			}
		}),
		"checks": with(flowState(presenter.FlowIdentity), func(s *presenter.State) {
			s.Profile.Flow.Steps[4].Checks = []flow.Check{
				{Name: "signature", Verdict: flow.Failed, Spec: "RFC 6749: plain OAuth 2.0 signs nothing", Got: "the word of api.github.com"},
				{Name: "second audience", Verdict: flow.Failed, Spec: "user API", Expected: "none"},
				{Name: "exp", Verdict: flow.Failed, Spec: "RFC 7519 §4.1.4", Expected: "not after 2026-11-22T14:02:30Z", Got: "missing"},
			}
		}),
	}
	for _, code := range codes(t) {
		if strings.HasPrefix(code, "client_file_") {
			states[code] = problem(code)
		}
	}
	if len(states) < 14 {
		t.Fatalf("there are %d kinds only", len(states))
	}
	sentences := map[string][]string{} // of each, in English, which comes first
	if assets.Languages()[0].Tag != "en" {
		t.Fatal("English is not the first language")
	}
	for _, l := range assets.Languages() {
		t.Run(l.Tag, func(t *testing.T) {
			speak(t, l.Tag)
			r := newRig(t)
			for name, s := range states {
				r.root.Update(s)
				drawn := r.texts()
				if found := foreign.FindString(drawn); found != "" && l.Tag != "en" {
					t.Errorf("%s draws %q:\n%s", name, found, drawn)
				}
				if l.Tag == "en" {
					sentences[name] = strings.Split(drawn, "\n")
				}
				for _, line := range strings.Split(drawn, "\n") {
					if l.Tag != "en" && name != "checks" && strings.Count(line, " ") > 1 && slices.Contains(sentences[name], line) {
						t.Errorf("%s draws English: %q", name, line)
					}
				}
				if strings.Contains(drawn, "<no value>") || strings.Contains(drawn, "flow.term") || strings.Contains(drawn, "settings.left") {
					t.Errorf("%s has a hole:\n%s", name, drawn)
				}
			}
		})
	}
}

// TestTextsOfChecks walks the sources that write checks: what is words rather
// than a name or a rule has a translation.
func TestTextsOfChecks(t *testing.T) {
	rule := regexp.MustCompile(`^(RFC \d+ §[\d.]+|OpenID Connect (Core|Discovery) §[^:]*|People API, people\.get|[A-Za-z0-9_]+|https|Bearer)$`)
	// What belongs to steps that are not drawn.
	undrawn := []string{"read back", "what was written is what is there", "address", "size", "https from the open Internet, looked at again when connecting",
		"2 MiB and 4096 pixels a side at most, before it is decoded",
		"people/",          // the beginning of a resource's name
		"Passphrase vault"} // no check's, but a store's: TestEveryKindOfTextIsTranslated
	names := []string{"signature", "keys", "metadata", "none", "missing"} // English, though they look like names
	found := 0
	for _, dir := range []string{"../../auth", "../../resources"} {
		for _, text := range checkTexts(t, dir) {
			found++
			if slices.Contains(undrawn, text) || rule.MatchString(text) && !slices.Contains(names, text) {
				continue
			}
			c := presenter.CheckIn(flow.Check{Name: text}, func(p presenter.Phrase) string { return p.Key })
			if !strings.HasPrefix(c.Name, "flow.term.") {
				t.Errorf("%q is words, and has no translation (presenter.CheckIn)", text)
			}
		}
	}
	if found < 40 {
		t.Errorf("found %d texts only: this test looks in the wrong place", found)
	}
}

// checkTexts are the texts written into flow.Check and into auth's rules.
func checkTexts(t *testing.T, dir string) (out []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if pair, ok := n.(*ast.KeyValueExpr); ok {
				if name, ok := pair.Key.(*ast.Ident); ok && slices.Contains([]string{"Name", "Spec", "Expected", "name", "spec", "expected"}, name.Name) {
					out = append(out, literals(pair.Value)...)
				}
			}
			if set, ok := n.(*ast.AssignStmt); ok && strings.Contains(fmt.Sprint(set.Lhs), "c Spec") {
				for _, v := range set.Rhs {
					out = append(out, literals(v)...)
				}
			}
			return true
		})
	}
	return out
}

// literals are the texts in an expression; of one that is put together, its beginning.
func literals(e ast.Expr) []string {
	switch v := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(v.Value); err == nil && v.Kind == gotoken.STRING && s != "" {
			return []string{s}
		}
	case *ast.BinaryExpr:
		return literals(v.X)
	}
	return nil
}
