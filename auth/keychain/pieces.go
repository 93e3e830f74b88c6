package keychain

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"app.latchkey/auth/store"
)

// Where one item of the keychain is too small (Windows: 2,560 bytes; the tokens
// of large companies are twice that), an item of ours is kept in pieces:
//
//	name                    latchkey-pieces:{"v":1,"gen":G,"n":N,"len":…,"sha256":…}
//	name#G#0 … name#G#N-1   the bytes
//
// Each write has a generation G of its own. Its pieces are written under names
// that nobody has, read back, and only then does the header take the place of
// the old header (or of the old item: one write of the system's). So a crash
// leaves the old or the new, and a reader finds one of them. The old pieces go
// last. What a crash leaves behind is swept later.
const (
	pieceMagic   = "latchkey-pieces:"
	pieceVersion = 1
	maxPieces    = 64
	// orphanAge is how old pieces must be that no header knows before they
	// count as left behind: another process may be in the middle of a write.
	orphanAge = 10 * time.Minute
)

// shelf is a keychain that holds small items.
type shelf interface {
	get(name string) ([]byte, error)
	set(name string, data []byte) error
	remove(name string) error // nil only if it is proven absent
	list() ([]string, error)
}

// pieces keeps items of any size on a shelf whose items hold at most limit
// bytes; 0 means no limit, and then every item is one of the shelf's.
type pieces struct {
	shelf shelf
	limit int
	now   func() time.Time
}

// header is what stands under the name of an item that is kept in pieces.
type header struct {
	V   int    `json:"v"`
	Gen string `json:"gen"`
	N   int    `json:"n"`
	Len int    `json:"len"`
	Sum string `json:"sha256"`
}

func (p pieces) get(name string) ([]byte, error) {
	data, err := p.shelf.get(name)
	for range 3 {
		h, whole, err := readHeader(data, err, p.limit)
		if err != nil {
			return nil, err
		}
		if whole {
			return data, nil
		}
		value, broken := p.join(name, h)
		if broken == nil || !damaged(broken) {
			return value, broken
		}
		// Another process may have written meanwhile, and removed these.
		again, err := p.shelf.get(name)
		if err == nil && bytes.Equal(again, data) {
			return nil, broken
		}
		data = again
		if err != nil {
			return nil, err
		}
	}
	return nil, corrupt("the item was rewritten at each of three reads")
}

// join reads the pieces of a generation and checks the whole.
func (p pieces) join(name string, h header) ([]byte, error) {
	value := make([]byte, 0, h.Len)
	for i := range h.N {
		piece, err := p.shelf.get(pieceName(name, h.Gen, i))
		if store.OutcomeOf(err) == store.Absent {
			return nil, corrupt(fmt.Sprintf("piece %d of %d is missing", i+1, h.N))
		}
		if err != nil {
			return nil, err
		}
		value = append(value, piece...)
	}
	if len(value) != h.Len || sumOf(value) != h.Sum {
		return nil, corrupt(fmt.Sprintf("%d bytes in %d pieces are not the %d that were written", len(value), h.N, h.Len))
	}
	return value, nil
}

func (p pieces) put(name string, data []byte) error {
	if p.limit == 0 {
		return p.shelf.set(name, data)
	}
	if p.count(data) > maxPieces {
		return &store.Error{
			Outcome: store.Unavailable, Reason: store.ReasonTooBig,
			Err: fmt.Errorf("%d bytes, at most %d fit", len(data), maxPieces*p.limit),
		}
	}
	old, err := p.before(name)
	if err != nil {
		return err
	}
	if p.fits(data) {
		err = p.replace(name, data)
	} else {
		err = p.putPieces(name, data)
	}
	if err == nil && old.Gen != "" {
		p.drop(name, old.Gen, old.N)
	}
	return err
}

// before returns the header that a write is about to replace, the zero one if
// there is none or it is broken. One of a newer version is not replaced.
func (p pieces) before(name string) (header, error) {
	data, err := p.shelf.get(name)
	if store.OutcomeOf(err) == store.Absent {
		return header{}, nil
	}
	h, _, err := readHeader(data, err, p.limit)
	if err != nil && damaged(err) {
		return header{}, nil
	}
	return h, err
}

