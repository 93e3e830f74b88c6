package screens_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"app.latchkey/app/presenter"
	"app.latchkey/assets"
	"app.latchkey/thief"
)

// translation is a language's file: by key and form; a plain word has the form
// "other" alone.
func translation(t *testing.T, tag string) map[string]map[string]string {
	t.Helper()
	b, err := assets.Translations.ReadFile("translations/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	out := map[string]map[string]string{}
	for key, v := range raw {
		out[key] = map[string]string{}
		switch v := v.(type) {
		case string:
			out[key]["other"] = v
		case map[string]any:
			for form, s := range v {
				out[key][form], _ = s.(string)
			}
		}
		if len(out[key]) == 0 {
			t.Errorf("%s: %q is neither a text nor forms of one", tag, key)
		}
	}
	return out
}

// counted are the keys whose words have a form for each number.
func counted(t *testing.T) []string {
	var out []string
	b, err := assets.Translations.ReadFile("translations/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	for key, v := range raw {
		if v[0] == '{' {
			out = append(out, key)
		}
	}
	return out
}

// fynesOwn are the words of Fyne's widgets that can appear in our window.
var fynesOwn = strings.Split("Advanced Cancel Confirm Copy Create_Folder Cut Enter_filename Error Favourites File Folder New_Folder No OK Open Paste Quit Redo Save Select_all Show_Hidden_Files Undo Yes file.name file.parent", " ")

// composed are the keys that the sources put together: each family with its
// members.
func composed(t *testing.T) map[string]string {
	out := map[string]string{}
	add := func(family string, keys ...string) {
		for _, k := range keys {
			out[k] = family
		}
	}
	for _, n := range []presenter.Next{presenter.NextRetry, presenter.NextSignIn, presenter.NextCopyLink, presenter.NextUnlock,
		presenter.NextRefresh, presenter.NextDismiss, presenter.NextOpenConfig, presenter.NextRestart} {
		add("next.+Next", "next."+string(n))
	}
	for _, s := range []presenter.StepState{presenter.StepTodo, presenter.StepActive, presenter.StepDone, presenter.StepFailed} {
		add("step.state.+StepState", "step.state."+string(s))
	}
	for _, u := range []presenter.Until{presenter.UntilNoPlace, presenter.UntilNothing, presenter.UntilFailed} {
		add("profile.until.+Until", "profile.until."+string(u))
	}
	for _, id := range []presenter.FlowID{presenter.FlowRequest, presenter.FlowSignIn, presenter.FlowResponse, presenter.FlowExchange, presenter.FlowIdentity, presenter.FlowProfile} {
		for _, part := range []string{"label", "title", "text"} {
			add("flow.+FlowID", "flow."+string(id)+"."+part)
		}
	}
	for _, id := range thief.Tries() {
		for _, part := range []string{"label", "title", "text"} {
			add("flow.try.+Try", "flow.try."+id+"."+part)
		}
	}
	for _, c := range codes(t) {
		add("problem.+Code", "problem."+c+".title", "problem."+c+".text")
	}
	for _, k := range []presenter.LeftKind{presenter.LeftAccounts, presenter.LeftAccess, presenter.LeftItem, presenter.LeftUnlisted, presenter.LeftFile} {
		add("settings.left.+LeftKind", "settings.left."+string(k))
	}
	for _, preset := range presenter.Presets() {
		add("provider.preset.+Preset", "provider.preset."+string(preset))
	}
	for _, f := range []presenter.DraftField{presenter.DraftName, presenter.DraftIssuer, presenter.DraftTenant, presenter.DraftClientID,
		presenter.DraftSecret, presenter.DraftScopes} {
		add("provider.wrong.+DraftField", "provider.wrong."+string(f))
	}
	for _, e := range []presenter.EndpointID{presenter.EndpointSignIn, presenter.EndpointToken, presenter.EndpointKeys, presenter.EndpointProfile,
		presenter.EndpointRevoke, presenter.EndpointLogout} {
		add("provider.check.+EndpointID", "provider.check."+string(e))
	}
	for id, results := range diagnosticResults(t) {
		if id != presenter.DiagnosticProvider { // is called by its name
			add("diagnostics.+DiagnosticID", "diagnostics."+string(id))
		}
		for result, state := range results {
			if id == presenter.DiagnosticProvider && state == presenter.LineFailed {
				continue // a fault
			}
			key := "diagnostics." + string(id) + "." + result
			add("diagnostics.+DiagnosticID+Result", key)
			if state == presenter.LineWarning || state == presenter.LineFailed {
				add("diagnostics.+DiagnosticID+Result", key+".next")
			}
		}
	}
	for _, s := range []presenter.LineState{presenter.LineRunning, presenter.LineOK, presenter.LineWarning, presenter.LineFailed, presenter.LineSkipped} {
		add("diagnostics.state.+LineState", "diagnostics.state."+string(s))
	}
	for _, f := range faults(t) {
		add("provider.fault.+Fault", "provider.fault."+f+".title", "provider.fault."+f+".text")
	}
	for _, m := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"} {
		add("date.month.+number", "date.month."+m)
	}
	for _, w := range fynesOwn {
		add("Fyne's own", strings.ReplaceAll(w, "_", " "))
	}
	return out
}

