//go:build darwin && !cgo

package keychain

const noCgo = "this build has no access to the macOS Keychain: it was compiled without cgo (CGO_ENABLED=0)"

// Supported says whether this build can use a keychain of its operating
// system at all, and if not, why.
func Supported() (ok bool, why string) { return false, noCgo }

func newPlatform(Config) platform { return noKeychain{"macos_keychain", "Keychain", noCgo} }
