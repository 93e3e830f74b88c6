package store_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"app.latchkey/auth/store"
)

// faulty is a Memory whose calls can be made to fail or to lie.
type faulty struct {
	*store.Memory
	names  []string
	listed error
	call   func(op, name string) error // before the call; an error is returned instead of making it
	read   func([]byte) []byte
}

func newFaulty(items ...string) *faulty {
	f := &faulty{Memory: store.NewMemory()}
	for _, name := range items {
		_ = f.Memory.Put(context.Background(), name, []byte("token of "+name), store.Options{})
	}
	return f
}

func (f *faulty) before(op, name string) error {
	if f.call == nil {
		return nil
	}
	return f.call(op, name)
}

func (f *faulty) Get(ctx context.Context, name string, o store.Options) ([]byte, error) {
	if err := f.before("get", name); err != nil {
		return nil, err
	}
	data, err := f.Memory.Get(ctx, name, o)
	if err == nil && f.read != nil {
		data = f.read(data)
	}
	return data, err
}

func (f *faulty) Put(ctx context.Context, name string, data []byte, o store.Options) error {
	switch err := f.before("put", name); {
	case errors.Is(err, errLie):
		return nil
	case err != nil:
		return err
	}
	return f.Memory.Put(ctx, name, data, o)
}

func (f *faulty) Delete(ctx context.Context, name string, o store.Options) error {
	if err := f.before("delete", name); err != nil {
		return err
	}
	return f.Memory.Delete(ctx, name, o)
}

func (f *faulty) Names(context.Context, store.Options) ([]string, error) { return f.names, f.listed }

var errLie = errors.New("says that it did it")

func holds(s store.Store, name string) bool {
	_, err := s.Get(context.Background(), name, store.Options{})
	return err == nil
}

func TestWipe(t *testing.T) {
	ctx := context.Background()
	locked := &store.Error{Op: "delete", Outcome: store.Locked, Reason: store.ReasonDismissed}
	for name, c := range map[string]struct {
		listed   []string
		unlisted error
		refused  string // this item cannot be deleted
		removed  []string
		left     []string
	}{
		"named and listed":    {listed: []string{"b", "c"}, removed: []string{"a", "b", "c"}},
		"one that stays":      {listed: []string{"b", "c"}, refused: "b", removed: []string{"a", "c"}, left: []string{"b"}},
		"nothing can be told": {unlisted: locked, removed: []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFaulty("a", "b", "c")
			s.names, s.listed = c.listed, c.unlisted
			s.call = func(op, item string) error {
				if op == "delete" && item == c.refused {
					return locked
				}
				return nil
			}
			r := store.Wipe(ctx, s, []string{"a"}, store.Options{Interact: true})
			var left []string
			for _, l := range r.Left {
				left = append(left, l.Name)
				if store.OutcomeOf(l.Err) != store.Locked {
					t.Errorf("%s: %v", l.Name, l.Err)
				}
			}
			if !slices.Equal(r.Removed, c.removed) || !slices.Equal(left, c.left) || r.Unlisted != c.unlisted {
				t.Errorf("report %+v", r)
			}
			if r.Complete() != (c.left == nil && c.unlisted == nil) {
				t.Errorf("complete = %v", r.Complete())
			}
			for _, item := range []string{"a", "b", "c"} {
				if gone := slices.Contains(r.Removed, item); gone == holds(s, item) {
					t.Errorf("%s: reported gone %v", item, gone)
				}
			}
		})
	}
}

// interactions is how often a store was let ask.
type interactions struct {
	*faulty
	asked int
}

func (s *interactions) Delete(_ context.Context, _ string, o store.Options) error {
	if o.Interact {
		s.asked++
	}
	return &store.Error{Op: "delete", Outcome: store.Locked, Reason: store.ReasonDismissed}
}

func TestWipeAsksOnce(t *testing.T) {
	s := &interactions{faulty: newFaulty("a", "b", "c")}
	s.names = []string{"a", "b", "c"}
	r := store.Wipe(context.Background(), s, nil, store.Options{Interact: true})
	if s.asked != 1 || len(r.Left) != 3 {
		t.Errorf("asked %d times, left %v", s.asked, r.Left)
	}
	if text := r.String(); !strings.Contains(text, `left: "a": store: delete: locked (dismissed)`) {
		t.Errorf("report\n%s", text)
	}
}

