// Package resources fetches what the access token opens: the profile of the
// person who signed in and their picture.
//
//	client := resources.New(resources.Config{CacheDir: dir})
//	profile, err := client.Profile(ctx, session, recorder)
//	picture, err := client.Picture(ctx, session, profile, recorder) // path of a PNG
//
// The profile comes from up to three places, the later ones winning: the ID
// token, the provider's userinfo endpoint (OpenID Connect Core §5.3) and, where
// the provider has one, Google's People API; at a provider of plain OAuth 2.0
// from its user API. Each endpoint must speak of the subject that signed in; an
// answer about anybody else is refused.
//
// What comes in is other people's data. Sizes are capped before reading,
// pictures before decoding; texts are cleaned and cut; picture addresses are
// looked at again after their name was resolved, so that a profile cannot make
// this computer ask its own network for things. The access token travels in the
// Authorization header to these endpoints only.
//
// Every error is an [auth.Problem]. The last good profile and picture of each
// account are kept in a cache, so that a window has something to show before
// the network answers, and when it does not.
package resources

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"app.latchkey/auth"
	"app.latchkey/auth/backchannel"
)

// Session is the signed-in account whose resources are fetched. *auth.Session
// is one.
type Session interface {
	Account() auth.Account
	Provider() auth.Provider
	Identity() auth.Identity
	// Scopes are the granted ones in their short form.
	Scopes() []string
	// UserinfoEndpoint is "" where the provider has none.
	UserinfoEndpoint(ctx context.Context) (string, error)
	// Token returns a fresh access token, refreshing when needed.
	Token(ctx context.Context) (auth.Token, error)
	// Expire makes the next Token refresh: the token was refused.
	Expire(auth.Token)
	// Backchannel is the HTTP client for the provider.
	Backchannel() *backchannel.Client
}

// Config is what a Client may be told. The zero value works, without a cache.
type Config struct {
	// CacheDir is where profiles and pictures are kept (in a folder of their
	// own, 0700). Empty: nothing is kept, and there are no pictures.
	CacheDir string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Sleep waits before a request is repeated; nil waits in real time. It
	// returns early with the error of ctx.
	Sleep func(ctx context.Context, d time.Duration) error
	// Logger gets one line an event without personal data; nil discards.
	Logger *slog.Logger
}

// Client fetches profiles and pictures. It is safe for concurrent use.
type Client struct {
	cache cache
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	log   *slog.Logger

	// Pictures of the open Internet and those of a provider on this computer
	// are fetched by clients that can reach nothing else.
	public, loopback *http.Client
	decoding         sync.Mutex // one picture at a time: decoded ones are large
}

// New returns a Client. It does no I/O.
func New(c Config) *Client {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return &Client{
		cache: cache{dir: c.CacheDir}, now: c.Now, sleep: c.Sleep, log: c.Logger,
		public: pictureClient(isPublic), loopback: pictureClient(isLoopback),
	}
}

// Cached returns what is known of an account without the network: the profile
// fetched last and the path of its picture ("" if there is none). ok is false
// when nothing usable is cached.
func (c *Client) Cached(accountKey string) (profile Profile, picturePath string, ok bool) {
	e, ok := c.cache.read(accountKey)
	if !ok || e.Profile.Subject == "" {
		return Profile{}, "", false
	}
	return e.Profile, c.cache.existingPicture(accountKey), true
}

// Forget removes what is cached of an account. Nothing being there is no error.
func (c *Client) Forget(accountKey string) error { return c.cache.remove(accountKey) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
