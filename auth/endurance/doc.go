// Package endurance holds no code of the program, only tests of what a session
// must survive: many processes over one account, and processes that are killed
// at any moment. Each process is this test binary, started again as a driver: a
// program without a window over package auth, on a vault or on a real
// gnome-keyring, at a mock provider that rotates refresh tokens and revokes the
// whole family when one is used twice.
//
// make test runs a small part; make endurance (part of make test-all) all of it.
package endurance
