package store

import (
	"bytes"
	"context"
	"errors"
)

// Move takes the item name from one store to a better one, so that a crash at
// any moment leaves it readable where the caller's pointer says it is:
//
//  1. read it from the old store,
//  2. write it to the new one and read it back,
//  3. point: the caller records that it is in the new store now,
//  4. remove it from the old store.
//
// What the new store holds under the name is replaced: until point has
// succeeded the old one is right. If point fails the copy is taken back. After
// a crash between 3 and 4 an old copy is left; the caller, whose pointer says
// "new", removes it by deleting the name from the old store.
//
// moved says whether the pointer was moved: it may be true with an error, when
// only the removal from the old store failed. Move must not run while the item
// is being rewritten; whoever holds the lock for that calls it.
func Move(ctx context.Context, from, to Store, name string, o Options, point func() error) (moved bool, err error) {
	data, err := from.Get(ctx, name, o)
	if err != nil {
		return false, err
	}
	defer clear(data)
	if err = copyTo(ctx, to, name, data, o); err == nil {
		err = point()
	}
	if err != nil {
		// Best effort: what stays is a copy that nobody points to.
		_ = to.Delete(context.WithoutCancel(ctx), name, Options{})
		return false, err
	}
	return true, from.Delete(ctx, name, o)
}

// copyTo writes and reads back, whatever the store makes of Verify. An "absent"
// after the write proves nothing: the new place lied, the old one has the item.
func copyTo(ctx context.Context, to Store, name string, data []byte, o Options) error {
	if err := to.Put(ctx, name, data, Options{Interact: o.Interact, Verify: true}); err != nil {
		return err
	}
	back, err := to.Get(ctx, name, o)
	defer clear(back)
	switch {
	case OutcomeOf(err) == Absent:
		return &Error{Op: "put", Outcome: Unavailable, Reason: ReasonMismatch, Err: errors.New("written to the new place, and not there afterwards")}
	case err == nil && !bytes.Equal(back, data):
		return &Error{Op: "put", Outcome: Unavailable, Reason: ReasonMismatch, Err: errors.New("the new place holds something else than was written")}
	}
	return err
}
