package auth

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"app.latchkey/auth/store"
)

// Config is what a Client needs. Only Store is mandatory.
type Config struct {
	// Store keeps the refresh tokens.
	Store store.Store
	// OpenBrowser shows an address in the system's browser. It returns an error
	// when it knows that none was opened; nil proves nothing. Without it
	// [Attempt.Open] fails and the link must be opened by hand.
	OpenBrowser func(ctx context.Context, address string) error
	// Dir holds the index of accounts and the records of sign-ins (0600).
	// Empty: nothing is written, accounts last until the program ends.
	Dir string
	// CacheDir holds discovery documents. Empty: not cached on disk.
	CacheDir string
	// Application names the program in the keychain and on the browser's pages;
	// default "Latchkey".
	Application string
	// Version is part of the User-Agent header.
	Version string
	// Transport carries the back channel; nil is package backchannel's own.
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
	config Config
	index  *index
	memory *store.Memory // where there is no better place

	mu    sync.Mutex
	sites map[siteKey]*site
}

// siteKey: two configurations of one issuer share nothing but the issuer.
type siteKey struct{ issuer, clientID string }

// New returns a Client. It does no I/O.
func New(c Config) (*Client, error) {
	if c.Store == nil {
		return nil, errors.New("auth.New: Config.Store is missing (store.NewMemory() lasts until the program ends)")
	}
	c.Application = cmp.Or(c.Application, "Latchkey")
	c.Version = cmp.Or(c.Version, "dev")
	c.Timeout = cmp.Or(c.Timeout, 5*time.Minute)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return &Client{config: c, index: newIndex(c.Dir), memory: store.NewMemory(), sites: map[siteKey]*site{}}, nil
}

// Keeping says where a sign-in made now would be kept.
type Keeping struct {
	Name       string // what users call the store
	Persistent bool   // false: until the program ends
	Locked     bool   // the store will ask to be unlocked first
}

// Keeping asks the store, without a dialog.
func (c *Client) Keeping(ctx context.Context) Keeping {
	s := c.config.Store.Status(ctx)
	usable := s.Outcome == store.Found || s.Outcome == store.Locked
	return Keeping{Name: s.Name, Persistent: s.Persistent && usable, Locked: s.Outcome == store.Locked}
}

func (c *Client) site(p Provider) *site {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := siteKey{p.Issuer, p.ClientID}
	s, ok := c.sites[key]
	if !ok {
		s = newSite(p, c.config.Transport, c.config.CacheDir, c.config.Application+"/"+c.config.Version, c.config.Now)
		c.sites[key] = s
	}
	return s
}
