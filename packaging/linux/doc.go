// Package linux holds what all packages for Linux share.
//
//	lib.sh         for the scripts: FyneApp.toml's values, and the files that every package holds
//	menu.desktop, metainfo.xml, manual.1, left.txt   templates, filled in by lib.sh
//	copyright      Debian's
package linux
