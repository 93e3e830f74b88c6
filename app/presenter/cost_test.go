package presenter_test

import (
	"context"
	"sync"
	"testing"

	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/store"
)

// counted counts the calls of a store, and how many of them came before the
// first State, which is the first frame.
type counted struct {
	store.Store

	mu       sync.Mutex
	shown    bool
	before   []string
	reads    map[string]int // by item
	writes   int
	statuses int
}

// frame is told of each State.
func (c *counted) frame() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown = true
}

func (c *counted) note(call string, count func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.shown {
		c.before = append(c.before, call)
	}
	count()
}

func (c *counted) Status(ctx context.Context) store.Status {
	c.note("status", func() { c.statuses++ })
	return c.Store.Status(ctx)
}

func (c *counted) Get(ctx context.Context, name string, o store.Options) ([]byte, error) {
	c.note("get", func() { c.reads[name]++ })
	return c.Store.Get(ctx, name, o)
}

func (c *counted) Put(ctx context.Context, name string, data []byte, o store.Options) error {
	c.note("put", func() { c.writes++ })
	return c.Store.Put(ctx, name, data, o)
}

// A start asks the keychain nothing before the first frame, and then once for
// the account that it shows: not for the other one, and not again for what comes
// from the network.
func TestStartReadsTheKeychainOnce(t *testing.T) {
	s := newStage(t)
	s.two()
	s.stop()

	client, err := auth.New(auth.Config{Store: s.store, Dir: s.dir})
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := client.Accounts()
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]string{} // item by address
	for _, a := range accounts {
		places[a.Email] = a.Item
	}
	keychain := &counted{Store: s.store, reads: map[string]int{}}
	s.store = keychain
	s.first = keychain.frame
	s.start()
	shown := s.until("the profile", func(st presenter.State) bool { return loaded(st) && st.Profile.Person.Picture != "" })
	s.stop()

	keychain.mu.Lock()
	defer keychain.mu.Unlock()
	if !keychain.shown || len(keychain.before) != 0 {
		t.Errorf("before the first frame: %q", keychain.before)
	}
	for address, item := range places {
		want := 0
		if address == shown.Profile.Person.Email {
			want = 1
		}
		if keychain.reads[item] != want {
			t.Errorf("%s: %d reads, want %d", address, keychain.reads[item], want)
		}
		delete(keychain.reads, item)
	}
	if len(places) != 2 || len(keychain.reads) != 0 {
		t.Errorf("accounts %v, other reads %v", places, keychain.reads)
	}
	t.Logf("one start with 2 accounts: 1 read, %d writes, %d looks", keychain.writes, keychain.statuses)
}
