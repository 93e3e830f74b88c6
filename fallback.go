package main

import (
	"context"

	"app.latchkey/auth"
	"app.latchkey/auth/store"
	"app.latchkey/auth/store/vault"
	"app.latchkey/settings"
)

// fallback is where sign-ins are kept on a computer without a keychain: the
// person is asked once, and the answer is remembered.
type fallback struct {
	dirs   *settings.Settings
	vault  *vault.Vault
	client *auth.Client
}

func newFallback(dirs *settings.Settings, ask func(context.Context, vault.Question) (string, bool)) *fallback {
	return &fallback{dirs: dirs, vault: vault.Open(vault.Config{Dir: dirs.VaultDir(), Ask: ask})}
}

// store is the vault, if it was chosen or if there is one: nil otherwise.
func (f *fallback) store() store.Store {
	if f.dirs.Fallback() == settings.FallbackVault || f.vault.Exists() {
		return f.vault
	}
	return nil
}

// attach gives the vault's client what was chosen: whoever chose "until I quit"
// after there was a vault keeps what is in it, and adds nothing.
func (f *fallback) attach(client *auth.Client) {
	f.client = client
	client.UseFallback(f.dirs.Fallback() != settings.FallbackSession)
}

// Asked implements presenter.Fallback.
func (f *fallback) Asked() bool { return f.dirs.Fallback() != settings.FallbackUnasked }

// Choose implements presenter.Fallback.
func (f *fallback) Choose(vault bool) error {
	choice := settings.FallbackSession
	if vault {
		choice = settings.FallbackVault
		f.client.SetFallback(f.vault)
	}
	f.client.UseFallback(vault)
	return f.dirs.SetFallback(choice)
}