// putPieces writes a new generation, and then the header that makes it count.
func (p pieces) putPieces(name string, data []byte) error {
	h := header{V: pieceVersion, Gen: p.newGeneration(), N: p.count(data), Len: len(data), Sum: sumOf(data)}
	for i := range h.N {
		piece := data[i*p.limit : min((i+1)*p.limit, len(data))]
		if err := p.replace(pieceName(name, h.Gen, i), piece); err != nil {
			p.drop(name, h.Gen, i+1)
			return err
		}
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	text = append([]byte(pieceMagic), text...)
	if err = p.replace(name, text); err != nil {
		// It may have been written all the same. Only a header that is known
		// to be another makes the new pieces useless.
		if now, readErr := p.shelf.get(name); readErr == nil && !bytes.Equal(now, text) || store.OutcomeOf(readErr) == store.Absent {
			p.drop(name, h.Gen, h.N)
		}
	}
	return err
}

// replace writes one item of the shelf and reads it back: what is removed
// afterwards is removed because this one is there.
func (p pieces) replace(name string, data []byte) error {
	if err := p.shelf.set(name, data); err != nil {
		return err
	}
	got, err := p.shelf.get(name)
	return compare(data, got, err)
}

// compare says what it means that got was read after data was written.
func compare(data, got []byte, err error) error {
	mismatch := func(text string) error {
		return &store.Error{Outcome: store.Unavailable, Reason: store.ReasonMismatch, Err: errors.New(text)}
	}
	switch {
	case store.OutcomeOf(err) == store.Absent:
		return mismatch("written, and not there afterwards")
	case err != nil:
		return fmt.Errorf("reading back: %w", err)
	case !bytes.Equal(got, data):
		return mismatch(fmt.Sprintf("wrote %d bytes, read back %d others", len(data), len(got)))
	}
	return nil
}

// drop removes pieces as far as it can; what is left is swept one day.
func (p pieces) drop(name, gen string, n int) {
	for i := range n {
		_ = p.shelf.remove(pieceName(name, gen, i))
	}
}

// remove removes the header first: from then on there is no item, whatever
// happens to the pieces. It says nil once these are gone too: each is a part of
// a secret.
func (p pieces) remove(name string) error {
	var known header
	if p.limit > 0 {
		data, err := p.shelf.get(name)
		known, _, _ = readHeader(data, err, p.limit)
	}
	if err := p.shelf.remove(name); err != nil || p.limit == 0 {
		return err
	}
	all := map[string]bool{}
	for i := range known.N {
		all[pieceName(name, known.Gen, i)] = true
	}
	var errs []error
	listed, err := p.shelf.list()
	if err != nil {
		errs = append(errs, fmt.Errorf("looking for pieces left behind: %w", err))
	}
	for _, key := range listed {
		if of, _, ok := parsePieceName(key); ok && of == name {
			all[key] = true
		}
	}
	for key := range all {
		errs = append(errs, p.shelf.remove(key))
	}
	return errors.Join(errs...)
}

// sweep removes pieces that no header knows and that are too old to belong to a
// write under way, and returns how many it removed.
func (p pieces) sweep() (removed int, err error) {
	listed, err := p.shelf.list()
	if err != nil || p.limit == 0 {
		return 0, err
	}
	current := map[string]string{} // name → generation; "?" where it cannot be told
	for _, key := range listed {
		name, gen, ok := parsePieceName(key)
		if !ok || !p.old(gen) {
			continue
		}
		if _, asked := current[name]; !asked {
			current[name] = p.generation(name)
		}
		if now := current[name]; now == "?" || now == gen {
			continue
		}
		if err := p.shelf.remove(key); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// generation is the one that counts for name now, "" if none does.
func (p pieces) generation(name string) string {
	data, err := p.shelf.get(name)
	if store.OutcomeOf(err) == store.Absent {
		return ""
	}
	h, _, err := readHeader(data, err, p.limit)
	if err != nil {
		return "?"
	}
	return h.Gen
}

// fits says whether data can be an item of the shelf. What looks like a header
// cannot.
func (p pieces) fits(data []byte) bool {
	return len(data) <= p.limit && !bytes.HasPrefix(data, []byte(pieceMagic))
}

func (p pieces) count(data []byte) int { return (len(data) + p.limit - 1) / p.limit }

// newGeneration is 8 hex digits of the time (for sweep) and 16 at random.
func (p pieces) newGeneration() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	return fmt.Sprintf("%08x%x", uint32(p.now().Unix()), random)
}

// old says whether a generation was begun long ago. One that is from tomorrow
// was written under a wrong clock, and is old too.
func (p pieces) old(gen string) bool {
	began, err := strconv.ParseUint(gen[:8], 16, 32)
	age := p.now().Sub(time.Unix(int64(began), 0))
	return err == nil && (age > orphanAge || age < -24*time.Hour)
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func pieceName(name, gen string, i int) string { return name + "#" + gen + "#" + strconv.Itoa(i) }

var pieceNames = regexp.MustCompile(`^(?s:(.*))#([0-9a-f]{24})#([0-9]{1,3})$`)

func parsePieceName(key string) (name, gen string, ok bool) {
	m := pieceNames.FindStringSubmatch(key)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

var generations = regexp.MustCompile(`^[0-9a-f]{24}$`)

// readHeader judges what stands under a name (data, err as they were read):
// whole if it is the item itself, else the header of its pieces.
func readHeader(data []byte, err error, limit int) (h header, whole bool, _ error) {
	if err != nil {
		return header{}, false, err
	}
	text, is := bytes.CutPrefix(data, []byte(pieceMagic))
	if !is || limit == 0 {
		return header{}, true, nil
	}
	// A header of a later version may look different in all but this.
	var version struct {
		V int `json:"v"`
	}
	if json.Unmarshal(text, &version) == nil && version.V > pieceVersion {
		return header{}, false, &store.Error{
			Outcome: store.Unavailable, Reason: store.ReasonNewer,
			Err: fmt.Errorf("the item is kept in pieces of version %d, this program knows %d", version.V, pieceVersion),
		}
	}
	if json.Unmarshal(text, &h) != nil || h.V != pieceVersion || !generations.MatchString(h.Gen) ||
		h.N < 1 || h.N > maxPieces || h.Len < 0 || h.Len > h.N*maxCredential || len(h.Sum) != 2*sha256.Size {
		return header{}, false, corrupt("the header of the item's pieces is broken")
	}
	return h, false, nil
}

func corrupt(text string) error {
	return &store.Error{Outcome: store.Unavailable, Reason: store.ReasonCorrupt, Err: errors.New(text)}
}

func damaged(err error) bool { return store.ReasonOf(err) == store.ReasonCorrupt }
