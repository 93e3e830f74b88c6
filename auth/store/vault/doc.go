// Package vault keeps secrets in files that a passphrase protects: a
// [store.Store] for computers without a keychain.
//
//	v := vault.Open(vault.Config{Dir: dir, Ask: askInTheWindow})
//	err := v.Unlock(ctx) // asks for the passphrase, or for a new one if there is no vault yet
//	err = v.Put(ctx, name, data, store.Options{})
//
// The passphrase opens one small file, once per start of the program: an age
// X25519 identity, encrypted with age's scrypt recipient (about a second of
// work for whoever guesses). Each item is a file of its own, encrypted to that
// identity's recipient, so that reading and writing cost well under a
// millisecond after that, and the passphrase can be changed without touching
// an item.
//
// # What the files look like
//
//	identity.age                "latchkey-vault/1 <id>\n", then an age file (scrypt) that holds AGE-SECRET-KEY-1…
//	<32 hex of SHA-256>.age     "latchkey-vault-item/1 <id>\n", then an age file (X25519) that holds {"name":…,"data":…}
//
// id is 16 hex of SHA-256 of the recipient: it tells the items of another vault
// apart, and a vault that another process made anew. Neither the names of
// items, which hold e-mail addresses, nor their data stand in the clear. Every
// file is readable by its owner only and replaced whole: whoever reads it, after
// a crash too, finds the old content or the new.
//
// # Outcomes
//
// Locked until the passphrase was given; Absent only if the vault is open and
// its key file is still there; Unavailable for whatever is damaged, of another
// vault, or written by a newer version, which is never touched. There is no
// fallback: what cannot be encrypted is not written.
package vault
