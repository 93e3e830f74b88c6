package keychain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/keyring"

	"app.latchkey/auth/store"
)

// limited is a ring with Windows' limit.
type limited struct{ *faultRing }

func (r limited) Set(item keyring.Item) error {
	if len(item.Data) > maxCredential {
		return syscall.Errno(1783)
	}
	return r.faultRing.Set(item)
}

func bytesOf(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * 7)
	}
	return data
}

func TestSizes(t *testing.T) {
	ctx := context.Background()
	r := &faultRing{}
	s := onWindows(t, limited{r})
	most := maxPieces * pieceSize
	for _, n := range []int{0, 1, 2399, 2400, 2401, 2559, 2560, 2561, 4800, 4801, 100 << 10, most, 3} {
		if err := s.Put(ctx, name, bytesOf(n), store.Options{Verify: true}); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		got, err := s.Get(ctx, name, store.Options{})
		if err != nil || !bytes.Equal(got, bytesOf(n)) {
			t.Errorf("%d bytes: got %d, %v", n, len(got), err)
		}
		names, err := s.Names(ctx, store.Options{})
		if err != nil || !slices.Equal(names, []string{name}) {
			t.Errorf("%d bytes: names %q, %v", n, names, err)
		}
		want := 1
		if n > pieceSize {
			want = 1 + (n+pieceSize-1)/pieceSize
		}
		if keys, _ := r.Keys(); len(keys) != want {
			t.Errorf("%d bytes: %d items, want %d", n, len(keys), want)
		}
	}
	r.sets.Store(0)
	want(t, s.Put(ctx, name, bytesOf(most+1), store.Options{}), "put", store.Unavailable, store.ReasonTooBig)
	if r.sets.Load() != 0 {
		t.Error("written before it was refused")
	}
	if err := onMac(t, r).Put(ctx, name+"2", bytesOf(1<<20), store.Options{Verify: true}); err != nil {
		t.Errorf("1 MiB on macOS: %v", err)
	}
	// Data that looks like a header is data.
	trick := []byte(pieceMagic + `{"v":9}`)
	if err := s.Put(ctx, name, trick, store.Options{Verify: true}); err != nil {
		t.Errorf("%q: %v", trick, err)
	}
	if got, err := s.Get(ctx, name, store.Options{}); err != nil || !bytes.Equal(got, trick) {
		t.Errorf("got %q, %v", got, err)
	}
	if err := s.Delete(ctx, name, store.Options{}); err != nil {
		t.Error(err)
	}
	if keys, _ := r.Keys(); !slices.Equal(keys, []string{name + "2"}) {
		t.Errorf("left after the delete: %q", keys)
	}
}

// tinyShelf is a shelf in memory that can crash and lie.
type tinyShelf struct {
	items map[string][]byte
	calls int
	crash int  // this call and all later ones fail …
	after bool // … after they did their work
	lie   func(call int, op, name string) (skip bool)
}

var errCrash = errors.New("the program has ended")

// enter counts a call. It says whether to do the work, and what to return.
func (s *tinyShelf) enter(op, name string) (work bool, err error) {
	s.calls++
	if s.crash > 0 && s.calls >= s.crash {
		return s.after && s.calls == s.crash, errCrash
	}
	return s.lie == nil || !s.lie(s.calls, op, name), nil
}

func (s *tinyShelf) get(name string) ([]byte, error) {
	if _, err := s.enter("get", name); err != nil {
		return nil, err
	}
	data, ok := s.items[name]
	if !ok {
		return nil, &store.Error{Outcome: store.Absent}
	}
	return bytes.Clone(data), nil
}

func (s *tinyShelf) set(name string, data []byte) error {
	work, err := s.enter("set", name)
	if work {
		s.items[name] = bytes.Clone(data)
	}
	return err
}

func (s *tinyShelf) remove(name string) error {
	work, err := s.enter("remove", name)
	if work {
		delete(s.items, name)
	}
	return err
}

func (s *tinyShelf) list() ([]string, error) {
	if _, err := s.enter("list", ""); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(s.items)), nil
}

const tinyLimit = 300

var dawn = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func tiny(s *tinyShelf, now time.Time) pieces {
	return pieces{shelf: s, limit: tinyLimit, now: func() time.Time { return now }}
}

