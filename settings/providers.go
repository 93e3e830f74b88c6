package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"app.latchkey/auth"
)

const maxProvidersFile = 256 << 10 // bytes

// FileError is a mistake in a file that a person wrote.
type FileError struct {
	File    string // its name, without the directory
	Line    int    // from 1
	Column  int    // from 1, in characters
	Message string // what was expected, and what to do
}

// Error implements error: "providers.toml:3:1: …".
func (e *FileError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// mistake is a FileError whose place is still a byte offset.
type mistake struct {
	at      int
	message string
}

func (m *mistake) Error() string { return m.message }

func mistakef(at int, format string, args ...any) *mistake {
	return &mistake{at: at, message: fmt.Sprintf(format, args...)}
}

// Providers reads providers.toml. A missing file means no providers. It is all
// or nothing: one mistake, and none of the providers is returned, so that
// nobody signs in with something else than what they meant. The error is an
// [auth.Problem] around a [FileError].
func (s *Settings) Providers() ([]auth.Provider, error) {
	path := s.ProvidersPath()
	data, err := readCapped(path, maxProvidersFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, invalid(path, fmt.Errorf("reading providers.toml: %w", err))
	}
	text := string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) // editors on Windows write a BOM
	providers, err := parseProviders(text)
	if m := new(mistake); errors.As(err, &m) {
		where := positionAt(text, m.at)
		err = &FileError{File: filepath.Base(path), Line: where.line, Column: where.column,
			Message: auth.CleanText(m.message, 400)}
	}
	if err != nil {
		return nil, invalid(path, err)
	}
	return providers, nil
}

func readCapped(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("larger than %d KiB, which no list of providers is", limit>>10)
	}
	return data, nil
}

// parseProviders turns the text into providers. Its errors are mistakes.
func parseProviders(text string) ([]auth.Provider, error) {
	var doc map[string]any
	if _, err := toml.Decode(text, &doc); err != nil {
		return nil, syntaxMistake(text, err)
	}
	tables, err := providerTables(text, doc)
	if err != nil {
		return nil, err
	}
	where := places(text, len(tables))
	providers := make([]auth.Provider, 0, len(tables))
	for i, t := range tables {
		p, err := readProvider(t, where[i])
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(providers, func(other auth.Provider) bool { return other.ID == p.ID }) {
			return nil, mistakef(where[i].value("id"), "id %q is used twice: give each provider its own", p.ID)
		}
		providers = append(providers, p)
	}
	return providers, nil
}

// syntaxMistake is the library's complaint about what is not TOML at all.
func syntaxMistake(text string, err error) error {
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return mistakef(0, "%s", err)
	}
	at := min(max(pe.Position.Start, 0), len(text)) // the library says -1 at times
	message := pe.Message
	for complaint, hint := range syntaxHints {
		if strings.HasPrefix(message, complaint) {
			message += ": " + hint
		}
	}
	// The library quotes what it stumbled over. A client secret without
	// quotation marks must not get into a message that people copy around.
	line := text[strings.LastIndexByte(text[:at], '\n')+1:]
	line, _, _ = strings.Cut(line, "\n")
	if strings.Contains(pe.LastKey, "client_secret") || strings.Contains(line, "client_secret") {
		message = `the value of client_secret is not written as TOML: put it between quotation marks ("…")`
	}
	return mistakef(at, "%s", message)
}

// syntaxHints say what to do about the commonest mistakes.
var syntaxHints = map[string]string{
	"expected value but found":                    `put texts between quotation marks ("…")`,
	"strings cannot contain newlines":             `the closing quotation mark (") is missing`,
	"expected a top-level item to end":            "write each key on a line of its own",
	"expected end of table array name delimiter":  "write [[provider]], with two brackets on each side",
	"files cannot contain NULL bytes":             "save the file as UTF-8",
	"TOML files cannot contain control character": "delete it",
}

// providerTables returns the [[provider]] tables and refuses everything else
// at the top of the file.
func providerTables(text string, doc map[string]any) ([]map[string]any, error) {
	inTable := false
	for _, st := range statements(text) {
		switch {
		case len(st.path) == 0 || inTable && !st.header:
		case st.path[0] == "provider":
			inTable = st.header
		case st.header:
			return nil, mistakef(st.at, "table %q is not known: expected [[provider]]", st.path[0])
		default:
			return nil, mistakef(st.at, "%q stands outside of a provider: put a line [[provider]] above it", st.path[0])
		}
	}
	switch v := doc["provider"].(type) {
	case nil:
		return nil, nil
	case []map[string]any:
		return v, nil
	case []any: // provider = [{…}]
		if tables, ok := listOf[map[string]any](v); ok {
			return tables, nil
		}
		return nil, mistakef(firstProvider(text), "expected [[provider]] tables, not a list of other things")
	case map[string]any:
		return nil, mistakef(firstProvider(text), "expected [[provider]], with two brackets on each side")
	default:
		return nil, mistakef(firstProvider(text), "expected [[provider]] tables, not %s", typeName(v))
	}
}

func firstProvider(text string) int {
	for _, st := range statements(text) {
		if len(st.path) > 0 && st.path[0] == "provider" {
			return st.at
		}
	}
	return 0
}

