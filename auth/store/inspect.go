package store

import (
	"context"
	"time"
)

// Lister is a Store that knows which of its items are this program's own.
type Lister interface {
	Store
	// Names returns the names of the program's own items, sorted. It reads no
	// secrets. Only a store that is open can tell; o.Interact lets it ask to be
	// opened. What was left behind by a write that a crash cut off is not an
	// item.
	Names(ctx context.Context, o Options) ([]string, error)
}

// Failure is an error as a diagnostics page shows it.
type Failure struct {
	Op      string // as in Error
	Outcome Outcome
	Reason  Reason
	Code    string // the system's own: a D-Bus error name, "errno 1783", "OSStatus -25308"; may be ""
	When    time.Time
}

// Health is what a diagnostics page shows of a store. It holds no secret.
type Health struct {
	Status
	// Items is how many items of ours the store holds; -1 if that cannot be
	// told now (locked, unavailable).
	Items int
	// Last is the latest error since the program started; nil if there was
	// none. An item that was absent is no error.
	Last *Failure
	// Took is how long looking at the store took.
	Took time.Duration
}

// Reporter is a Store that reports on itself.
type Reporter interface {
	Store
	// Health looks at the store and never shows a dialog.
	Health(ctx context.Context) Health
}

// HealthOf returns the Health of any Store: what it reports if it is a
// [Reporter], else what Status says.
func HealthOf(ctx context.Context, s Store) Health {
	if r, ok := s.(Reporter); ok {
		return r.Health(ctx)
	}
	begin := time.Now()
	h := Health{Status: s.Status(ctx), Items: -1}
	if l, ok := s.(Lister); ok && h.Outcome == Found {
		if names, err := l.Names(ctx, Options{}); err == nil {
			h.Items = len(names)
		}
	}
	h.Took = time.Since(begin)
	return h
}
