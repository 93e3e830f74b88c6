package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"app.latchkey/assets"
)

// Appearance is what the window looks like.
type Appearance string

// The appearances.
const (
	AppearanceSystem   Appearance = ""         // light or dark, as the system is
	AppearanceLight    Appearance = "light"    //
	AppearanceDark     Appearance = "dark"     //
	AppearanceContrast Appearance = "contrast" // high contrast, light or dark as the system is
)

// Preferences are what a person chose on the page of settings. The zero value is
// what holds before anything was chosen.
type Preferences struct {
	Appearance Appearance `json:"appearance"`
	Scale      int        `json:"scale"`    // of the window, in per cent; 0: as the system says
	Language   string     `json:"language"` // one of the translations' tags; "": the system's
	// StartInTray: the program starts without its window where there is a tray.
	StartInTray bool `json:"start_in_tray"`
	// KeepInTray: closing the window leaves the program running in the tray, where
	// there is one.
	KeepInTray bool `json:"keep_in_tray"`
	Demo       bool `json:"demo"` // the mock of Google, although a client is configured
	// QuietUpdates: nobody is asked whether there is a newer version. It matters
	// only where a vendor built an address in.
	QuietUpdates bool `json:"quiet_updates"`
}

// MinScale and MaxScale are the ends of [Preferences.Scale], in per cent.
const MinScale, MaxScale = 80, 200

// preferencesVersion is the form of settings.json that this program writes. A
// newer file keeps its number, and what this program does not know of it.
const preferencesVersion = 1

const maxPreferencesFile = 1 << 20 // bytes

var errBroken = errors.New("it is no JSON object")

// PreferencesPath is settings.json, what was chosen on the page of settings.
func (s *Settings) PreferencesPath() string { return filepath.Join(s.config, "settings.json") }

// Preferences reads what was chosen. What is missing, or is none of the values
// that there are, counts as not chosen; so does all of a file that can't be read.
func (s *Settings) Preferences() Preferences {
	members, err := readPreferences(s.PreferencesPath())
	if err != nil {
		return Preferences{}
	}
	return preferencesOf(members)
}

func preferencesOf(members map[string]json.RawMessage) Preferences {
	var p Preferences
	get := func(name string, to any) {
		if raw, ok := members[name]; ok {
			_ = json.Unmarshal(raw, to) // of another type: not chosen
		}
	}
	get("appearance", &p.Appearance)
	get("scale", &p.Scale)
	get("language", &p.Language)
	get("start_in_tray", &p.StartInTray)
	get("keep_in_tray", &p.KeepInTray)
	get("demo", &p.Demo)
	get("quiet_updates", &p.QuietUpdates)
	switch p.Appearance {
	case AppearanceSystem, AppearanceLight, AppearanceDark, AppearanceContrast:
	default:
		p.Appearance = AppearanceSystem
	}
	if !slices.ContainsFunc(assets.Languages(), func(l assets.Language) bool { return l.Tag == p.Language }) {
		p.Language = "" // as above: the page of settings shows what the window does
	}
	if p.Scale != 0 && (p.Scale < MinScale || p.Scale > MaxScale) {
		p.Scale = 0
	}
	return p
}

// ChangePreferences changes what was chosen and writes the file, whole or not at
// all. What is in the file besides is kept. A file that can't be read is put
// aside first, under the next free name of settings.json.broken, .broken-2, ….
func (s *Settings) ChangePreferences(change func(*Preferences)) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	path := s.PreferencesPath()
	members, err := readPreferences(path)
	if errors.Is(err, errBroken) {
		err = putAside(path)
		members = map[string]json.RawMessage{}
	}
	if err != nil {
		return fmt.Errorf("reading the settings: %w", err)
	}
	old := preferencesOf(members)
	chosen := old
	change(&chosen)
	if chosen == old {
		return nil
	}
	if err := merge(members, old, chosen); err != nil {
		return fmt.Errorf("writing the settings: %w", err)
	}
	data, err := json.MarshalIndent(members, "", "  ")
	if err == nil {
		err = os.MkdirAll(s.config, 0o700)
	}
	if err == nil {
		err = WriteFile(path, append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("writing the settings: %w", err)
	}
	return nil
}

// merge puts into members what differs between old and chosen. So a value that
// only a newer version understands stays until something else is chosen.
func merge(members map[string]json.RawMessage, old, chosen Preferences) error {
	before, err := membersOf(old)
	if err != nil {
		return err
	}
	after, err := membersOf(chosen)
	if err != nil {
		return err
	}
	for name, value := range after {
		if !bytes.Equal(before[name], value) {
			members[name] = value
		}
	}
	var version int
	if raw, ok := members["version"]; !ok || json.Unmarshal(raw, &version) != nil || version < preferencesVersion {
		members["version"] = json.RawMessage(fmt.Sprint(preferencesVersion))
	}
	return nil
}

func membersOf(p Preferences) (map[string]json.RawMessage, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return readMembers(b)
}

// readPreferences reads the file's members; a file that is not there has none.
// The error wraps errBroken where the file can be read and is not understood.
func readPreferences(path string) (map[string]json.RawMessage, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]json.RawMessage{}, nil
	}
	if err == nil && info.Size() > maxPreferencesFile {
		return nil, errBroken
	}
	b, err := readCapped(path, maxPreferencesFile)
	if err != nil {
		return nil, err
	}
	return readMembers(b)
}

func readMembers(b []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), &members); err != nil || members == nil {
		return nil, errBroken
	}
	return members, nil
}

// putAside renames a file that is not understood, and overwrites none.
func putAside(path string) error {
	for n := 1; n < 1000; n++ {
		aside := path + ".broken"
		if n > 1 {
			aside = fmt.Sprintf("%s.broken-%d", path, n)
		}
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return os.Rename(path, aside)
		}
	}
	return errors.New("there are too many broken files beside it")
}
