package loopback

import (
	"cmp"
	"embed"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// wordFiles holds all the words of the pages, words/<language>.json.
// {product} and {provider} stand for names.
//
//go:embed words/*.json
var wordFiles embed.FS

// texts are the words of one language, by key.
type texts struct {
	lang  string // of <html lang>: a BCP 47 tag
	words map[string]string
}

// languages are all of them by tag. A file that could not be read would be
// missing; a test reads each.
var languages = sync.OnceValue(func() map[string]texts {
	out := map[string]texts{}
	files, _ := wordFiles.ReadDir("words")
	for _, f := range files {
		b, _ := wordFiles.ReadFile(path.Join("words", f.Name()))
		t := texts{lang: strings.TrimSuffix(f.Name(), ".json")}
		if json.Unmarshal(b, &t.words) == nil {
			out[t.lang] = t
		}
	}
	return out
})

// textsFor returns the texts in the first of these languages (BCP 47) that there
// are words in: the very one, else one that shares its first part, as Swiss
// German does with German. English, if there is none.
func textsFor(tags ...string) texts {
	all := languages()
	for _, want := range tags {
		for tag, t := range all {
			if strings.EqualFold(tag, want) {
				return t
			}
		}
		for tag, t := range all {
			if strings.EqualFold(base(tag), base(want)) {
				return t
			}
		}
	}
	return all["en"]
}

func base(tag string) string {
	first, _, _ := strings.Cut(tag, "-")
	return first
}

// maxAccepted is how much of an Accept-Language header is looked at.
const maxAccepted = 500

// accepted are the languages of an Accept-Language header, the most wanted first
// (RFC 9110 §12.5.4). What can't be read is left out.
func accepted(header string) []string {
	type wish struct {
		tag     string
		quality float64
	}
	var wishes []wish
	for part := range strings.SplitSeq(header[:min(len(header), maxAccepted)], ",") {
		tag, weight, weighted := strings.Cut(part, ";")
		w := wish{strings.TrimSpace(tag), 1}
		if weighted {
			q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(weight)), "q=")
			quality, err := strconv.ParseFloat(q, 64)
			if !ok || err != nil {
				continue
			}
			w.quality = quality
		}
		if w.tag != "" && w.tag != "*" && w.quality > 0 {
			wishes = append(wishes, w)
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.quality, a.quality) })
	var out []string
	for _, w := range wishes {
		out = append(out, w.tag)
	}
	return out
}
