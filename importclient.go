package main

import (
	"fmt"
	"io"

	"app.latchkey/settings"
)

// importClient adds the client of Google's client JSON to providers.toml, and
// says what comes next. It opens no window.
func importClient(v vendor, config, path string, out io.Writer) error {
	dirs, err := settings.OpenNamed(v.folder(), config)
	if err != nil {
		return err
	}
	p, err := dirs.ImportGoogleClient(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s's client %s is in %s now. Start %s to sign in with it; %s is not needed any more.\n",
		p.Name, p.ClientID, dirs.ProvidersPath(), v.Name, path)
	return err
}
