package presenter

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"app.latchkey/auth"
)

// Report is the lines as text, in English and for whoever helps: without
// secrets, e-mail addresses and the name of the person's own folder.
func (i Inspection) Report(lines []DiagnosticLine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Diagnostics of %s\n\n", i.Now().UTC().Format("2006-01-02 15:04 UTC"))
	for _, f := range i.Facts {
		fmt.Fprintf(&b, "%-10s %s\n", f.Name, i.redact(f.Value))
	}
	b.WriteString("\n")
	for _, l := range lines {
		text := l.Result
		for _, name := range slices.Sorted(maps.Keys(l.Values)) {
			if l.Values[name] != "" {
				text += "; " + strings.ToLower(name) + " " + l.Values[name]
			}
		}
		if l.Detail != "" {
			text += "; " + l.Detail
		}
		fmt.Fprintf(&b, "%-8s %-9s %s\n", l.State, l.ID, i.redact(text))
	}
	return b.String()
}

var (
	emailAddress = regexp.MustCompile(`[\pL\pN._%+'-]+@[\pL\pN.-]+`)
	// longWord is what tokens, codes and secrets look like; hosts and paths have
	// dots and slashes.
	longWord = regexp.MustCompile(`[A-Za-z0-9_~+=-]{32,}`)
	// shortSecret is what some are known by.
	shortSecret = regexp.MustCompile(`(GOCSPX-|ya29\.|eyJ|ghp_|gho_|glpat-)[A-Za-z0-9._~+/=-]*`)
)

// redact takes out of a text what is nobody else's business.
func (i Inspection) redact(s string) string {
	s = auth.CleanText(s, 1000)
	if len(i.Home) > 1 {
		s = strings.ReplaceAll(s, strings.TrimRight(i.Home, `/\`), "~")
	}
	s = emailAddress.ReplaceAllString(s, "…@…")
	s = shortSecret.ReplaceAllString(s, "…")
	return longWord.ReplaceAllStringFunc(s, func(word string) string {
		if strings.ContainsAny(word, "0123456789") {
			return "…"
		}
		return word // a long name
	})
}
