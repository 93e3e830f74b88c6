package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"app.latchkey/app/presenter"
	"app.latchkey/auth/backchannel"
	"app.latchkey/settings"
)

// updateAddress is where a vendor says which version is the newest: an https
// address of a small JSON object, {"version": "1.4.0", "page": "https://…"}. It
// is set by the linker (-X main.updateAddress=…); without it nobody is asked.
// Nothing is ever downloaded but this.
var updateAddress string

// updateInterval is how often the vendor is asked at most.
const updateInterval = 24 * time.Hour

const maxUpdateAnswer = 16 << 10 // bytes

// updates implements presenter.Updates.
type updates struct {
	address *url.URL
	version string // of this program
	file    string // what was heard last
	client  *backchannel.Client
	now     func() time.Time

	mu   sync.Mutex
	page string
}

// newUpdates returns nil where no address, or none that can be used, was built
// in.
func newUpdates(address, version, cacheDir string, o backchannel.Options) (*updates, error) {
	if address == "" {
		return nil, nil
	}
	at, err := url.Parse(address)
	if err != nil || at.Host == "" || at.Scheme != "https" && !o.AllowLoopbackHTTP {
		return nil, errors.New("the address for updates that this program was built with is no https address")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &updates{address: at, version: version, file: filepath.Join(cacheDir, "update.json"), client: backchannel.New(o), now: o.Now}, nil
}

// port is u for the presenter, whose nil is an interface's.
func (u *updates) port() presenter.Updates {
	if u == nil {
		return nil
	}
	return u
}

// heard is what the vendor said, and when. An empty version says nothing.
type heard struct {
	Version string    `json:"version"`
	Page    string    `json:"page"`
	Asked   time.Time `json:"asked"`
}

// Newer implements presenter.Updates.
func (u *updates) Newer(ctx context.Context) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	last := u.load()
	age := u.now().Sub(last.Asked)
	if age >= 0 && age < updateInterval {
		return u.newer(last), nil
	}
	fresh, err := u.ask(ctx)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		fresh = last
	}
	fresh.Asked = u.now() // also after an error: a day is a day
	data, marshalErr := json.Marshal(fresh)
	if marshalErr == nil {
		marshalErr = settings.WriteFile(u.file, data)
	}
	if err := errors.Join(err, marshalErr); err != nil {
		return "", err
	}
	return u.newer(fresh), nil
}

// Page implements presenter.Updates.
func (u *updates) Page() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.page
}

func (u *updates) load() heard {
	var h heard
	data, err := os.ReadFile(u.file)
	if err != nil || json.Unmarshal(data, &h) != nil || u.check(h) != nil {
		return heard{}
	}
	return h
}

// newer is the version heard of, if it is newer than this program.
func (u *updates) newer(h heard) string {
	if h.Version == "" || !newerThan(h.Version, u.version) {
		return ""
	}
	u.page = h.Page
	return h.Version
}

func (u *updates) ask(ctx context.Context) (heard, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.address.String(), nil)
	if err != nil {
		return heard{}, errors.New("the address for updates is broken")
	}
	res, err := u.client.Do(ctx, req, maxUpdateAnswer)
	if err != nil {
		return heard{}, fmt.Errorf("asking for the newest version: %w", err)
	}
	if res.Status != http.StatusOK {
		return heard{}, fmt.Errorf("asking for the newest version: status %d", res.Status)
	}
	var h heard
	if err := json.Unmarshal(res.Body, &h); err != nil {
		return heard{}, errors.New("the answer about the newest version is no JSON object")
	}
	return h, u.check(h)
}

// check refuses what is no version, and a page that is not the vendor's: it is
// opened in the person's browser.
func (u *updates) check(h heard) error {
	if h == (heard{Asked: h.Asked}) {
		return nil
	}
	if !versionNumber.MatchString(h.Version) {
		return errors.New("the answer about the newest version names none")
	}
	page, err := url.Parse(h.Page)
	if err != nil || page.Scheme != u.address.Scheme || page.Host != u.address.Host || page.User != nil {
		return errors.New("the newest version's page is not where the answer comes from")
	}
	return nil
}

var versionNumber = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,6}){1,3}$`)

// newerThan compares versions number by number. One that is none ("dev") is
// older than none: whoever builds for himself is told nothing.
func newerThan(a, b string) bool {
	b, _, _ = strings.Cut(strings.TrimPrefix(b, "v"), "-")
	if !versionNumber.MatchString(a) || !versionNumber.MatchString(b) {
		return false
	}
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		if x, y := number(as, i), number(bs, i); x != y {
			return x > y
		}
	}
	return false
}

func number(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
