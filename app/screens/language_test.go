package screens_test

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"

	"app.latchkey/app/screens"
	"app.latchkey/assets"
)

// speak uses a language until the end of the test.
func speak(t *testing.T, tag string) {
	t.Helper()
	if err := screens.UseLanguage(tag); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := screens.UseLanguage("en"); err != nil {
			t.Error(err)
		}
	})
}

// system makes the system's language another, as a new start finds it.
func system(t *testing.T, env ...string) {
	t.Helper()
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"} {
		t.Setenv(name, "")
	}
	for i := 0; i < len(env); i += 2 {
		t.Setenv(env[i], env[i+1])
	}
	// Fyne reads it when words are added.
	again := func() {
		if err := lang.AddTranslationsForLocale([]byte(`{"latchkey.test": "-"}`), "en"); err != nil {
			t.Fatal(err)
		}
	}
	again()
	t.Cleanup(func() {
		os.Setenv("LC_ALL", "C")
		again()
	})
}

// logged is what Fyne complains of while f runs.
func logged(t *testing.T, f func()) string {
	t.Helper()
	var b bytes.Buffer
	log.SetOutput(&b)
	defer log.SetOutput(os.Stderr)
	f()
	return b.String()
}

// TestTheSystemsLanguage: whichever the system's languages are, the words are of
// the one that fits, and Fyne finds no fault.
func TestTheSystemsLanguage(t *testing.T) {
	for _, c := range []struct {
		name string
		env  []string
		want string
	}{
		{"nothing set", nil, "en"},
		{"C", []string{"LC_ALL", "C.UTF-8"}, "en"},
		{"POSIX", []string{"LANG", "POSIX"}, "en"},
		{"American", []string{"LANG", "en_US.UTF-8"}, "en"},
		{"German", []string{"LANG", "de_DE.UTF-8"}, "de"},
		{"Swiss German", []string{"LANG", "de_CH.UTF-8"}, "de"},
		{"Mexican", []string{"LANG", "es_MX.UTF-8"}, "es"},
		{"Canadian French", []string{"LANG", "fr_CA.UTF-8"}, "fr"},
		{"Brazilian", []string{"LANG", "pt_BR.UTF-8"}, "pt-BR"},
		{"Portuguese", []string{"LANG", "pt_PT.UTF-8"}, "pt-BR"},
		{"Russian", []string{"LANG", "ru_RU.UTF-8"}, "ru"},
		{"Japanese", []string{"LANG", "ja_JP.UTF-8"}, "ja"},
		{"Chinese", []string{"LANG", "zh_CN.UTF-8"}, "zh-Hans"},
		{"Singapore", []string{"LANG", "zh_SG.UTF-8"}, "zh-Hans"},
		{"Dutch, we have none", []string{"LANG", "nl_NL.UTF-8"}, "en"},
		{"Swedish, Fyne has it and we have not", []string{"LANG", "sv_SE.UTF-8"}, "en"},
		{"Dutch, else German", []string{"LANG", "en_US.UTF-8", "LANGUAGE", "nl:de"}, "de"},
		{"nonsense", []string{"LANG", "xx"}, "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			system(t, c.env...)
			speak(t, "ja") // so that going back to the system's is seen
			complaints := logged(t, func() {
				speak(t, "")
				if got := screens.Language().String(); got != c.want {
					t.Errorf("the language is %s, want %s", got, c.want)
				}
				want := translation(t, c.want)
				for _, key := range []string{"signin.title", "Copy"} { // ours, and Fyne's
					text := want[key]["other"]
					if text == "" {
						text = translation(t, "en")[key]["other"]
					}
					if got := screens.Word(key); got != text {
						t.Errorf("%q is %q, want %q", key, got, text)
					}
				}
			})
			if complaints != "" && c.name != "nonsense" {
				t.Errorf("Fyne complains: %s", complaints)
			}
		})
	}
}