// shelfWith holds an item of n bytes; none if n is negative.
func shelfWith(t *testing.T, n int) *tinyShelf {
	t.Helper()
	s := &tinyShelf{items: map[string][]byte{}}
	if n >= 0 {
		if err := tiny(s, dawn).put(name, oldBytes(n)); err != nil {
			t.Fatal(err)
		}
	}
	s.calls = 0
	return s
}

func oldBytes(n int) []byte { return bytes.Repeat([]byte("o"), n) }
func newBytes(n int) []byte { return bytes.Repeat([]byte("N"), n) }

var tinySizes = []int{-1, 0, 10, tinyLimit, tinyLimit + 1, 3*tinyLimit + 7}

// tidy fails if anything but the current item is left once sweep has passed.
func tidy(t *testing.T, s *tinyShelf, what string) {
	t.Helper()
	p := tiny(s, dawn.Add(time.Hour))
	if _, err := p.sweep(); err != nil {
		t.Errorf("%s: sweep: %v", what, err)
	}
	h, _, _ := readHeader(s.items[name], nil, tinyLimit)
	for key := range s.items {
		if _, gen, ok := parsePieceName(key); ok && gen != h.Gen {
			t.Errorf("%s: left behind: %s", what, key)
		}
	}
}

// TestWriteIsCutOff ends the program at each call of each kind of write, before
// and after the call did its work: the old item or the new one is there.
func TestWriteIsCutOff(t *testing.T) {
	olds, news := 0, 0
	for _, before := range tinySizes {
		for _, then := range tinySizes[1:] {
			for _, after := range []bool{false, true} {
				for cut := 1; ; cut++ {
					s := shelfWith(t, before)
					s.crash, s.after = cut, after
					putErr := tiny(s, dawn).put(name, newBytes(then))
					done := s.calls < cut
					s.crash = 0
					what := fmt.Sprintf("%d to %d bytes, cut at %d (after: %v)", before, then, cut, after)
					got, err := tiny(s, dawn).get(name)
					switch {
					case err == nil && bytes.Equal(got, newBytes(then)):
						news++
					case putErr == nil:
						t.Errorf("%s: reported as done; %d bytes, %v", what, len(got), err)
					case before < 0 && store.OutcomeOf(err) == store.Absent:
						olds++
					case before >= 0 && err == nil && bytes.Equal(got, oldBytes(before)):
						olds++
					default:
						t.Errorf("%s: neither old nor new: %d bytes, %v", what, len(got), err)
					}
					tidy(t, s, what)
					if after, err := tiny(s, dawn).get(name); store.OutcomeOf(err) == store.Unavailable || !bytes.Equal(after, got) {
						t.Errorf("%s: sweeping changed the item: %v", what, err)
					}
					if err := tiny(s, dawn).put(name, newBytes(then)); err != nil {
						t.Errorf("%s: written again: %v", what, err)
					}
					if done {
						break
					}
				}
			}
		}
	}
	t.Logf("cut off: %d times the old item was left, %d times the new", olds, news)
	if olds < 100 || news < 100 {
		t.Error("the cuts do not reach both sides of the switch")
	}
}

func TestDeleteIsCutOff(t *testing.T) {
	for _, before := range tinySizes {
		for _, after := range []bool{false, true} {
			for cut := 1; ; cut++ {
				s := shelfWith(t, before)
				s.crash, s.after = cut, after
				delErr := tiny(s, dawn).remove(name)
				done := s.calls < cut
				s.crash = 0
				what := fmt.Sprintf("%d bytes, cut at %d (after: %v)", before, cut, after)
				got, err := tiny(s, dawn).get(name)
				if store.OutcomeOf(err) != store.Absent && (delErr == nil || err != nil || !bytes.Equal(got, oldBytes(before))) {
					t.Errorf("%s: %d bytes, %v", what, len(got), err)
				}
				if delErr == nil && len(s.items) != 0 {
					t.Errorf("%s: reported as done, left %q", what, slices.Collect(maps.Keys(s.items)))
				}
				if err := tiny(s, dawn).remove(name); err != nil || len(s.items) != 0 {
					t.Errorf("%s: deleted again: %v, left %d", what, err, len(s.items))
				}
				if done {
					break
				}
			}
		}
	}
}

// blind cannot list its items.
type blind struct{ *tinyShelf }

func (blind) list() ([]string, error) { return nil, errCrash }

