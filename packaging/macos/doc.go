// Package macos holds what the application bundle and the disk image for macOS
// are made of. Only a Mac can make them; the tests here look at whatever of it
// any system can look at.
//
//	make.sh             compiles, bundles, signs, packs, notarizes (`make package-macos`)
//	bundle.sh           the bundle around a program
//	Info.plist          what the system is told of it
//	entitlements.plist  what it may do under the hardened runtime
package macos
