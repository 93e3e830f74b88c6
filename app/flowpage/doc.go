// Package flowpage writes the record of a sign-in as a file that a person can
// keep or give away: a page for people, and JSON for programs. It is
// docs/how-you-signed-in.md that tells what stands in them.
//
// Neither holds a secret, nor who signed in. The record has its secrets masked
// when it is made; what could still be one is masked here once more, since a
// record is a file that anybody may have changed, and the account's identifier
// and address are masked too.
//
// The page needs nothing but itself: no script, nothing loaded, and a
// Content-Security-Policy that allows nothing but its own style. What others
// wrote is text in it, never markup.
package flowpage

import (
	"fmt"

	"app.latchkey/app/presenter"
)

// Exporter makes both files. It is a presenter.Exporter.
type Exporter struct {
	// Product is the program's name on the page.
	Product string
	// Version is the program's.
	Version string
}

var _ presenter.Exporter = Exporter{}

// Export implements presenter.Exporter.
func (x Exporter) Export(e presenter.Export, f presenter.Format) ([]byte, error) {
	switch f {
	case presenter.FormatPage:
		return x.page(e)
	case presenter.FormatData:
		return x.data(e)
	}
	return nil, fmt.Errorf("a record can't be saved as %q", f)
}