// entry is a provider as written.
type entry struct {
	id, name, preset, issuer, clientID, clientSecret string
	profileAPI, redirectHost, redirectPath           string
	scopes                                           []string
	ports                                            []int
}

// fields maps each key that a [[provider]] may have to where its value goes.
func (e *entry) fields() map[string]any {
	return map[string]any{
		"id": &e.id, "name": &e.name, "preset": &e.preset, "issuer": &e.issuer,
		"client_id": &e.clientID, "client_secret": &e.clientSecret, "scopes": &e.scopes,
		"profile_api": &e.profileAPI, "redirect_host": &e.redirectHost,
		"redirect_path": &e.redirectPath, "redirect_ports": &e.ports,
	}
}

func readProvider(table map[string]any, where place) (auth.Provider, error) {
	var e entry
	fields := e.fields()
	// In the order of the file, so that the first mistake is the one reported.
	names := slices.SortedFunc(maps.Keys(table), func(a, b string) int {
		if d := where.key(a) - where.key(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		target, known := fields[name]
		if !known {
			return auth.Provider{}, mistakef(where.key(name), "%s", unknownKey(name, slices.Sorted(maps.Keys(fields))))
		}
		if want := assign(target, table[name]); want != "" {
			return auth.Provider{}, mistakef(where.value(name), "%s: expected %s, not %s", name, want, typeName(table[name]))
		}
	}
	p, err := e.provider(where)
	if err != nil {
		return auth.Provider{}, err
	}
	if err := p.Validate(); err != nil {
		// A message of Validate starts with the key it is about.
		key := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == ' ' || r == ':' })[0]
		return auth.Provider{}, mistakef(where.value(key), "%s", err)
	}
	return p, nil
}

// assign stores a decoded value, or says what type was expected.
func assign(target, value any) (want string) {
	switch t := target.(type) {
	case *string:
		s, ok := value.(string)
		if !ok {
			return `text between quotation marks ("…")`
		}
		*t = s
	case *[]string:
		list, ok := listOf[string](value)
		if !ok {
			return `a list of texts (["openid", "email"])`
		}
		*t = list
	case *[]int:
		list, ok := listOf[int64](value)
		if !ok {
			return "a list of whole numbers ([8400, 8401])"
		}
		for _, n := range list {
			// What no int could hold is no port either; Validate says so.
			*t = append(*t, int(min(max(n, -1), math.MaxInt32)))
		}
	}
	return ""
}

func listOf[T any](value any) ([]T, bool) {
	list, ok := value.([]any)
	out := make([]T, 0, len(list))
	for _, v := range list {
		item, isT := v.(T)
		if !isT {
			return nil, false
		}
		out = append(out, item)
	}
	return out, ok
}

// provider applies the preset. Validate judges what comes out, except for
// what is simply missing, which is said here in the file's own words.
func (e entry) provider(where place) (auth.Provider, error) {
	var p auth.Provider
	switch e.preset {
	case "":
		p.ProfileAPI = e.profileAPI
		p.Issuer, p.ClientID, p.ClientSecret = e.issuer, e.clientID, auth.NewSecret(e.clientSecret)
	case "google":
		p = auth.Google(e.clientID, e.clientSecret)
		if e.issuer != "" && e.issuer != auth.GoogleIssuer {
			p = auth.GoogleAt(e.issuer, e.profileAPI, e.clientID, e.clientSecret)
		} else if e.profileAPI != "" {
			p.ProfileAPI = e.profileAPI
		}
	default:
		return p, mistakef(where.value("preset"), `preset %q is not known: expected "google", or leave it out`, e.preset)
	}
	if e.id != "" {
		p.ID = e.id
	}
	if e.name != "" {
		p.Name = auth.CleanText(e.name, 100)
	}
	p.Scopes = e.scopes
	p.Redirect = auth.Redirect{Host: e.redirectHost, Path: e.redirectPath, Ports: e.ports}
	for _, need := range []struct{ key, value, hint string }{
		{"id", p.ID, `a short name of your own, such as id = "work"`},
		{"name", p.Name, `the name on the button, such as name = "Work"`},
		{"issuer", p.Issuer, `the provider's issuer address, such as issuer = "https://id.example.com"`},
		{"client_id", p.ClientID, "register a native (desktop) client at the provider and copy its client ID"},
	} {
		if need.value == "" {
			return p, mistakef(where.value(need.key), "%s is missing: %s", need.key, need.hint)
		}
	}
	return p, nil
}

// typeName names the type of a decoded value as TOML does.
func typeName(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case int64, float64:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any, []map[string]any:
		return "a table"
	}
	return "a date"
}

// Merge returns the providers built into the program and those of the file,
// the built-in ones first. Where both have an ID, the file's takes its place.
func Merge(buildTime, file []auth.Provider) []auth.Provider {
	out := slices.Clone(buildTime)
	for _, p := range file {
		if i := slices.IndexFunc(out, func(o auth.Provider) bool { return o.ID == p.ID }); i >= 0 {
			out[i] = p
			continue
		}
		out = append(out, p)
	}
	return out
}