// Where the items cannot be listed, those that the header names go all the same,
// and it is told that others may be left.
func TestDeleteWithoutAList(t *testing.T) {
	s := shelfWith(t, 3*tinyLimit)
	p := tiny(s, dawn)
	p.shelf = blind{s}
	if err := p.remove(name); !errors.Is(err, errCrash) || len(s.items) != 0 {
		t.Errorf("remove: %v, %d items left", err, len(s.items))
	}
}

// TestLies: a keychain that says "done" and did nothing, at any one call. What
// was there stays until something better is proven to be there.
func TestLies(t *testing.T) {
	for _, before := range tinySizes {
		for _, then := range tinySizes[1:] {
			for call := 1; ; call++ {
				s := shelfWith(t, before)
				lied := ""
				s.lie = func(n int, op, of string) bool {
					if n == call && op != "get" && op != "list" {
						lied = op
					}
					return n == call
				}
				putErr := tiny(s, dawn).put(name, newBytes(then))
				over := s.calls < call
				s.lie = nil
				what := fmt.Sprintf("%d to %d bytes, a lie at %d (%s)", before, then, call, lied)
				got, err := tiny(s, dawn).get(name)
				isNew := err == nil && bytes.Equal(got, newBytes(then))
				isOld := before >= 0 && err == nil && bytes.Equal(got, oldBytes(before)) || before < 0 && store.OutcomeOf(err) == store.Absent
				if !isNew && !isOld || putErr == nil && !isNew {
					t.Errorf("%s: put %v; then %d bytes, %v", what, putErr, len(got), err)
				}
				if lied == "set" && before+then != 0 && store.ReasonOf(putErr) != store.ReasonMismatch {
					t.Errorf("%s: %v", what, putErr)
				}
				if over {
					break
				}
			}
		}
	}
}

func TestDamage(t *testing.T) {
	headerText := func(change func(map[string]any)) func(map[string][]byte) {
		return func(items map[string][]byte) {
			var h map[string]any
			_ = json.Unmarshal(bytes.TrimPrefix(items[name], []byte(pieceMagic)), &h)
			change(h)
			text, _ := json.Marshal(h)
			items[name] = append([]byte(pieceMagic), text...)
		}
	}
	piece := func(i int, change func([]byte) []byte) func(map[string][]byte) {
		return func(items map[string][]byte) {
			for key, data := range items {
				if strings.HasSuffix(key, fmt.Sprint("#", i)) {
					if data = change(data); data == nil {
						delete(items, key)
					} else {
						items[key] = data
					}
				}
			}
		}
	}
	for what, c := range map[string]struct {
		damage func(map[string][]byte)
		reason store.Reason
	}{
		"a piece is gone":       {piece(1, func([]byte) []byte { return nil }), store.ReasonCorrupt},
		"a piece is short":      {piece(0, func(d []byte) []byte { return d[1:] }), store.ReasonCorrupt},
		"a piece is empty":      {piece(0, func(d []byte) []byte { return []byte{} }), store.ReasonCorrupt},
		"a bit is turned":       {piece(2, func(d []byte) []byte { d[0] ^= 1; return d }), store.ReasonCorrupt},
		"the header is short":   {func(i map[string][]byte) { i[name] = i[name][:40] }, store.ReasonCorrupt},
		"the header is bare":    {func(i map[string][]byte) { i[name] = i[name][:len(pieceMagic)] }, store.ReasonCorrupt},
		"no generation":         {headerText(func(h map[string]any) { h["gen"] = "../../x" }), store.ReasonCorrupt},
		"a million pieces":      {headerText(func(h map[string]any) { h["n"] = 1e6 }), store.ReasonCorrupt},
		"no pieces":             {headerText(func(h map[string]any) { h["n"] = 0 }), store.ReasonCorrupt},
		"a length below 0":      {headerText(func(h map[string]any) { h["len"] = -1 }), store.ReasonCorrupt},
		"a length of gigabytes": {headerText(func(h map[string]any) { h["len"] = 1 << 40 }), store.ReasonCorrupt},
		"version 0":             {headerText(func(h map[string]any) { h["v"] = 0 }), store.ReasonCorrupt},
		"a newer version":       {headerText(func(h map[string]any) { h["v"], h["gen"] = 2, []int{1} }), store.ReasonNewer},
	} {
		t.Run(what, func(t *testing.T) {
			s := shelfWith(t, 3*tinyLimit)
			c.damage(s.items)
			kept := maps.Clone(s.items)
			p := tiny(s, dawn)
			got, err := p.get(name)
			if got != nil || store.OutcomeOf(err) != store.Unavailable || store.ReasonOf(err) != c.reason {
				t.Errorf("get = %q, %v", got, err)
			}
			if _, err := tiny(s, dawn.AddDate(1, 0, 0)).sweep(); err != nil {
				t.Error(err)
			}
			if !maps.EqualFunc(s.items, kept, bytes.Equal) {
				t.Error("reading and sweeping changed what is there")
			}
			err = p.put(name, newBytes(2*tinyLimit))
			if c.reason == store.ReasonNewer {
				if store.ReasonOf(err) != store.ReasonNewer || !maps.EqualFunc(s.items, kept, bytes.Equal) {
					t.Errorf("what a newer version wrote was touched (%v)", err)
				}
			} else if err != nil {
				t.Errorf("a new sign-in cannot mend it: %v", err)
			}
			if err := p.remove(name); err != nil || len(s.items) != 0 {
				t.Errorf("delete: %v, %d items left", err, len(s.items))
			}
		})
	}
}

