// Package deb holds what the Debian package is made of, and the tests that look
// it over, install it, sign in with it, upgrade it and remove it.
//
//	make.sh        stages the files, packs them and has lintian look (`make package`)
//	changelog, postrm   templates; packaging/linux has what all of Linux shares
//	cleanroot.sh   a Debian with nothing in it, to install into
//	deb_test.go    contents, bad input, and on this machine: install and sign in (`make test`)
//	root_test.go   in a clean Debian: dependencies, upgrade, downgrade, removal (`make test-packages`)
package deb
