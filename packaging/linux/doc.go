// Package linux holds what all packages for Linux share, and the test of the
// standard way of packing a Fyne program.
//
//	lib.sh         for the scripts: FyneApp.toml's values, and the files that every package holds
//	menu.desktop, metainfo.xml, manual.1, left.txt   templates, filled in by lib.sh
//	copyright      Debian's
//	fyne_test.go   `fyne package` in a copy of the tree (`make test-packages`)
package linux
