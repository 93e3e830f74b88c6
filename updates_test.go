package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"app.latchkey/auth/backchannel"
)

// vendorSite is where a vendor says which version is the newest.
type vendorSite struct {
	*httptest.Server
	asked  atomic.Int32
	status int
	answer string // {{page}} is a page of this site
}

func newVendorSite(t *testing.T, answer string) *vendorSite {
	s := &vendorSite{status: http.StatusOK, answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if s.status == http.StatusFound {
			http.Redirect(w, r, "/elsewhere", s.status)
			return
		}
		w.WriteHeader(s.status)
		_, _ = w.Write([]byte(strings.ReplaceAll(s.answer, "{{page}}", s.URL+"/get")))
	}))
	t.Cleanup(s.Close)
	return s
}

const answer140 = `{"version":"1.4.0","page":"{{page}}","more":1}`

func (s *vendorSite) updates(t *testing.T, version, dir string, now func() time.Time) *updates {
	t.Helper()
	u, err := newUpdates(s.URL+"/newest.json", version, dir, backchannel.Options{AllowLoopbackHTTP: true, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestUpdates(t *testing.T) {
	for name, c := range map[string]struct{ version, answer, want string }{
		"newer":        {"1.3.9", answer140, "1.4.0"},
		"the same":     {"1.4.0", answer140, ""},
		"older":        {"1.10.0", answer140, ""},
		"with a v":     {"v1.3.0", answer140, "1.4.0"},
		"a candidate":  {"1.4.0-rc1", answer140, ""},
		"unversioned":  {"dev", answer140, ""},
		"more numbers": {"1.4", `{"version":"1.4.0.1","page":"{{page}}"}`, "1.4.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newVendorSite(t, c.answer)
			u := s.updates(t, c.version, t.TempDir(), nil)
			got, err := u.Newer(t.Context())
			if err != nil || got != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
			if c.want != "" && u.Page() != s.URL+"/get" {
				t.Errorf("the page is %q", u.Page())
			}
		})
	}
}

// TestUpdatesThatAreRefused: no answer but a good one is told of.
func TestUpdatesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
	}{
		"page elsewhere":     {200, `{"version":"1.4.0","page":"https://evil.example/get"}`},
		"page of a stranger": {200, `{"version":"1.4.0","page":"http://evil.example/get"}`},
		"page that runs":     {200, `{"version":"1.4.0","page":"file:///bin/sh"}`},
		"page of a user":     {200, `{"version":"1.4.0","page":"http://x@127.0.0.1/get"}`},
		"no page":            {200, `{"version":"1.4.0"}`},
		"no version":         {200, `{"page":"{{page}}"}`},
		"words":              {200, `{"version":"1.4.0; click here","page":"{{page}}"}`},
		"control characters": {200, "{\"version\":\"1.4.0\\u202e\",\"page\":\"{{page}}\"}"},
		"no JSON":            {200, `<html>`},
		"huge":               {200, answer140 + strings.Repeat(" ", 20<<10)},
		"missing":            {404, answer140},
		"redirect":           {302, answer140},
	} {
		t.Run(name, func(t *testing.T) {
			s := newVendorSite(t, c.answer)
			s.status = c.status
			u := s.updates(t, "1.0.0", t.TempDir(), nil)
			if got, err := u.Newer(t.Context()); err == nil || got != "" || u.Page() != "" {
				t.Errorf("got %q and the page %q, %v", got, u.Page(), err)
			}
			if s.asked.Load() != 1 {
				t.Errorf("asked %d times", s.asked.Load())
			}
		})
	}
}

// TestUpdatesAreAskedForOnceADay, by several starts of the program too, and after
// an error, and not less when the clock was set back.
func TestUpdatesAreAskedForOnceADay(t *testing.T) {
	s := newVendorSite(t, answer140)
	dir, now := t.TempDir(), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ask := func(want string, asked int32) {
		t.Helper()
		got, _ := s.updates(t, "1.0.0", dir, func() time.Time { return now }).Newer(t.Context())
		if got != want || s.asked.Load() != asked {
			t.Errorf("at %v: %q, asked %d times; want %q, %d", now, got, s.asked.Load(), want, asked)
		}
	}
	ask("1.4.0", 1)
	ask("1.4.0", 1)
	now = now.Add(23 * time.Hour)
	ask("1.4.0", 1)
	now = now.Add(2 * time.Hour)
	s.status = 500
	ask("", 2)
	ask("1.4.0", 2) // what was heard before
	now = now.Add(-48 * time.Hour)
	s.status = 200
	ask("1.4.0", 3)
	if err := os.WriteFile(filepath.Join(dir, "update.json"), []byte(`{"version":"9.9.9","page":"https://evil.example","asked":"2026-11-22T12:00:00Z"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ask("1.4.0", 4) // a file that nobody wrote is nothing heard
}

func TestNoUpdatesWithoutAnAddress(t *testing.T) {
	if u, err := newUpdates("", "1.0.0", t.TempDir(), backchannel.Options{}); u.port() != nil || err != nil {
		t.Errorf("got %v, %v", u, err)
	}
	for _, address := range []string{"http://example.com/newest.json", "file:///etc/passwd", "newest.json", "https:///x"} {
		if u, err := newUpdates(address, "1.0.0", t.TempDir(), backchannel.Options{}); u != nil || err == nil {
			t.Errorf("%s is taken", address)
		}
	}
	if updateAddress != "" {
		t.Error("an address is built in")
	}
}
