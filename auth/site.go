package auth

import (
	"context"
	"net/http"
	"time"

	"app.latchkey/auth/backchannel"
)

// site is one provider as this client knows it: its back channel, its checked
// metadata and its keys. It is shared by all sign-ins and sessions there.
type site struct {
	provider Provider
	channel  *backchannel.Client
	cacheDir string
	clock    func() time.Time
	keys     *keyCache
	broken   bool // its CAFile cannot be used: each request fails, and the next site tries again

	reading  gate // guards what follows; held while the metadata is read
	meta     *Metadata
	metaRead time.Time
}

func newSite(p Provider, transport http.RoundTripper, cacheDir, userAgent string, clock func() time.Time) *site {
	s := &site{provider: p, cacheDir: cacheDir, clock: clock, reading: newGate()}
	roots, err := certificateAuthorities(p.CAFile)
	if err != nil {
		s.broken, transport = true, failing{err}
	}
	s.channel = backchannel.New(backchannel.Options{
		Transport: transport, AllowLoopbackHTTP: IsLoopbackURL(p.Issuer), Now: clock, UserAgent: userAgent, RootCAs: roots,
	})
	s.keys = &keyCache{now: s.wall, reading: newGate(), perIssuer: p.Quirks.IssuerTemplate != "", fetch: func(ctx context.Context, address string) ([]byte, error) {
		if address == "" {
			m, err := s.metadata(ctx)
			if err != nil {
				return nil, err
			}
			address = m.JWKSURI
		}
		return s.get(ctx, PhaseIdentity, address)
	}}
	return s
}

// wall is this computer's wall clock. Round drops the monotonic reading, which
// stands still while the computer sleeps.
func (s *site) wall() time.Time { return s.clock().Round(0) }
