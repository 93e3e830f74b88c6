//go:build darwin && cgo

package keychain

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Supported says whether this build can use a keychain of its operating
// system at all, and if not, why.
func Supported() (ok bool, why string) { return true, "" }

func newPlatform(c Config) platform { return newMacKeychain(c, sync.OnceValue(signedByTeam)) }

// signedByTeam asks macOS whether the running program bears a developer's
// signature. It takes about 50 ms, at most 5 s, and runs on the worker.
func signedByTeam() bool {
	program, err := os.Executable()
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/codesign", "-dv", program).CombinedOutput()
	return err == nil && hasTeam(string(out))
}
