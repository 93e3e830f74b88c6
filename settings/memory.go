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
	ShownAccount string `json:"shown_account,omitempty"`
}

// memoryPath is beside the index of accounts, which it points into.
func (s *Settings) memoryPath() string { return filepath.Join(s.config, "window.json") }

// ShownAccount is the key of the account that was shown last, "" if none is
// known. A file that cannot be read counts as none.
func (s *Settings) ShownAccount() string {
	b, err := readCapped(s.memoryPath(), 1<<16)
	if err != nil {
		return ""
	}
	var m memory
	if json.Unmarshal(b, &m) != nil {
		return ""
	}
	return m.ShownAccount
}

// SetShownAccount remembers the account that is shown. The key is an
// [auth.Account]'s.
func (s *Settings) SetShownAccount(key string) error {
	if s.ShownAccount() == key {
		return nil
	}
	b, err := json.Marshal(memory{ShownAccount: key})
	if err != nil {
		return fmt.Errorf("remembering the shown account: %w", err)
	}
	if err := os.MkdirAll(s.config, 0o700); err != nil {
		return fmt.Errorf("remembering the shown account: %w", err)
	}
	return WriteFile(s.memoryPath(), b)
}
