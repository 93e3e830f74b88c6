// Package tar holds what the .tar.xz is made of, for systems without .deb and
// .rpm and for people without root, and the tests that install, upgrade and
// remove it.
//
//	make.sh      stages the files and packs them (`make package`)
//	install.sh   inside the package: installs it for one person or for everybody
//	README       inside the package
//	tar_test.go  tries it (`make test-packages`)
package tar
