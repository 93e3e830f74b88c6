// Package windows holds what the installers for Windows are made of, all of it
// on Linux, and the tests that install them under Wine, sign in with them,
// upgrade and remove them. README.md says how to sign them.
//
//	build.sh        the program: icon, version, manifest; no console window
//	program.rc      what is put into the program, and manifest.xml
//	make.sh         the installers, from any program
//	setup.nsi       for one person or for all of a computer; upgrades in place
//	program.wxs     the .msi for administrators
//	sign.sh         signs a file, where there is a certificate
package windows
