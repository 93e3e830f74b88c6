package keychain

import (
	"context"
	"slices"
	"time"

	"app.latchkey/auth/store"
)

// Names implements store.Lister. On Linux, where the collection is shared with
// other programs, an item is ours if it is named as ours are ("Latchkey
// sign-in: …") and was written through the same library.
func (s *Store) Names(ctx context.Context, o store.Options) ([]string, error) {
	t, err := s.ready(ctx, o)
	if err != nil {
		return nil, s.fail("names", err)
	}
	listed, err := visit{ctx, s, t, o}.list()
	if err != nil {
		return nil, s.fail("names", err)
	}
	names := make([]string, 0, len(listed))
	for _, key := range listed {
		if of, _, isPiece := parsePieceName(key); isPiece {
			if slices.Contains(listed, of) {
				continue
			}
			key = of // pieces of an item that is gone: Delete removes them too
		}
		names = append(names, key)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Health implements store.Reporter. It takes at most Config.ProbeTimeout (see
// Status) and Config.OpTimeout.
func (s *Store) Health(ctx context.Context) store.Health {
	begin := time.Now()
	h := store.Health{Status: s.Status(ctx), Items: -1}
	h.Took = time.Since(begin)
	if h.Outcome == store.Found {
		if names, err := s.Names(ctx, store.Options{}); err == nil {
			h.Items = len(names)
		}
	}
	s.lastMu.Lock()
	defer s.lastMu.Unlock()
	h.Last = s.last
	return h
}

// remember keeps an error for Health. That an item is absent is an answer.
func (s *Store) remember(e *store.Error, code string) {
	if e.Outcome == store.Absent {
		return
	}
	s.lastMu.Lock()
	defer s.lastMu.Unlock()
	s.last = &store.Failure{Op: e.Op, Outcome: e.Outcome, Reason: e.Reason, Code: code, When: time.Now()}
}
