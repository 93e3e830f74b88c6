// Package deb holds what the Debian package is made of, and the test that
// installs it, starts it by its menu entry, signs in with it and removes it.
//
//	nfpm.yaml    what goes where, and what it depends on
//	make.sh      stages the files and makes the package (`make package`)
//	deb_test.go  tries it (`make test-packages`)
package deb