func TestSweep(t *testing.T) {
	s := shelfWith(t, -1)
	if err := tiny(s, dawn.Add(-2*time.Hour)).put(name, oldBytes(2*tinyLimit)); err != nil {
		t.Fatal(err)
	}
	add := func(of string, began time.Time) string {
		gen := tiny(s, began).newGeneration()
		key := pieceName(of, gen, 0)
		s.items[key] = []byte("left behind")
		return key
	}
	gone := []string{
		add(name, dawn.Add(-time.Hour)),
		add(name, dawn.Add(48*time.Hour)), // under a wrong clock
		add("Latchkey sign-in: who signed out", dawn.Add(-time.Hour)),
	}
	stays := []string{add(name, dawn.Add(-time.Minute)), add(name, dawn.Add(time.Minute))} // being written
	s.items["Latchkey sign-in: #1"] = []byte("no piece")
	n, err := tiny(s, dawn).sweep()
	if err != nil || n != len(gone) {
		t.Errorf("swept %d, %v", n, err)
	}
	for _, key := range gone {
		if s.items[key] != nil {
			t.Errorf("still there: %s", key)
		}
	}
	for _, key := range append(stays, "Latchkey sign-in: #1") {
		if s.items[key] == nil {
			t.Errorf("swept: %s", key)
		}
	}
	if got, err := tiny(s, dawn).get(name); err != nil || !bytes.Equal(got, oldBytes(2*tinyLimit)) {
		t.Errorf("the item: %d bytes, %v", len(got), err)
	}
}

// TestSweptByTheStore: the first write of a run tidies up, once.
func TestSweptByTheStore(t *testing.T) {
	ctx := context.Background()
	r := &faultRing{}
	orphan := pieceName("Latchkey sign-in: gone", "0000000000112233445566ff", 0)
	_ = r.ArrayKeyring.Set(keyring.Item{Key: orphan, Data: secret})
	s := onWindows(t, limited{r})
	if names, err := s.Names(ctx, store.Options{}); err != nil || !slices.Equal(names, []string{"Latchkey sign-in: gone"}) {
		t.Errorf("before: %q, %v (a wipe must find it)", names, err)
	}
	if err := s.Put(ctx, name, secret, store.Options{}); err != nil {
		t.Fatal(err)
	}
	if keys, _ := r.Keys(); !slices.Equal(keys, []string{name}) {
		t.Errorf("items %q", keys)
	}
}

// TestTwoWritersAndAReader: two programs write the same item, a third reads it.
func TestTwoWritersAndAReader(t *testing.T) {
	ctx := context.Background()
	shared := &lockedRing{ring: limited{&faultRing{}}}
	values := [][]byte{bytesOf(6000), bytes.Repeat([]byte("x"), 9000), []byte("small")}
	if err := onWindows(t, shared).Put(ctx, name, values[2], store.Options{}); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var writers, reader sync.WaitGroup
	for i := range 2 {
		s := onWindows(t, shared)
		writers.Go(func() {
			for n := range 60 {
				// A header of the other's may stand there at the reading back.
				if err := s.Put(ctx, name, values[(n+i)%3], store.Options{}); err != nil && store.ReasonOf(err) != store.ReasonMismatch {
					t.Error(err)
				}
			}
		})
	}
	s, reads := onWindows(t, shared), 0
	reader.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			got, err := s.Get(ctx, name, store.Options{})
			if err == nil && !slices.ContainsFunc(values, func(v []byte) bool { return bytes.Equal(v, got) }) {
				t.Errorf("a mixture of %d bytes", len(got))
			}
			if err != nil && store.ReasonOf(err) != store.ReasonCorrupt { // rewritten at each of three reads
				t.Error(err)
			}
			reads++
		}
	})
	writers.Wait()
	close(stop)
	reader.Wait()
	got, err := s.Get(ctx, name, store.Options{})
	if err != nil || !slices.ContainsFunc(values, func(v []byte) bool { return bytes.Equal(v, got) }) {
		t.Errorf("at the end: %d bytes, %v", len(got), err)
	}
	t.Logf("%d reads", reads)
}