// faults are the values of auth.Fault.
func faults(t *testing.T) []string {
	var out []string
	declared := regexp.MustCompile(`\bFault[A-Za-z]+\s+Fault = "([a-z_]+)"`)
	for _, source := range sources(t, "../../auth") {
		for _, m := range declared.FindAllStringSubmatch(source, -1) {
			out = append(out, m[1])
		}
	}
	if len(out) < 15 {
		t.Fatalf("found %d faults only: the test looks in the wrong place", len(out))
	}
	return out
}

// TestWords walks the sources and the words: each key that is used has words,
// and no words are unused. A key is any string in quotes that is one in en.json
// or begins as one of its families does.
func TestWords(t *testing.T) {
	words := english(t)
	families := map[string]bool{}
	for k := range words {
		if family, _, ok := strings.Cut(k, "."); ok {
			families[family] = true
		}
	}
	used := composed(t)
	quoted := regexp.MustCompile(`"([a-z]+)(\.[a-z0-9_.]*[a-z0-9])"`)
	for _, dir := range []string{".", "..", "../..", "../tray", "../presenter", "../flowpage"} {
		for _, source := range sources(t, dir) {
			for _, m := range quoted.FindAllStringSubmatch(source, -1) {
				if key := m[1] + m[2]; families[m[1]] && !notKeys[key] {
					used[key] = dir
				}
			}
		}
	}
	for k, where := range used {
		if words[k] == "" {
			t.Errorf("no words for %q, used in %s", k, where)
		}
	}
	for k := range words {
		if used[k] == "" {
			t.Errorf("nothing uses the words of %q", k)
		}
	}
	if len(used) < 100 {
		t.Errorf("found %d keys only: this test can't see them", len(used))
	}
}

// notKeys look like keys and are none.
var notKeys = map[string]bool{}

// TestLanguages: the files are those of assets.Languages, no more and no less.
func TestLanguages(t *testing.T) {
	var files []string
	if err := fs.WalkDir(assets.Translations, ".", func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			files = append(files, strings.TrimSuffix(filepath.Base(path), ".json"))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, l := range assets.Languages() {
		listed = append(listed, l.Tag)
		if tag, err := language.Parse(l.Tag); err != nil || tag.String() != l.Tag || l.Name == "" {
			t.Errorf("%+v: %v", l, err)
		}
	}
	slices.Sort(files)
	slices.Sort(listed)
	if !slices.Equal(files, listed) {
		t.Errorf("there are files for %v, and %v are offered", files, listed)
	}
}

// sameAsEnglish are the words that are rightly the same in a language; the key
// "*" is for all.
var sameAsEnglish = map[string]string{
	"*":     "OK problem.inline settings.left.detail diagnostics.provider.failed notification.title date.year problem.address flow.lane.client flow.request.note next.dismiss field.language.region flow.try.error.label provider.preset.google provider.preset.microsoft provider.preset.gitlab provider.preset.github",
	"de":    "settings.left.item date.month.4 date.month.8 date.month.9 date.month.11 demo.name field.name file.name flow.ms flow.note.took passphrase.field diagnostics.browser provider.field.name about.version about.build",
	"es":    "Error No demo.name flow.ms flow.note.took settings.scale.percent",
	"fr":    "flow.ms flow.note.took about.version about.build flow.exchange.label tab.session when.much.minutes",
	"pt-BR": "flow.ms flow.note.took",
}

var (
	placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)
	value       = regexp.MustCompile(`\.([A-Z][A-Za-z]*)`)
)

