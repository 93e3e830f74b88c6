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
	"strconv"
	"strings"

	"app.latchkey/auth"
)

// addedMark stands above the providers that were added in the window, which
// offers to remove them again. Whoever takes the line out keeps the provider.
const addedMark = "# Added in Latchkey's window, and can be removed there."

const byteOrderMark = "\xef\xbb\xbf"

// NewProvider is a provider as a person enters it. What is empty is as the
// preset says; without a preset Name and Issuer are needed.
type NewProvider struct {
	Preset                         string // as in providers.toml; "" for none
	Name, Issuer, Tenant, ClientID string
	ClientSecret                   auth.Secret
	Scopes                         []string
}

// Provider is what would be signed in at, under the given ID. The error says
// what is missing or wrong, and is for whoever fills in the form.
func (n NewProvider) Provider(id string) (auth.Provider, error) {
	list, err := parseProviders(n.toml(id))
	if m := new(mistake); errors.As(err, &m) {
		return auth.Provider{}, errors.New(m.message)
	}
	if err != nil {
		return auth.Provider{}, err
	}
	return list[0], nil
}

// AddProvider appends a provider to providers.toml, which it leaves as it is
// otherwise, comments included. Its ID is made of its name, and is none of those
// in taken. From then on the file is readable by its owner only.
func (s *Settings) AddProvider(n NewProvider, taken ...string) (auth.Provider, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	there, err := s.Providers()
	if err != nil {
		return auth.Provider{}, err
	}
	for _, p := range there {
		taken = append(taken, p.ID)
	}
	p, err := n.Provider(freeID(n, taken))
	if err != nil {
		return auth.Provider{}, invalid(s.ProvidersPath(), err)
	}
	return p, s.appendProvider(addedMark + "\n" + n.toml(p.ID))
}

// freeID makes an ID of a name: "Our Work (test)" becomes "our-work-test".
func freeID(n NewProvider, taken []string) string {
	name := n.Name
	if n.Preset != "" {
		name = n.Preset
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	base := strings.Join(words, "-")
	if base = base[:min(len(base), 40)]; base == "" {
		base = "provider"
	}
	base = strings.Trim(base, "-")
	id := base
	for i := 2; slices.Contains(taken, id); i++ {
		id = base + "-" + strconv.Itoa(i)
	}
	return id
}

// toml writes the provider as a table. An empty id is left to the preset.
func (n NewProvider) toml(id string) string {
	var b strings.Builder
	b.WriteString("[[provider]]\n")
	for _, line := range []struct{ key, value string }{
		{"preset", n.Preset}, {"id", id}, {"name", n.Name}, {"issuer", n.Issuer}, {"tenant", n.Tenant},
		{"client_id", n.ClientID}, {"client_secret", n.ClientSecret.Reveal()},
	} {
		if line.value != "" {
			fmt.Fprintf(&b, "%s = %s\n", line.key, quoted(line.value))
		}
	}
	if len(n.Scopes) > 0 {
		texts := make([]string, len(n.Scopes))
		for i, scope := range n.Scopes {
			texts[i] = quoted(scope)
		}
		fmt.Fprintf(&b, "scopes = [%s]\n", strings.Join(texts, ", "))
	}
	return b.String()
}

// quoted writes a text between quotation marks. What JSON escapes, TOML reads
// the same; only the one control character that JSON leaves alone has to go.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(strings.ReplaceAll(s, "\x7f", "")) // a string can be encoded
	return strings.TrimSuffix(b.String(), "\n")
}

// appendProvider writes a table to the end of providers.toml. s.writing is held.
func (s *Settings) appendProvider(table string) error {
	old, err := readCapped(s.ProvidersPath(), maxProvidersFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unwritten(s.ProvidersPath(), fmt.Errorf("reading providers.toml: %w", err))
	}
	text := string(old)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if text != "" {
		text += "\n"
	}
	text += table
	if _, err := parseProviders(strings.TrimPrefix(text, byteOrderMark)); err != nil { // such as: provider = [{…}] stands there
		return byHand(s.ProvidersPath(), errors.New("providers.toml cannot be added to: write its providers as [[provider]]"))
	}
	return s.writeProviders(text)
}

// writeProviders replaces the file; a link is left one, and what it leads to is
// replaced.
func (s *Settings) writeProviders(text string) error {
	if err := os.MkdirAll(s.config, 0o700); err != nil {
		return unwritten(s.config, fmt.Errorf("creating the directory: %w", err))
	}
	path := s.ProvidersPath()
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if err := WriteFile(path, []byte(text)); err != nil {
		return unwritten(s.ProvidersPath(), err)
	}
	return nil
}
