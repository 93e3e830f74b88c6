package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
