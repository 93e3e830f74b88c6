//go:build !linux && !windows && !darwin

package keychain

const noBackend = "the keyring library has no keychain for this operating system (its Secret Service part is for Linux only)"

// Supported says whether this build can use a keychain of its operating
// system at all, and if not, why.
func Supported() (ok bool, why string) { return false, noBackend }

func newPlatform(Config) platform { return noKeychain{"secret_service", "Secret Service", noBackend} }
