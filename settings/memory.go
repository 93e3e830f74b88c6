package settings

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// memory is what the program remembers of its window. It is no secret, and
// nothing is lost when it is.
type memory struct {
	ShownAccount string   `json:"shown_account,omitempty"`
	Fallback     Fallback `json:"fallback,omitempty"`
	Width        int      `json:"width,omitempty"`
	Height       int      `json:"height,omitempty"`
}

// memoryPath is beside the index of accounts, which it points into.
func (s *Settings) memoryPath() string { return filepath.Join(s.config, "window.json") }

// remembered reads the file. One that cannot be read counts as empty.
func (s *Settings) remembered() memory {
	var m memory
	b, err := readCapped(s.memoryPath(), 1<<16)
	if err != nil || json.Unmarshal(b, &m) != nil {
		return memory{}
	}
	return m
}

// remember changes one thing and keeps the others.
func (s *Settings) remember(what string, change func(*memory)) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	old := s.remembered()
	m := old
	if change(&m); m == old {
		return nil
	}
	b, err := json.Marshal(m)
	if err == nil {
		err = os.MkdirAll(s.config, 0o700)
	}
	if err == nil {
		err = WriteFile(s.memoryPath(), b)
	}
	if err != nil {
		return fmt.Errorf("remembering %s: %w", what, err)
	}
	return nil
}

// ShownAccount is the key of the account that was shown last, "" if none is
// known.
func (s *Settings) ShownAccount() string { return s.remembered().ShownAccount }

// SetShownAccount remembers the account that is shown. The key is an
// [auth.Account]'s.
func (s *Settings) SetShownAccount(key string) error {
	return s.remember("the shown account", func(m *memory) { m.ShownAccount = key })
}

// Fallback is what the person chose for a computer without a keychain.
type Fallback string

// The choices.
const (
	FallbackUnasked Fallback = ""        // nobody was asked yet
	FallbackSession Fallback = "session" // signed in until the program ends
	FallbackVault   Fallback = "vault"   // in a vault under a passphrase
)

// Fallback is the choice; anything that is none of the known ones counts as
// unasked.
func (s *Settings) Fallback() Fallback {
	switch f := s.remembered().Fallback; f {
	case FallbackSession, FallbackVault:
		return f
	}
	return FallbackUnasked
}

// SetFallback remembers the choice.
func (s *Settings) SetFallback(f Fallback) error {
	return s.remember("where sign-ins are kept", func(m *memory) { m.Fallback = f })
}

// VaultDir is the folder of the vault; it is there once the vault is.
func (s *Settings) VaultDir() string { return filepath.Join(s.config, "vault") }

// The sizes that a window may have, in device-independent pixels.
const minWindow, maxWindow = 100, 20_000

// WindowSize is the size of the window when it was closed the last time, in
// device-independent pixels; 0, 0 if none is known, or none that can be.
func (s *Settings) WindowSize() (width, height int) {
	m := s.remembered()
	if m.Width < minWindow || m.Height < minWindow || m.Width > maxWindow || m.Height > maxWindow {
		return 0, 0
	}
	return m.Width, m.Height
}

// SetWindowSize remembers the size of the window.
func (s *Settings) SetWindowSize(width, height int) error {
	return s.remember("the window's size", func(m *memory) { m.Width, m.Height = width, height })
}
