package auth

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"time"
)

// warmEvery is how often it is looked whether connections are still there. A
// person may need minutes; providers hang up on silent connections after one or
// two.
const warmEvery = 15 * time.Second

// prefetch gets what will be needed once the code is there, while the person is
// in the browser: the provider's keys, connections to the hosts that will be
// asked, and the metadata again where they came from the cache. So the identity
// is known one round trip after the code, and the profile after two.
//
// It returns when ctx ends. Whatever fails is left for the moment when it is
// needed, which says why; nothing waits for it until then.
func (s *site) prefetch(ctx context.Context, m Metadata, cached bool) {
	var work sync.WaitGroup
	busy := []string{hostOf(m.JWKSURI)} // hosts whose connection comes with a request
	if m.JWKSURI != "" {                // plain OAuth 2.0 has no keys
		work.Go(func() { s.keys.prefetch(ctx, m.JWKSURI) })
	}
	if cached {
		busy = append(busy, hostOf(s.provider.Issuer))
		work.Go(func() { s.revalidate(ctx) })
	}
	for _, address := range s.neededSoon(m) {
		if !slices.Contains(busy, hostOf(address)) {
			work.Go(func() { s.channel.Warm(ctx, address) })
		}
	}
	defer work.Wait()
	again := time.NewTicker(warmEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
		for _, address := range s.neededSoon(m) {
			work.Go(func() { s.channel.Warm(ctx, address) })
		}
	}
}

// neededSoon lists one address for each host that is asked after the code.
func (s *site) neededSoon(m Metadata) []string {
	all := []string{m.TokenEndpoint, m.UserinfoEndpoint, s.provider.ProfileAPI}
	if plain := s.provider.Plain; plain != nil {
		all = append(all, plain.User.Endpoint)
	}
	var list, seen []string
	for _, address := range all {
		u, err := url.Parse(address)
		if address == "" || err != nil || slices.Contains(seen, u.Scheme+u.Host) {
			continue
		}
		list, seen = append(list, address), append(seen, u.Scheme+u.Host)
	}
	return list
}