// lockedRing lets several Stores, as several programs, use one ring.
type lockedRing struct {
	mu   sync.Mutex
	ring keyring.Keyring
}

func (r *lockedRing) Get(key string) (keyring.Item, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ring.Get(key)
}

func (r *lockedRing) GetMetadata(key string) (keyring.Metadata, error) {
	return r.ring.GetMetadata(key)
}

func (r *lockedRing) Set(item keyring.Item) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ring.Set(item)
}

func (r *lockedRing) Remove(key string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ring.Remove(key)
}

func (r *lockedRing) Keys() ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ring.Keys()
}

// FuzzHeader: whatever stands under a name is an item, a header within its
// limits, or an error that keeps it.
func FuzzHeader(f *testing.F) {
	f.Add([]byte(`{"v":1,"gen":"0123456789abcdef01234567","n":2,"len":3,"sha256":"` + sumOf([]byte("abc")) + `"}`))
	f.Add([]byte(`{"v":2}`))
	f.Add([]byte(`{"v":1e400,"n":-1}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, data := range [][]byte{text, append([]byte(pieceMagic), text...)} {
			h, whole, err := readHeader(data, nil, tinyLimit)
			switch {
			case whole && (bytes.HasPrefix(data, []byte(pieceMagic)) || err != nil):
				t.Fatalf("taken for an item: %q", data)
			case whole:
			case err != nil:
				if r := store.ReasonOf(err); r != store.ReasonCorrupt && r != store.ReasonNewer {
					t.Fatalf("%q: %v", data, err)
				}
			case h.V != 1 || h.N < 1 || h.N > maxPieces || h.Len < 0 || h.Len > maxPieces*maxCredential || len(h.Gen) != 24:
				t.Fatalf("header %+v", h)
			}
			s := &tinyShelf{items: map[string][]byte{name: data}}
			if _, err := tiny(s, dawn).get(name); store.OutcomeOf(err) == store.Absent {
				t.Fatalf("%q counts as absent", data)
			}
		}
		if of, gen, ok := parsePieceName(string(text)); ok && !strings.HasPrefix(string(text), of+"#"+gen+"#") {
			t.Fatalf("%q is no piece of %q", text, of)
		}
	})
}

// FuzzPieces writes over an item, cut off anywhere, on a keychain of which one
// item was damaged before.
func FuzzPieces(f *testing.F) {
	f.Add([]byte("old"), []byte("new"), uint8(3), uint8(255), []byte(nil))
	f.Add(oldBytes(700), newBytes(901), uint8(7), uint8(0), []byte("x"))
	f.Add([]byte(pieceMagic), newBytes(10), uint8(0), uint8(1), []byte(pieceMagic+`{"v":1}`))
	f.Fuzz(func(t *testing.T, before, then []byte, cut, which uint8, damage []byte) {
		if len(before) > 20*tinyLimit || len(then) > 20*tinyLimit {
			t.Skip()
		}
		s := &tinyShelf{items: map[string][]byte{}}
		if err := tiny(s, dawn).put(name, before); err != nil {
			t.Fatal(err)
		}
		keys := slices.Sorted(maps.Keys(s.items))
		broken := int(which) < len(keys)
		if broken {
			s.items[keys[which]] = damage
		}
		s.calls, s.crash = 0, int(cut)
		putErr := tiny(s, dawn).put(name, then)
		s.crash = 0
		got, err := tiny(s, dawn).get(name)
		switch {
		case err == nil && bytes.Equal(got, then):
		case putErr == nil:
			t.Fatalf("reported as done: %q, %v", got, err)
		case err == nil && (bytes.Equal(got, before) || broken && which == 0):
		case !broken:
			t.Fatalf("neither old nor new: %q, %v", got, err)
		case store.OutcomeOf(err) == store.Absent:
			t.Fatal("a damaged item counts as absent")
		}
	})
}
