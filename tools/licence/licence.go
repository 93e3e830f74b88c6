// Package licence finds the licence of a module and says which one it is.
//
//	l, err := licence.Of(dir)
//	l.ID    // "BSD-3-Clause", an SPDX expression
//	l.Text  // the file, word for word
//
// It knows the licences that the modules of this program have, by sentences that
// only they hold. One that it does not know is an error: somebody has to look.
package licence

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// Licence is what a module's own file says.
type Licence struct {
	ID   string // an SPDX licence expression
	File string // the file's name in the module
	Text string // the file
}

// ErrUnknown is an error of Of: there is no licence, or one that it doesn't know.
var ErrUnknown = errors.New("unknown licence")

var (
	fileName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)(\.(md|txt|rst))?$`)
	blank    = regexp.MustCompile(`[\s*#>"“”'‘’]+`)
)

// Of reads the licence in a module's folder.
func Of(dir string) (Licence, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Licence{}, fmt.Errorf("looking for a licence: %w", err)
	}
	for _, e := range entries { // by name
		if e.IsDir() || !fileName.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return Licence{}, fmt.Errorf("reading a licence: %w", err)
		}
		id, err := Identify(string(text))
		if err != nil {
			return Licence{}, fmt.Errorf("%s of %s: %w", e.Name(), dir, err)
		}
		return Licence{ID: id, File: e.Name(), Text: string(text)}, nil
	}
	return Licence{}, fmt.Errorf("%w: %s has no such file", ErrUnknown, dir)
}

// sentences tell licences apart: a text is under the licence if it holds all of
// has and none of lacks.
var sentences = []struct {
	id         string
	has, lacks []string
}{
	{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy", "the above copyright notice and this permission notice shall be included"}, nil},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "endorse or promote products derived"}, []string{"all advertising materials"}},
	{"BSD-2-Clause", []string{"redistribution and use in source and binary forms", "redistributions in binary form must reproduce"}, []string{"endorse or promote products derived", "all advertising materials"}},
	{"Apache-2.0", []string{"apache license", "version 2.0"}, nil},
	{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"}, nil},
	{"ISC", []string{"permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"}, nil},
	{"Zlib", []string{"altered source versions must be plainly marked as such"}, nil},
	{"MPL-2.0", []string{"mozilla public license version 2.0"}, nil},
	{"OFL-1.1", []string{"sil open font license version 1.1"}, nil},
	{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}, nil},
}

// Identify says which licences a text holds, as an SPDX expression: several are
// joined by AND, since all of them may apply.
func Identify(text string) (string, error) {
	text = strings.ToLower(blank.ReplaceAllString(text, " "))
	found := map[string]bool{}
	for _, s := range sentences {
		if holdsAll(text, s.has) && !holdsAny(text, s.lacks) {
			found[s.id] = true
		}
	}
	for _, strong := range []string{"gnu general public license", "gnu affero", "gnu lesser general public license"} {
		if strings.Contains(text, strong) && !found["MPL-2.0"] { // which names them as compatible
			return "", fmt.Errorf("%w: it speaks of the %s", ErrUnknown, strong)
		}
	}
	if len(found) == 0 {
		return "", ErrUnknown
	}
	ids := make([]string, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return strings.Join(ids, " AND "), nil
}

func holdsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

func holdsAny(text string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
