package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// compare tells how the shapes of two recordings differ: which answers there
// are, with which status and media type, which members they have, and of which
// type each is. Values count only where they are what a client goes by: error
// codes, token types, the lists of a discovery document.
func compare(real, mock *recording) []string {
	var out []string
	for _, name := range names(real, mock) {
		a, b := real.find(name), mock.find(name)
		switch {
		case a == nil:
			out = append(out, name+": only the mock has it")
		case b == nil:
			out = append(out, name+": the mock lacks it")
		default:
			out = append(out, compareExchange(*a, *b)...)
		}
	}
	return out
}

func (r *recording) find(name string) *exchange {
	i := slices.IndexFunc(r.exchanges, func(e exchange) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return &r.exchanges[i]
}

func names(a, b *recording) []string {
	set := map[string]bool{}
	for _, e := range append(slices.Clone(a.exchanges), b.exchanges...) {
		set[e.Name] = true
	}
	return slices.Sorted(maps.Keys(set))
}

func compareExchange(a, b exchange) []string {
	var out []string
	if a.Status != b.Status {
		out = append(out, fmt.Sprintf("%s: status %d, the mock's %d", a.Name, a.Status, b.Status))
	}
	for _, h := range keptHeaders {
		got, want := headWord(a.Header[h]), headWord(b.Header[h])
		if got != want {
			out = append(out, fmt.Sprintf("%s: %s %q, the mock's %q", a.Name, h, got, want))
		}
	}
	return append(out, compareValue(a.Name, a.Body, b.Body)...)
}

// headWord is the part of a header's value that a client goes by: a media type,
// an authentication scheme.
func headWord(value string) string {
	value, _, _ = strings.Cut(value, ";")
	word, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	return strings.ToLower(strings.TrimSuffix(word, ","))
}

// telling are members whose values are compared too.
var telling = []string{"error", "token_type", "alg", "typ", "kty", "use"}

func compareValue(path string, a, b any) []string {
	if typeOf(a) != typeOf(b) {
		return []string{fmt.Sprintf("%s: %s, the mock's %s", path, typeOf(a), typeOf(b))}
	}
	member := path[strings.LastIndexByte(path, '.')+1:]
	switch x := a.(type) {
	case map[string]any:
		return compareMembers(path, x, b.(map[string]any))
	case []any:
		y := b.([]any)
		if strings.HasPrefix(path, "discovery.") {
			return compareLists(path, x, y)
		}
		if len(x) > 0 && len(y) > 0 { // entries of a list are alike
			return compareValue(path+"[]", x[0], y[0])
		}
	case string:
		if slices.Contains(telling, member) && x != b.(string) {
			return []string{fmt.Sprintf("%s: %q, the mock's %q", path, x, b)}
		}
	}
	return nil
}

func compareMembers(path string, a, b map[string]any) []string {
	var out []string
	all := maps.Clone(a)
	maps.Copy(all, b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		x, inA := a[name]
		y, inB := b[name]
		switch where := path + "." + name; {
		case !inA:
			out = append(out, where+": only the mock has it")
		case !inB:
			out = append(out, where+": the mock lacks it")
		default:
			out = append(out, compareValue(where, x, y)...)
		}
	}
	return out
}

// compareLists compares lists of capabilities as sets.
func compareLists(path string, a, b []any) []string {
	x, y := words(a), words(b)
	if slices.Equal(x, y) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %v, the mock's %v", path, x, y)}
}

func words(list []any) []string {
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func typeOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a text"
	case bool:
		return "true or false"
	case float64, json.Number, int:
		return "a number"
	}
	return "null"
}
