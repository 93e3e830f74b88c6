package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"app.latchkey/auth/store"
)

// Config is what a Client needs. Only Store is mandatory.
type Config struct {
	// Store keeps the refresh tokens.
	Store store.Store
	// Fallback keeps the refresh tokens of sign-ins that are made while Store is
	// provably missing on this computer: a vault that the person chose. Nil:
	// such a sign-in lasts until the program ends. See [Client.SetFallback].
	Fallback store.Store
	// OpenBrowser shows an address in the system's browser. It returns an error
	// when it knows that none was opened; nil proves nothing. Without it
	// [Attempt.Open] fails and the link must be opened by hand.
	OpenBrowser func(ctx context.Context, address string) error
	// Dir holds the index of accounts and the records of sign-ins (0600).
	// Empty: nothing is written, accounts last until the program ends.
	Dir string
	// CacheDir holds discovery documents, so that the browser opens without
	// asking the provider first. Empty: not cached on disk.
	CacheDir string
	// Application names the program on the browser's pages and in the User-Agent
	// header; default "Latchkey".
	Application string
	// KeychainName begins the names of items in the keychain, and must be this
	// program's alone on a computer; default Application.
	KeychainName string
	// Language tells the language of the person (BCP 47): of the pages that the
	// browser shows when it comes back, and asked of the provider for its own
	// (ui_locales). It is called for each sign-in and logout, from any goroutine.
	// Nil, or "": the browser's language.
	Language func() string
	// Version is part of the User-Agent header.
	Version string
	// Transport carries the back channel; nil is package backchannel's own.
	// Connections are opened ahead only where it is an *http.Transport.
	Transport http.RoundTripper
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Timeout limits a sign-in from Begin to the response; default 5 minutes.
	Timeout time.Duration
	// Logger gets one line an event, values redacted by type; nil discards.
	Logger *slog.Logger
}

// Client signs people in at any number of providers. It is safe for concurrent
// use.
type Client struct {
	config  Config
	index   *index
	between *between
	memory  *store.Memory // where there is no better place

	mu       sync.Mutex
	unused   bool // Config.Fallback takes nothing new
	sites    []*site
	sessions map[string]*Session // by Account.Key
	active   int                 // refreshes, commits and sign-outs under way
	idle     chan struct{}       // closed when active falls to 0; nil while nobody waits
}

// language is Config.Language, if it is the tag of one.
func (c *Client) language() string {
	if c.config.Language == nil {
		return ""
	}
	tag := c.config.Language()
	if len(tag) > 35 || strings.ContainsFunc(tag, func(r rune) bool { // RFC 5646 §4.4.1 and §2.1
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return ""
	}
	return tag
}

// New returns a Client. It does no I/O.
func New(c Config) (*Client, error) {
	if c.Store == nil {
		return nil, errors.New("auth.New: Config.Store is missing (store.NewMemory() lasts until the program ends)")
	}
	c.Application = cmp.Or(c.Application, "Latchkey")
	c.KeychainName = cmp.Or(c.KeychainName, c.Application)
	c.Version = cmp.Or(c.Version, "dev")
	c.Timeout = cmp.Or(c.Timeout, 5*time.Minute)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	locks := newBetween(c.Dir)
	return &Client{config: c, index: newIndex(c.Dir, locks), between: locks, memory: store.NewMemory(), sessions: map[string]*Session{}}, nil
}

// Keeping says where a sign-in made now would be kept.
type Keeping struct {
	Name       string // what users call the store
	Persistent bool   // false: until the program ends
	Locked     bool   // the store will ask to be unlocked first
	Usable     bool   // it is there, or at least not provably missing
	Fallback   bool   // it is Config.Fallback
}

// Keeping asks the store, without a dialog.
func (c *Client) Keeping(ctx context.Context) Keeping {
	s := c.config.Store.Status(ctx)
	if fallback := c.fallbackInUse(); fallback != nil && isMissing(s) {
		s = fallback.Status(ctx)
		s.Persistent = true // Unlock makes it, if it is not there yet
		return Keeping{Name: s.Name, Persistent: true, Locked: s.Outcome != store.Found, Usable: true, Fallback: true}
	}
	usable := s.Outcome == store.Found || s.Outcome == store.Locked
	return Keeping{Name: s.Name, Persistent: s.Persistent && usable, Locked: s.Outcome == store.Locked, Usable: !isMissing(s)}
}

func (c *Client) site(p Provider) *site {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sites = slices.DeleteFunc(c.sites, func(s *site) bool { return s.broken })
	for _, s := range c.sites {
		if reflect.DeepEqual(s.provider, p) {
			return s
		}
	}
	s := newSite(p, c.config.Transport, c.config.CacheDir, c.config.Application+"/"+c.config.Version, c.config.Now)
	c.sites = append(c.sites, s)
	return s
}

// begin says that work has begun which must not be cut off: a refresh token is
// on its way to or from the store. The returned function says that it ended.
func (c *Client) begin() (end func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.active--; c.active == 0 && c.idle != nil {
			close(c.idle)
			c.idle = nil
		}
	}
}

// Close waits, as long as ctx allows, for refreshes, commits and sign-outs that
// are under way, and saves what could not be saved before. A program calls it
// before it ends: a refresh that is cut off leaves a spent token in the store.
func (c *Client) Close(ctx context.Context) error {
	for _, s := range c.everySession() {
		if err := s.saveLate(ctx); err != nil {
			c.config.Logger.Warn("saving a session at the end", "error", err.Error())
		}
	}
	c.mu.Lock()
	if c.active == 0 {
		c.mu.Unlock()
		return nil
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for refreshes to end: %w", context.Cause(ctx))
	}
}

func (c *Client) everySession() []*Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Values(c.sessions))
}
