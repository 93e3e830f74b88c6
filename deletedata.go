package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"app.latchkey/app/instance"
	"app.latchkey/app/presenter"
	"app.latchkey/auth"
	"app.latchkey/auth/keychain"
	"app.latchkey/auth/store"
	"app.latchkey/auth/store/vault"
	"app.latchkey/settings"
)

// eraser deletes all that the program keeps on this computer: for the page of
// settings, and for uninstallers (--delete-data), which can't reach a keychain.
type eraser struct {
	dirs      *settings.Settings
	client    *auth.Client
	secrets   store.Store
	vault     *vault.Vault
	providers []auth.Provider
	// own: the folders are the system's for this program, so what the keychain
	// lists of ours is this installation's. With --config it may be another's.
	own  bool
	done bool // Erase was called
}

// Erase implements presenter.Eraser.
func (e *eraser) Erase(ctx context.Context) (left []presenter.Leftover) {
	e.done = true
	if file, err := e.dirs.Providers(); err == nil { // with those that were added since
		e.providers = settings.Merge(e.providers, file)
	}
	accounts, err := e.client.Accounts()
	if err != nil {
		left = append(left, presenter.Leftover{Kind: presenter.LeftAccounts, Detail: plain(err)})
	}
	var items []string
	for _, a := range accounts {
		items = append(items, a.Item)
		if provider, err := e.signOut(ctx, a); err != nil {
			left = append(left, presenter.Leftover{Kind: presenter.LeftAccess, Name: a.Email, Where: provider, Detail: plain(err)})
		}
	}
	left = append(left, e.wipe(ctx, items)...)
	return append(left, e.files(false)...)
}

// signOut tells the provider, as far as it can be reached: what is kept here
// goes in any case.
func (e *eraser) signOut(ctx context.Context, a auth.Account) (provider string, err error) {
	for _, p := range e.providers {
		if p.ID != a.ProviderID || !p.Holds(a) {
			continue
		}
		session, err := e.client.Resume(a, p)
		if err != nil {
			return p.Name, err
		}
		return p.Name, session.SignOut(ctx)
	}
	return "", nil // no provider of that name is configured: nobody can be told
}

// wipe removes the sign-ins: those that are known by name and, where this
// installation is the computer's only one, whatever else the keychain lists.
func (e *eraser) wipe(ctx context.Context, items []string) (left []presenter.Leftover) {
	keychain := e.secrets
	if !e.own {
		keychain = unlisted{keychain}
	}
	var reports []store.WipeReport
	if s := keychain.Status(ctx); s.Reason != store.ReasonNoService && (len(items) > 0 || e.own) {
		reports = append(reports, store.Wipe(ctx, keychain, items, store.Options{Interact: true}))
	}
	if e.vault.Exists() {
		reports = append(reports, e.vault.Destroy(ctx))
	}
	for _, r := range reports {
		for _, l := range r.Left {
			left = append(left, presenter.Leftover{Kind: presenter.LeftItem, Name: l.Name, Where: r.Store.Name, Detail: plain(l.Err)})
		}
		if r.Unlisted != nil {
			left = append(left, presenter.Leftover{Kind: presenter.LeftUnlisted, Where: r.Store.Name, Detail: plain(r.Unlisted)})
		}
	}
	return left
}

// files removes caches and settings.
func (e *eraser) files(ended bool) (left []presenter.Leftover) {
	for _, err := range e.dirs.Erase(ended) {
		left = append(left, presenter.Leftover{Kind: presenter.LeftFile, Detail: plain(err)})
	}
	return left
}

// plain is an error as a text to be shown.
func plain(err error) string { return auth.CleanText(err.Error(), 500) }

// finish removes what was written while the program ended, after Erase. It is
// for the very end of the program, when its log is closed.
func (e *eraser) finish() {
	if e == nil || !e.done {
		return
	}
	for _, left := range e.files(true) {
		slog.Warn("deleting the data", "left", left.String())
	}
}

// unlisted hides that a store can list its items.
type unlisted struct{ store.Store }

var errRunning = errors.New("it is running: quit it first")

// deleteData is --delete-data. What may be left is told, and is an error.
func deleteData(o options, v vendor, out io.Writer) error {
	ctx := context.Background()
	log := slog.New(slog.DiscardHandler)
	dirs, err := settings.OpenNamed(v.folder(), o.config)
	if err != nil {
		return err
	}
	place, err := takePlace(ctx, dirs.ConfigDir())
	if errors.Is(err, instance.ErrRaised) {
		return errRunning
	}
	if err != nil {
		return err
	}
	var e *eraser
	defer func() { e.finish() }()
	defer place.leave()
	secrets := keychain.Open(keychain.Config{Application: v.keychainName()})
	defer secrets.Close()
	keep := newFallback(dirs, nil)
	client, err := auth.New(auth.Config{Store: secrets, Fallback: keep.store(), Dir: dirs.ConfigDir(), CacheDir: dirs.CacheDir(),
		Application: v.Name, KeychainName: v.keychainName(), Version: v.Version, Logger: log})
	if err != nil {
		return err
	}
	keep.attach(client)
	e = &eraser{dirs: dirs, client: client, secrets: secrets, vault: keep.vault, providers: configured(v, dirs), own: o.config == ""}
	left := e.Erase(ctx)
	for _, l := range left {
		fmt.Fprintln(out, "left:", l)
	}
	if len(left) > 0 {
		return fmt.Errorf("not everything could be deleted: %d things may be left", len(left))
	}
	fmt.Fprintln(out, "deleted")
	return nil
}
