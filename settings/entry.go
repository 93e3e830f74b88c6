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
	id, name, preset, issuer, tenant, clientID, clientSecret string
	profileAPI, redirectHost, redirectPath, logout           string
	scopes                                                   []string
	ports                                                    []int
	plain                                                    auth.PlainOAuth
	loginHint                                                string
	noExpiry, commaScopes, formPost                          bool
	caFile                                                   string
	written                                                  map[string]bool // the keys that are there
}

// fields maps each key that a [[provider]] may have to where its value goes.
func (e *entry) fields() map[string]any {
	return map[string]any{
		"id": &e.id, "name": &e.name, "preset": &e.preset, "issuer": &e.issuer,
		"client_id": &e.clientID, "client_secret": &e.clientSecret, "scopes": &e.scopes,
		"profile_api": &e.profileAPI, "redirect_host": &e.redirectHost,
		"redirect_path": &e.redirectPath, "redirect_ports": &e.ports, "logout_path": &e.logout,
		"ca_file": &e.caFile, "form_post": &e.formPost,
		"tenant": &e.tenant, "authorization_endpoint": &e.plain.AuthorizationEndpoint, "token_endpoint": &e.plain.TokenEndpoint,
		"revocation_endpoint": &e.plain.RevocationEndpoint, "token_deletion": &e.plain.TokenDeletion,
		"user_endpoint": &e.plain.User.Endpoint, "emails_endpoint": &e.plain.User.EmailsEndpoint,
		"user_subject": &e.plain.User.Subject, "user_login": &e.plain.User.Login, "user_name": &e.plain.User.Name,
		"user_email": &e.plain.User.Email, "user_picture": &e.plain.User.Picture, "user_organization": &e.plain.User.Organization,
		"login_hint": &e.loginHint, "no_expiry": &e.noExpiry, "comma_scopes": &e.commaScopes,
	}
}

// usualKeys are those that nearly every file needs.
var usualKeys = []string{"client_id", "client_secret", "id", "issuer", "name", "preset", "redirect_path", "redirect_ports", "scopes"}

func readProvider(table map[string]any, where place) (auth.Provider, error) {
	e := entry{written: map[string]bool{}}
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
			return auth.Provider{}, mistakef(where.key(name), "%s", unknownKey(name, slices.Sorted(maps.Keys(fields)), usualKeys))
		}
		e.written[name] = true
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
	case *bool:
		b, ok := value.(bool)
		if !ok {
			return "true or false"
		}
		*t = b
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
