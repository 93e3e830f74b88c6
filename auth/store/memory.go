package store

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
)

// Memory is a Store that lasts until the program ends. It is what remains
// where a computer has no keychain: never plain text on disk.
type Memory struct {
	mu    sync.Mutex
	items map[string][]byte
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{items: map[string][]byte{}} }

// Status implements Store: always ready, never persistent.
func (m *Memory) Status(context.Context) Status {
	return Status{Kind: "memory", Name: "memory", Outcome: Found}
}

// Unlock implements Store.
func (m *Memory) Unlock(ctx context.Context) error { return ctxError("unlock", ctx) }

// Get implements Store.
func (m *Memory) Get(ctx context.Context, name string, _ Options) ([]byte, error) {
	if err := ctxError("get", ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.items[name]
	if !ok {
		return nil, &Error{Op: "get", Outcome: Absent}
	}
	return bytes.Clone(data), nil
}

// Put implements Store.
func (m *Memory) Put(ctx context.Context, name string, data []byte, _ Options) error {
	if err := ctxError("put", ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items[name] = bytes.Clone(data)
	return nil
}

// Delete implements Store.
func (m *Memory) Delete(ctx context.Context, name string, _ Options) error {
	if err := ctxError("delete", ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.items, name)
	return nil
}

// Names implements Lister.
func (m *Memory) Names(ctx context.Context, _ Options) ([]string, error) {
	if err := ctxError("names", ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.items)), nil
}

func ctxError(op string, ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &Error{Op: op, Outcome: Unavailable, Reason: ReasonTimeout, Err: err}
	}
	return nil
}
