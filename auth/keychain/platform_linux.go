package keychain

// Supported says whether this build can use a keychain of its operating
// system at all, and if not, why.
func Supported() (ok bool, why string) { return true, "" }

func newPlatform(c Config) platform { return newSecretService(c) }
