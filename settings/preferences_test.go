package settings_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"app.latchkey/settings"
)

func preferences(t *testing.T, text string) *settings.Settings {
	t.Helper()
	s, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if text != "" {
		if err := os.WriteFile(s.PreferencesPath(), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func change(t *testing.T, s *settings.Settings, f func(*settings.Preferences)) {
	t.Helper()
	if err := s.ChangePreferences(f); err != nil {
		t.Fatal(err)
	}
}

func TestPreferencesLast(t *testing.T) {
	s := preferences(t, "")
	if got := s.Preferences(); got != (settings.Preferences{}) {
		t.Errorf("before anything is chosen: %+v", got)
	}
	want := settings.Preferences{Appearance: settings.AppearanceContrast, Scale: 150, Language: "de", StartInTray: true, KeepInTray: true, Demo: true, QuietUpdates: true}
	change(t, s, func(p *settings.Preferences) { *p = want })
	again, err := settings.Open(s.ConfigDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Preferences(); got != want {
		t.Errorf("after a restart: %+v, want %+v", got, want)
	}
	wantMode(t, s.PreferencesPath(), 0o600)
	change(t, s, func(p *settings.Preferences) { *p = settings.Preferences{} })
	if got := s.Preferences(); got != (settings.Preferences{}) {
		t.Errorf("taken back: %+v", got)
	}
}

// TestPreferencesReading: what is no value counts as not chosen, and takes
// nothing else with it.
func TestPreferencesReading(t *testing.T) {
	dark := settings.Preferences{Appearance: settings.AppearanceDark}
	for name, c := range map[string]struct {
		text string
		want settings.Preferences
	}{
		"unknown appearance": {`{"appearance":"neon","scale":90}`, settings.Preferences{Scale: 90}},
		"unknown language":   {`{"language":"xx-YY","scale":90}`, settings.Preferences{Scale: 90}},
		"another type":       {`{"appearance":"dark","scale":"big","demo":1,"language":[],"start_in_tray":"yes"}`, dark},
		"too small":          {`{"appearance":"dark","scale":79}`, dark},
		"too large":          {`{"appearance":"dark","scale":201}`, dark},
		"negative":           {`{"appearance":"dark","scale":-100}`, dark},
		"fraction":           {`{"appearance":"dark","scale":99.5}`, dark},
		"newer":              {`{"version":9,"appearance":"dark","mood":"blue"}`, dark},
		"byte order mark":    {"\xef\xbb\xbf" + `{"appearance":"dark"}`, dark},
		"cut off":            {`{"appearance":"dark`, settings.Preferences{}},
		"a list":             {`["dark"]`, settings.Preferences{}},
		"null":               {`null`, settings.Preferences{}},
		"empty":              {" ", settings.Preferences{}},
		"huge":               {`{"appearance":"dark"}` + strings.Repeat(" ", 2<<20), settings.Preferences{}},
	} {
		if got := preferences(t, c.text).Preferences(); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestPreferencesKeepWhatIsUnknown: of a newer version's file nothing is lost,
// not even a value of a key that this version knows.
func TestPreferencesKeepWhatIsUnknown(t *testing.T) {
	s := preferences(t, `{"version":9,"appearance":"neon","language":"tlh","mood":{"deep":["blue",1.50]},"scale":90}`)
	change(t, s, func(p *settings.Preferences) { p.Scale = 110 })
	var got map[string]json.RawMessage
	data, err := os.ReadFile(s.PreferencesPath())
	if err != nil || json.Unmarshal(data, &got) != nil {
		t.Fatalf("%s, %v", data, err)
	}
	var mood struct{ Deep []json.RawMessage }
	if err := json.Unmarshal(got["mood"], &mood); err != nil || len(mood.Deep) != 2 || string(mood.Deep[1]) != "1.50" {
		t.Errorf("mood is %s", got["mood"])
	}
	for key, want := range map[string]string{"version": "9", "appearance": `"neon"`, "language": `"tlh"`, "scale": "110"} {
		if string(got[key]) != want {
			t.Errorf("%s is %s, want %s", key, got[key], want)
		}
	}
	change(t, s, func(p *settings.Preferences) { p.Appearance = settings.AppearanceLight })
	if got := s.Preferences().Appearance; got != settings.AppearanceLight {
		t.Errorf("chosen over it: %q", got)
	}
}

// TestABrokenFileIsPutAside: none of what was in it is lost, time after time.
func TestABrokenFileIsPutAside(t *testing.T) {
	s := preferences(t, "")
	for i, text := range []string{"first {", "second ["} {
		if err := os.WriteFile(s.PreferencesPath(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		change(t, s, func(p *settings.Preferences) { p.Scale = 100 + i })
		if got := s.Preferences().Scale; got != 100+i {
			t.Errorf("the choice is %d", got)
		}
	}
	for name, want := range map[string]string{"settings.json.broken": "first {", "settings.json.broken-2": "second ["} {
		if got, err := os.ReadFile(filepath.Join(s.ConfigDir(), name)); string(got) != want {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
}

// TestAFileThatCannotBeReadIsLeftAlone: it may be whole.
func TestAFileThatCannotBeReadIsLeftAlone(t *testing.T) {
	s := preferences(t, "")
	if err := os.Symlink("settings.json", s.PreferencesPath()); err != nil { // to itself: nobody can open it
		t.Skip(err)
	}
	if err := s.ChangePreferences(func(p *settings.Preferences) { p.Demo = true }); err == nil {
		t.Error("no error")
	}
	if to, err := os.Readlink(s.PreferencesPath()); err != nil || to != "settings.json" {
		t.Errorf("what was there is gone: %v", err)
	}
}

func TestAnUnchangedChoiceWritesNothing(t *testing.T) {
	const text = `{"appearance": "dark"}`
	s := preferences(t, text)
	change(t, s, func(p *settings.Preferences) { p.Appearance = settings.AppearanceDark })
	if got, _ := os.ReadFile(s.PreferencesPath()); string(got) != text {
		t.Errorf("the file became %q", got)
	}
}

func TestChangesAtTheSameTime(t *testing.T) {
	s := preferences(t, "")
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.ChangePreferences(func(p *settings.Preferences) { p.Demo = true }) })
	wg.Go(func() { _ = s.ChangePreferences(func(p *settings.Preferences) { p.Scale = 120 }) })
	wg.Go(func() { _ = s.ChangePreferences(func(p *settings.Preferences) { p.Language = "fr" }) })
	wg.Wait()
	if got, want := s.Preferences(), (settings.Preferences{Demo: true, Scale: 120, Language: "fr"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
