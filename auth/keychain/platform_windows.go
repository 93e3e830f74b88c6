package keychain

import (
	"strings"

	"github.com/danieljoos/wincred"
)

// Supported says whether this build can use a keychain of its operating
// system at all, and if not, why.
func Supported() (ok bool, why string) { return true, "" }

func newPlatform(c Config) platform {
	p := newCredentialManager(c)
	p.listed = credentialNames
	return p
}

// credentialNames lists the credentials whose names begin with prefix, without
// it. The keyring library hides the errors of this.
func credentialNames(prefix string) ([]string, error) {
	found, err := wincred.FilteredList(prefix + "*")
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(found))
	for _, credential := range found {
		if name, ours := strings.CutPrefix(credential.TargetName, prefix); ours {
			names = append(names, name)
		}
	}
	return names, nil
}
