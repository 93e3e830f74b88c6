package flow

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const (
	// enough is how many characters of a secret in a row are taken for a leak.
	// A random text has them by chance less often than computers break.
	enough = 12
	// veiled is how much of a text is looked at, and so kept.
	veiled = 4000

	shroud = "•••••••"
)

// Veil takes secrets out of texts that others wrote. Servers echo what they were
// sent, whole or cut off, as it was or encoded; wherever a text has twelve
// characters in a row of a secret that the Veil was told of (plain, URL-encoded,
// in base64 or as in a JSON string), dots stand in their place.
//
// It is the second lock. The first is not to take such texts at all, and to mask
// what is known to be a secret. The zero value knows no secret; a nil Veil too.
type Veil struct {
	mu    sync.Mutex
	forms []string
}

// Hide tells of secrets. Those of less than twelve characters are ignored: they
// may be ordinary words.
func (v *Veil) Hide(secrets ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range secrets {
		if len(s) < enough {
			continue
		}
		for _, form := range forms(s) {
			if !slices.Contains(v.forms, form) {
				v.forms = append(v.forms, form)
			}
		}
	}
}

// forms are the ways in which a secret is written.
func forms(s string) []string {
	quoted, _ := json.Marshal(s) // a string always has JSON
	list := []string{s, url.QueryEscape(s), url.PathEscape(s), string(quoted[1 : len(quoted)-1])}
	for before := range 3 { // base64 of a text depends on how many bytes stand before it
		raw := append(make([]byte, before, before+len(s)), s...)
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			coded := e.EncodeToString(raw)
			list = append(list, coded[min(len(coded), (before*8+5)/6):len(coded)-1]) // the characters at both ends mix with the neighbours
		}
	}
	return list
}

// Clean returns text, at most 4,000 bytes of it, without the secrets.
func (v *Veil) Clean(text string) string {
	if v == nil {
		return text
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(text) > veiled {
		text = strings.ToValidUTF8(text[:veiled], "")
	}
	if len(v.forms) == 0 || len(text) < enough {
		return text
	}
	hide := make([]bool, len(text))
	found := false
	for i := 0; i+enough <= len(text); i++ {
		part := text[i : i+enough]
		if slices.ContainsFunc(v.forms, func(f string) bool { return strings.Contains(f, part) }) {
			found = true
			for j := i; j < i+enough; j++ {
				hide[j] = true
			}
		}
	}
	if !found {
		return text
	}
	var out strings.Builder
	for i := range len(text) {
		switch {
		case !hide[i]:
			out.WriteByte(text[i])
		case i == 0 || !hide[i-1]:
			out.WriteString(shroud)
		}
	}
	return strings.ToValidUTF8(out.String(), "")
}