// TestChooseALanguage: each language can be chosen on each system, one after the
// other, and the system's again at the end.
func TestChooseALanguage(t *testing.T) {
	for _, env := range []string{"C", "en_US.UTF-8", "de_DE.UTF-8", "pt_BR.UTF-8", "zh_CN.UTF-8", "sv_SE.UTF-8"} {
		system(t, "LANG", env)
		speak(t, "")
		before := screens.Word("signin.title")
		for _, l := range assets.Languages() {
			speak(t, l.Tag)
			if got := screens.Language(); got != language.Make(l.Tag) {
				t.Errorf("on %s: the language is %s, want %s", env, got, l.Tag)
			}
			want := translation(t, l.Tag)["signin.title"]["other"]
			if got := screens.Word("signin.title"); got != want {
				t.Errorf("on %s: in %s the title is %q, want %q", env, l.Tag, got, want)
			}
		}
		speak(t, "")
		if got := screens.Word("signin.title"); got != before {
			t.Errorf("on %s: back at the system's language the title is %q, want %q", env, got, before)
		}
		speak(t, "tlh")
		if got := screens.Word("signin.title"); got != before {
			t.Errorf("on %s: an unknown language gives %q, want the system's %q", env, got, before)
		}
	}
}

// TestAWordThatIsMissingIsEnglish: key by key.
func TestAWordThatIsMissingIsEnglish(t *testing.T) {
	words, err := screens.Merged([]byte(`{"a": "A", "n": {"one": "{{.N}} thing", "other": "{{.N}} things"}, "b": "B"}`), []byte(`{"a": "Ä", "n": {"other": "{{.N}} Dinge"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"a": "Ä", "b": "B", "n#one": "{{.N}} Dinge", "n#many": "{{.N}} Dinge"} {
		if words[key] != want {
			t.Errorf("%q is %q, want %q", key, words[key], want)
		}
	}
}

// TestFynesLanguages: the list of Fyne's languages is Fyne's. On another version
// of Fyne this says what to change.
func TestFynesLanguages(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "fyne.io/fyne/v2").Output()
	if err != nil {
		t.Skip("Fyne's sources are not at hand: ", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "lang", "translations", "base.*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no translations in ", string(dir), err)
	}
	var theirs []string
	for _, f := range files {
		tag := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "base."), ".json")
		theirs = append(theirs, strings.ReplaceAll(tag, "_", "-"))
		if tag != "en" {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		words := map[string]any{}
		if err := json.Unmarshal(b, &words); err != nil {
			t.Fatal(err)
		}
		ours := english(t)
		for key := range words {
			if ours[key] == "" && !strings.Contains(key, "day") { // the days are a calendar's, which we have none of
				t.Errorf("en.json lacks Fyne's own %q", key)
			}
		}
	}
	slices.Sort(theirs)
	if ours := screens.FynesLanguages(); !slices.Equal(ours, theirs) {
		t.Errorf("Fyne has words in %v, we know of %v", theirs, ours)
	}
}

// TestNumbers: the form that goes with a number is that of the language of the
// words, not of the system's.
func TestNumbers(t *testing.T) {
	system(t, "LANG", "en_US.UTF-8")
	for tag, seconds := range map[string]map[int]string{
		"en":      {60 * 25: "25 minutes behind", -3600 * 24: "24 hours ahead", 3600 * 24 * 365 * 3: "3 years behind"},
		"de":      {60 * 25: "25 Minuten nach", 3600 * 24 * 2: "2 Tage nach"},
		"ru":      {60 * 21: "отстают на 21 минуту", 60 * 22: "отстают на 22 минуты", 60 * 25: "отстают на 25 минут", 3600 * 24 * 11: "отстают на 11 дней"},
		"ja":      {-60 * 25: "25 分進んでいます"},
		"zh-Hans": {-60 * 25: "快了 25 分钟"},
	} {
		speak(t, tag)
		for s, want := range seconds {
			if got := screens.ClockWords(s); got != want {
				t.Errorf("%s: %q, want %q", tag, got, want)
			}
		}
	}
}

// TestDates: a date and a time of day in each language's way.
func TestDates(t *testing.T) {
	then := time.Date(2026, time.May, 3, 14, 2, 0, 0, time.Local)
	for tag, want := range map[string][5]string{
		"en":      {"3 May 2026, 14:02", "10 December 1815", "29 February", "1815", "1 July 1867"},
		"de":      {"3. Mai 2026, 14:02", "10. Dezember 1815", "29. Februar", "1815", "1. Juli 1867"},
		"es":      {"3 de mayo de 2026, 14:02", "10 de diciembre de 1815", "29 de febrero", "1815", "1 de julio de 1867"},
		"fr":      {"3 mai 2026 à 14:02", "10 décembre 1815", "29 février", "1815", "1er juillet 1867"},
		"pt-BR":   {"3 de maio de 2026, 14:02", "10 de dezembro de 1815", "29 de fevereiro", "1815", "1º de julho de 1867"},
		"ru":      {"3 мая 2026 г., 14:02", "10 декабря 1815 г.", "29 февраля", "1815 г.", "1 июля 1867 г."},
		"ja":      {"2026年5月3日 14:02", "1815年12月10日", "2月29日", "1815年", "1867年7月1日"},
		"zh-Hans": {"2026年5月3日 14:02", "1815年12月10日", "2月29日", "1815年", "1867年7月1日"},
	} {
		speak(t, tag)
		got := [5]string{screens.ClockTime(then, then.AddDate(0, 1, 0)), screens.BirthdayWords("1815-12-10"), screens.BirthdayWords("--02-29"), screens.BirthdayWords("1815"), screens.BirthdayWords("1867-07-01")}
		if got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	for _, strange := range []string{"soon", "1815-13-40", "--13-01", ""} {
		if got := screens.BirthdayWords(strange); got != strange {
			t.Errorf("%q is drawn as %q", strange, got)
		}
	}
}

// TestHours: an English system counts hours as its region does.
func TestHours(t *testing.T) {
	then := time.Date(2026, time.May, 3, 14, 2, 0, 0, time.Local)
	for locale, want := range map[string]string{"en_US.UTF-8": "2:02 PM today", "en_GB.UTF-8": "14:02 today", "C": "14:02 today", "de_DE.UTF-8": "14:02 today"} {
		system(t, "LANG", locale)
		speak(t, "en")
		if got := screens.ClockTime(then, then.Add(3*time.Hour)); got != want {
			t.Errorf("on %s: %q, want %q", locale, got, want)
		}
	}
}

// TestLanguagesInWords: a profile's language by its name in the language of the
// words.
func TestLanguagesInWords(t *testing.T) {
	for tag, want := range map[string][3]string{
		"en":      {"English (United Kingdom)", "German", "Chinese"},
		"de":      {"Englisch (Vereinigtes Königreich)", "Deutsch", "Chinesisch"},
		"es":      {"inglés (Reino Unido)", "alemán", "chino"},
		"fr":      {"anglais (Royaume-Uni)", "allemand", "chinois"},
		"pt-BR":   {"inglês (Reino Unido)", "alemão", "chinês"},
		"ru":      {"английский (Великобритания)", "немецкий", "китайский"},
		"ja":      {"英語（イギリス）", "ドイツ語", "中国語"},
		"zh-Hans": {"英语（英国）", "德语", "中文"},
	} {
		speak(t, tag)
		if got := [3]string{screens.LanguageWords("en-GB"), screens.LanguageWords("de"), screens.LanguageWords("zh-Hans")}; got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	for _, strange := range []string{"not a tag at all", "", "x-private"} {
		if got := screens.LanguageWords(strange); got != strange {
			t.Errorf("%q is drawn as %q", strange, got)
		}
	}
}
