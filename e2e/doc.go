// Package e2e tries the whole program from outside: the real binary on a
// virtual display, with a real browser, a real keychain and the mock provider
// as a process of its own.
//
//	stage/    the virtual desktop: display, window manager, bus, keychain, browser
//	mainjob/  the main job played on it, step by step
//	demo/     the same as a command that takes pictures
//	house/    who may import whom
//
// `make e2e` builds the programs and runs the tests; `go test ./e2e/...` alone
// runs them against what was built last.
package e2e