// TestTranslations: each language has all the words that English has and no
// others, in all the forms that it needs, with the same placeholders, and in its
// own words.
func TestTranslations(t *testing.T) {
	en := translation(t, "en")
	count := counted(t)
	for _, l := range assets.Languages() {
		t.Run(l.Tag, func(t *testing.T) {
			words := translation(t, l.Tag)
			var missing []string
			for _, key := range slices.Sorted(maps.Keys(en)) {
				if words[key] == nil {
					missing = append(missing, key)
					continue
				}
				sameForms(t, key, words[key], slices.Contains(count, key), language.Make(l.Tag))
				for form, s := range words[key] {
					sameValues(t, key+"#"+form, s, en[key]["other"])
					sound(t, key+"#"+form, s)
				}
				if l.Tag != "en" && !contains(sameAsEnglish["*"]+" "+sameAsEnglish[l.Tag], key) &&
					letters(en[key]["other"]) && words[key]["other"] == en[key]["other"] {
					t.Errorf("%q is the English text: %q", key, words[key]["other"])
				}
				lengthOf(t, key, words[key]["other"], en[key]["other"])
				if n := en[key]["other"][:1]; n >= "0" && n <= "9" && !strings.HasPrefix(words[key]["other"], n) {
					t.Errorf("%q has not the number of step %s: %q", key, n, words[key]["other"])
				}
			}
			for key := range words {
				if en[key] == nil {
					t.Errorf("%q is not in en.json", key)
				}
			}
			if len(missing) > 0 {
				t.Errorf("no words for %q", missing)
			}
		})
	}
}

// sameForms: a word that goes with a number has each form that the language has
// for whole numbers, and "other".
func sameForms(t *testing.T, key string, has map[string]string, isCounted bool, tag language.Tag) {
	t.Helper()
	need := map[string]bool{"other": true}
	if isCounted && !strings.HasPrefix(key, "date.") { // which go with a number for its ending, if at all
		for n := range 200 {
			need[formNames[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]] = true
		}
	}
	for form := range need {
		if has[form] == "" {
			t.Errorf("%q lacks the form %q", key, form)
		}
	}
	for form := range has {
		if !isCounted && form != "other" || isCounted && !slices.Contains(slices.Collect(maps.Values(formNames)), form) {
			t.Errorf("%q has the form %q, which nothing asks for", key, form)
		}
	}
}

var formNames = map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}

// sameValues: s uses each value that English uses, and no other.
func sameValues(t *testing.T, key, s, english string) {
	t.Helper()
	if got, want := valuesIn(s), valuesIn(english); !slices.Equal(got, want) {
		t.Errorf("%q uses the values %q, English uses %q", key, got, want)
	}
}

func valuesIn(s string) []string {
	found := map[string]bool{}
	for _, p := range placeholder.FindAllString(s, -1) {
		for _, v := range value.FindAllString(p, -1) {
			found[v] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// sound: s is a template that works, and clean at its ends.
func sound(t *testing.T, key, s string) {
	t.Helper()
	if strings.TrimSpace(s) != s || s == "" {
		t.Errorf("%q begins or ends with a blank, or is empty: %q", key, s)
	}
	if strings.Contains(s, "  ") || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		t.Errorf("%q has two blanks or a control character: %q", key, s)
	}
	if _, err := template.New(key).Parse(s); err != nil {
		t.Errorf("%q: %v", key, err)
	}
}

// lengthOf: a text that is several times as long as English is a mistake, such
// as another key's text; whether it fits is seen by drawing it.
func lengthOf(t *testing.T, key, s, english string) {
	t.Helper()
	if n, of := utf8.RuneCountInString(s), utf8.RuneCountInString(english); n > 2*of+16 || 6*n < of-12 {
		t.Errorf("%q has %d characters, English has %d: %q", key, n, of, s)
	}
}

func letters(s string) bool {
	return strings.ContainsFunc(placeholder.ReplaceAllString(s, ""), unicode.IsLetter)
}

func contains(list, word string) bool { return slices.Contains(strings.Fields(list), word) }
