package mockprovider

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"app.latchkey/mockprovider/fault"
	"app.latchkey/mockprovider/journal"
)

// How long /_mock/journal/wait waits.
const (
	defaultWait = 5 * time.Second
	longestWait = time.Minute
)

// journalFilters are the query parameters by which entries are chosen.
var journalFilters = map[string]func(e journal.Entry, value string) bool{
	"endpoint":   func(e journal.Entry, v string) bool { return e.Endpoint == v },
	"status":     func(e journal.Entry, v string) bool { return strconv.Itoa(e.Status) == v },
	"error":      func(e journal.Entry, v string) bool { return e.Error == v },
	"refused_by": func(e journal.Entry, v string) bool { return e.RefusedBy == v },
	"grant_type": func(e journal.Entry, v string) bool { return e.GrantType == v },
	"client_id":  func(e journal.Entry, v string) bool { return e.ClientID == v },
	"user":       func(e journal.Entry, v string) bool { return e.User == v },
	"sign_in":    func(e journal.Entry, v string) bool { return e.SignIn == v },
	"fault":      func(e journal.Entry, v string) bool { return slices.Contains(e.Faults, v) },
	"after": func(e journal.Entry, v string) bool {
		seq, err := strconv.ParseInt(v, 10, 64)
		return err == nil && e.Seq > seq
	},
}

// readFilter reads the query of a call into a filter and whether secrets are
// to be left out. Unknown parameters are an error that names the nearest.
func readFilter(query url.Values, more ...string) (match func(journal.Entry) bool, redact bool, err error) {
	known := append(slices.Sorted(maps.Keys(journalFilters)), "redact")
	known = append(known, more...)
	for name, values := range query {
		if !slices.Contains(known, name) {
			return nil, false, fmt.Errorf("unknown parameter %q: did you mean %q?", clip(name, 50), fault.Nearest(name, known))
		}
		if len(values) > 1 {
			return nil, false, fmt.Errorf("%s is given twice", name)
		}
	}
	if after := query.Get("after"); after != "" {
		if _, err := strconv.ParseInt(after, 10, 64); err != nil {
			return nil, false, fmt.Errorf("after %q is no number", clip(after, 50))
		}
	}
	return func(e journal.Entry) bool {
		for name, values := range query {
			if f := journalFilters[name]; f != nil && !f(e, values[0]) {
				return false
			}
		}
		return true
	}, query.Get("redact") == "1", nil
}

func showJournal(c *controlCall) (int, any, error) {
	match, redact, err := readFilter(c.r.URL.Query())
	if err != nil {
		return 0, nil, err
	}
	entries := c.p.journal.Match(match)
	if redact {
		for i := range entries {
			entries[i] = entries[i].Redacted()
		}
	}
	if entries == nil {
		entries = []journal.Entry{}
	}
	return http.StatusOK, map[string]any{"entries": entries}, nil
}

func clearJournal(c *controlCall) (int, any, error) {
	n := len(c.p.journal.Entries())
	c.p.journal.Clear()
	return http.StatusOK, map[string]int{"removed": n}, nil
}

// waitJournal answers with the first entry that matches, as soon as there is
// one.
func waitJournal(c *controlCall) (int, any, error) {
	query := c.r.URL.Query()
	match, redact, err := readFilter(query, "timeout")
	if err != nil {
		return 0, nil, err
	}
	timeout := defaultWait
	if text := query.Get("timeout"); text != "" {
		if timeout, err = time.ParseDuration(text); err != nil || timeout <= 0 || timeout > longestWait {
			return 0, nil, fmt.Errorf("timeout %q: want a duration up to %v, such as 10s", clip(text, 50), longestWait)
		}
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), timeout)
	defer cancel()
	e, err := c.p.journal.WaitFor(ctx, match)
	if err != nil {
		return 0, nil, &controlError{http.StatusRequestTimeout, "timeout", "no such entry within " + timeout.String()}
	}
	if redact {
		e = e.Redacted()
	}
	return http.StatusOK, e, nil
}

// wantsSecrets says whether a page's address asks for what is hidden.
func wantsSecrets(query url.Values) bool { return !strings.EqualFold(query.Get("redact"), "1") }
