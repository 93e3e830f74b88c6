package settings

import (
	"maps"
	"math"
	"slices"
	"strings"

	"app.latchkey/auth"
)

// entry is a provider as written.
type entry struct {
	id, name, preset, issuer, clientID, clientSecret string
	profileAPI, redirectHost, redirectPath, logout   string
	scopes                                           []string
	ports                                            []int
}

// fields maps each key that a [[provider]] may have to where its value goes.
func (e *entry) fields() map[string]any {
	return map[string]any{
		"id": &e.id, "name": &e.name, "preset": &e.preset, "issuer": &e.issuer,
		"client_id": &e.clientID, "client_secret": &e.clientSecret, "scopes": &e.scopes,
		"profile_api": &e.profileAPI, "redirect_host": &e.redirectHost,
		"redirect_path": &e.redirectPath, "redirect_ports": &e.ports, "logout_path": &e.logout,
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
	p.Redirect = auth.Redirect{Host: e.redirectHost, Path: e.redirectPath, Ports: e.ports, LogoutPath: e.logout}
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
