package settings

import (
	"bytes"
	"fmt"
	"os"

	"github.com/natefinch/atomic"
)

// WriteFile replaces the file at path with data, readable by its owner only.
// Whoever reads it meanwhile, or after a crash, finds the old content or the
// new, never a part.
func WriteFile(path string, data []byte) error {
	// atomic.WriteFile gives the new file the rights of the old one.
	if err := os.Chmod(path, 0o600); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("making %s private: %w", path, err)
	}
	if err := atomic.WriteFile(path, bytes.NewReader(data)); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
