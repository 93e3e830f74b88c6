package settings

import (
	"fmt"
	"slices"
	"strings"

	"app.latchkey/auth"
)

// Added lists the IDs of the providers that were added in the window, in their
// order. A file that cannot be read has none.
func (s *Settings) Added() []string {
	text, err := s.providersText()
	if err != nil {
		return nil
	}
	providers, err := parseProviders(text)
	if err != nil {
		return nil
	}
	var out []string
	for i, b := range addedBlocks(text) {
		if b.from >= 0 && i < len(providers) {
			out = append(out, providers[i].ID)
		}
	}
	return out
}

// RemoveProvider takes a provider out of providers.toml that was added in the
// window. All else in the file stays as it is.
func (s *Settings) RemoveProvider(id string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	text, err := s.providersText()
	if err != nil {
		return invalid(s.ProvidersPath(), err)
	}
	before, err := s.Providers()
	if err != nil {
		return err
	}
	for i, b := range addedBlocks(text) {
		if b.from < 0 || i >= len(before) || before[i].ID != id {
			continue
		}
		rest := text[:b.from] + text[b.to:]
		after, err := parseProviders(rest)
		if err != nil || len(after) != len(before)-1 || slices.ContainsFunc(after, func(p auth.Provider) bool { return p.ID == id }) {
			break
		}
		return s.writeProviders(rest)
	}
	return byHand(s.ProvidersPath(), fmt.Errorf("%q cannot be removed here: take it out of providers.toml", id))
}

// providersText is the file without its byte order mark; "" where there is none.
func (s *Settings) providersText() (string, error) {
	data, err := readCapped(s.ProvidersPath(), maxProvidersFile)
	if err != nil {
		return "", fmt.Errorf("reading providers.toml: %w", err)
	}
	return strings.TrimPrefix(string(data), byteOrderMark), nil
}

// block is where a provider's lines are: byte offsets. from is -1 for one that
// was not added in the window.
type block struct{ from, to int }

// addedBlocks returns one block for each [[provider]] of text, which is valid.
func addedBlocks(text string) []block {
	var out []block
	for _, st := range statements(text) {
		switch {
		case st.header && st.array && slices.Equal(st.path, []string{"provider"}):
			out = append(out, block{from: markAbove(text, st.at), to: lineEnd(text, st.at)})
		case len(out) > 0 && (!st.header || st.path[0] == "provider"):
			end := scanner{text: text, pos: max(st.at, st.value)}
			if st.header {
				end.skipLine()
			} else {
				end.skipValue()
			}
			out[len(out)-1].to = lineEnd(text, end.pos)
		}
	}
	for i, b := range out {
		// The empty line that was written before the mark goes with it.
		if b.from > 0 && strings.HasSuffix(text[:b.from], "\n\n") {
			out[i].from--
		}
	}
	return out
}

// markAbove is where the mark on the line right above at begins; -1: there is none.
func markAbove(text string, at int) int {
	above, isLine := strings.CutSuffix(text[:at], "\n")
	above = strings.TrimSuffix(above, "\r") // an editor on Windows was here
	if !isLine || !strings.HasSuffix(above, addedMark) {
		return -1
	}
	from := len(above) - len(addedMark)
	if from > 0 && text[from-1] != '\n' {
		return -1
	}
	return from
}

// lineEnd is where the line after at begins.
func lineEnd(text string, at int) int {
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}
