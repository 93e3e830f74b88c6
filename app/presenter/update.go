package presenter

import "context"

// Updates looks for a newer version of the program, where a vendor built an
// address in.
type Updates interface {
	// Newer returns the newer version, "" if there is none. It asks at most once a
	// day, and answers from what it heard before otherwise.
	Newer(ctx context.Context) (version string, err error)
	// Page is where a person gets it: a web page of the vendor's.
	Page() string
}