func TestHealthOf(t *testing.T) {
	f := newFaulty("a")
	f.names = []string{"a"}
	if h := store.HealthOf(context.Background(), f); h.Items != 1 || h.Kind != "memory" || h.Last != nil {
		t.Errorf("%+v", h)
	}
	if h := store.HealthOf(context.Background(), struct{ store.Store }{f}); h.Items != -1 || h.Outcome != store.Found {
		t.Errorf("%+v", h)
	}
}

func TestMemoryNames(t *testing.T) {
	m := store.NewMemory()
	for _, item := range []string{"b", "a"} {
		_ = m.Put(context.Background(), item, nil, store.Options{})
	}
	if h := store.HealthOf(context.Background(), m); h.Items != 2 {
		t.Errorf("%+v", h)
	}
	if r := store.Wipe(context.Background(), m, nil, store.Options{}); !r.Complete() || !slices.Equal(r.Removed, []string{"a", "b"}) {
		t.Errorf("%+v", r)
	}
}

func TestMove(t *testing.T) {
	const item = "a"
	token := []byte("token of a")
	failed := errors.New("disk full")
	fails := func(which string) func(op, _ string) error {
		return func(op, _ string) error {
			if op == which {
				return &store.Error{Op: op, Outcome: store.Unavailable, Err: failed}
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		from, to func(*faulty)
		point    error
		moved    bool
		outcome  store.Outcome
		reason   store.Reason
	}{
		"moved":                    {moved: true, outcome: store.Found},
		"the old is unreadable":    {from: func(f *faulty) { f.call = fails("get") }, outcome: store.Unavailable},
		"the new refuses":          {to: func(f *faulty) { f.call = fails("put") }, outcome: store.Unavailable},
		"the new lies":             {to: func(f *faulty) { f.call = func(op, _ string) error { return map[string]error{"put": errLie}[op] } }, outcome: store.Unavailable, reason: store.ReasonMismatch},
		"the new keeps 0 bytes":    {to: func(f *faulty) { f.read = func([]byte) []byte { return nil } }, outcome: store.Unavailable, reason: store.ReasonMismatch},
		"the new is mute at once":  {to: func(f *faulty) { f.call = fails("get") }, outcome: store.Unavailable},
		"the index is not written": {point: failed, outcome: store.Unavailable},
		"the old keeps its copy":   {from: func(f *faulty) { f.call = fails("delete") }, moved: true, outcome: store.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := newFaulty(item), newFaulty()
			for f, change := range map[*faulty]func(*faulty){from: c.from, to: c.to} {
				if change != nil {
					change(f)
				}
			}
			place := from
			moved, err := store.Move(context.Background(), from, to, item, store.Options{}, func() error {
				if c.point == nil {
					place = to
				}
				return c.point
			})
			if moved != c.moved || store.OutcomeOf(err) != c.outcome || store.ReasonOf(err) != c.reason {
				t.Errorf("moved %v, %v", moved, err)
			}
			if (place == to) != moved {
				t.Errorf("moved %v, and the pointer is elsewhere", moved)
			}
			got, err := place.Memory.Get(context.Background(), item, store.Options{})
			if err != nil || !bytes.Equal(got, token) {
				t.Errorf("where the pointer says: %q, %v", got, err)
			}
			if other := map[*faulty]*faulty{from: to, to: from}[place]; holds(other.Memory, item) && name != "the old keeps its copy" {
				t.Error("a second copy is left")
			}
		})
	}
}

// TestMoveIsCutOff ends the program at each call: where the pointer says, the
// item is.
func TestMoveIsCutOff(t *testing.T) {
	const item = "a"
	for cut := 1; ; cut++ {
		from, to := newFaulty(item), newFaulty()
		calls := 0
		crash := func(string, string) error {
			if calls++; calls >= cut {
				return &store.Error{Outcome: store.Unavailable, Err: errors.New("the program has ended")}
			}
			return nil
		}
		from.call, to.call = crash, crash
		place := from
		moved, err := store.Move(context.Background(), from, to, item, store.Options{}, func() error {
			if err := crash("", ""); err != nil {
				return err
			}
			place = to
			return nil
		})
		if !holds(place.Memory, item) {
			t.Fatalf("cut at call %d: the item is not where the pointer says", cut)
		}
		if err == nil {
			if !moved || cut != 6 {
				t.Errorf("moved %v after %d calls", moved, calls)
			}
			return
		}
	}
}
