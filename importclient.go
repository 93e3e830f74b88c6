package main

import (
	"fmt"
	"io"

	"app.latchkey/settings"
)

// importClient adds the client of Google's client JSON to providers.toml, and
// says what comes next. It opens no window.
func importClient(config, path string, out io.Writer) error {
	dirs, err := settings.Open(config)
	if err != nil {
		return err
	}
	p, err := dirs.ImportGoogleClient(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s's client %s is in %s now. Start latchkey to sign in with it; %s is not needed any more.\n",
		p.Name, p.ClientID, dirs.ProvidersPath(), path)
	return err
}
