package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Leftover is an item that could not be removed, and why.
type Leftover struct {
	Name string
	Err  error // an *Error
}

// WipeReport says what a wipe did.
type WipeReport struct {
	Store   Status     // the store, as it was before
	Removed []string   // proven to be gone, sorted
	Left    []Leftover // may still be there, sorted by name
	// Unlisted is why the store could not say what else of ours it holds; nil
	// if it did, or cannot list at all. Items that nobody named may be left.
	Unlisted error
}

// Complete reports whether nothing of ours is left, as far as the store can
// tell.
func (r WipeReport) Complete() bool { return len(r.Left) == 0 && r.Unlisted == nil }

// Wipe removes every item of this program from s: those in names, and those
// that s itself lists if it is a [Lister]. It unlocks s first if o.Interact
// allows it, goes on after a failure, and tells what could not be removed: a
// person can then remove it in the keychain's own window.
func Wipe(ctx context.Context, s Store, names []string, o Options) WipeReport {
	r := WipeReport{Store: s.Status(ctx)}
	names = slices.Clone(names)
	if l, ok := s.(Lister); ok {
		listed, err := l.Names(ctx, o)
		if err != nil {
			r.Unlisted = err
			// One refused dialog is enough.
			o.Interact = o.Interact && OutcomeOf(err) != Locked
		}
		names = append(names, listed...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if err := s.Delete(ctx, name, o); err != nil {
			r.Left = append(r.Left, Leftover{name, err})
			o.Interact = o.Interact && OutcomeOf(err) != Locked
			continue
		}
		r.Removed = append(r.Removed, name)
	}
	slices.SortFunc(r.Left, func(a, b Leftover) int { return cmp.Compare(a.Name, b.Name) })
	return r
}

// String is for the copyable detail: one line an item.
func (r WipeReport) String() string {
	var b strings.Builder
	for _, name := range r.Removed {
		fmt.Fprintf(&b, "removed: %q\n", name) // quoted: other programs can write such names
	}
	for _, left := range r.Left {
		fmt.Fprintf(&b, "left: %q: %v\n", left.Name, left.Err)
	}
	if r.Unlisted != nil {
		fmt.Fprintf(&b, "there may be more: %v\n", r.Unlisted)
	}
	return b.String()
}
