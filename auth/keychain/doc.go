// Package keychain keeps secrets on the operating system's own keychain,
// through github.com/99designs/keyring. It is a [store.Store]: opaque bytes
// under a name, four outcomes.
//
//	s := keychain.Open(keychain.Config{Application: "Latchkey"})
//	defer s.Close()
//	switch st := s.Status(ctx); st.Outcome { … }
//
// The library does the reading and writing. What this package adds is what a
// window needs around it, since the library has no context, no time limit, no
// way to say "locked", and on several systems says "not found" for "not now":
//
//   - One call at a time reaches the library (it is not safe for concurrent
//     use), each under a time limit and with its panics caught. A call that
//     overruns wedges the store: later calls say Unavailable/busy at once, and
//     nothing piles up behind a dialog nobody sees. When the old call returns
//     the store works again.
//   - Absent is said only when it is proven. Linux: the service itself, asked
//     over a connection of our own, finds no such item, and in the same call
//     says that the collection is unlocked. macOS: the list of items lacks it.
//     Windows: error 1168.
//   - Linux is looked at over D-Bus before the library is called
//     (secretservice.go), so that background work never raises a dialog and a
//     dialog that a click raised can be waited for, or not.
//   - Put with Verify reads back what it wrote.
//
// # Where
//
// Linux: the Secret Service (GNOME Keyring, KeePassXC, KWallet), in the
// collection with the alias "default". Windows: the Credential Manager, at
// most 2,560 bytes per item of the system's. macOS: the login keychain, in builds with cgo
// only; [Supported] tells. Elsewhere the library has nothing and neither have
// we. Where there is no keychain Open still returns a Store; its Status is
// Unavailable/no_service, and the caller uses [store.Memory]. A program that
// came up without a session bus on Linux cannot get one later: once there is a
// bus the Status is Unavailable/lost, and busguard.Restart helps.
//
// # What a dialog cannot be kept from
//
// Interact=false never unlocks anything, and never lets the library at an item
// that the service would ask about: KeePassXC, as it comes, asks about each item
// that another process wrote, so at each of our starts; Status is Found then,
// Get says Locked, and [Store.Unlock] has it ask. Two dialogs are out of reach:
// macOS asks when another build of the program reads an item (the library can't
// forbid it), and a service that locks itself in the millisecond between our
// look and the library's read asks for its password. In both the time limit
// holds.
//
// # What services were seen to do
//
// GNOME Keyring has a write on the disk before it reports it. KeePassXC reports
// it some 100 ms before, KWallet up to 5 s: if they are killed in between, what
// they come back with is the old item, none, or (KWallet) one without its value,
// which counts as corrupt and not as absent. A wallet that KWallet opened at the
// log-in is locked for the Secret Service's clients until one of them unlocks
// it, without a dialog.
//
// # Big items
//
// Where an item can hold 2,560 bytes only (Windows), a bigger one is kept in
// pieces of a generation of its own, and the header that names the generation
// is written last: see pieces.go. A crash leaves the old item or the new one.
//
// # Looking after it
//
// [Store.Health] is for a diagnostics page, [Store.Names] lists what is ours,
// [store.Wipe] removes it and reports, [store.Move] takes an item to a better
// place. None of them shows a dialog unless it is told that it may.
package keychain
